-- +goose Up
-- Dates that were given but cannot be read, and ends that are certain (RULES 2 and 3).
ALTER TABLE subscriptions
    ADD COLUMN start_text     text NOT NULL DEFAULT '', -- as received, where a date was given that cannot be read
    ADD COLUMN end_text       text NOT NULL DEFAULT '',
    ADD COLUMN start_said     date, -- what a person said of it, and of which text
    ADD COLUMN start_said_for text NOT NULL DEFAULT '',
    ADD COLUMN end_said       date,
    ADD COLUMN end_said_for   text NOT NULL DEFAULT '',
    ADD COLUMN undated        boolean NOT NULL DEFAULT false, -- the start is to be said first: no ledger row, no seat counts
    ADD COLUMN sightings      text NOT NULL DEFAULT '', -- what was reported meanwhile: day=seats
    ADD COLUMN auto_renew     text NOT NULL DEFAULT '' CHECK (auto_renew IN ('', 'yes', 'no')),
    ADD COLUMN at_end         text NOT NULL DEFAULT '' CHECK (at_end IN ('', 'ends', 'renews')), -- a person's word, of manual providers only
    ADD CONSTRAINT subscriptions_said_whole CHECK ((start_said IS NULL) = (start_said_for = '') AND (end_said IS NULL) = (end_said_for = '')),
    ADD CONSTRAINT subscriptions_ends_certain CHECK (ends_on IS NULL OR at_end = 'ends');

-- What an end date means where a record does not tell: a person's word; empty: nobody said.
ALTER TABLE providers ADD COLUMN end_date_means text NOT NULL DEFAULT '' CHECK (end_date_means IN ('', 'last_day', 'day_after'));

-- An end that was typed for a manual subscription and lies ahead ends it. One that has
-- passed already is left to a person: the review asks.
UPDATE subscriptions s SET at_end = 'ends',
    ends_on = CASE WHEN s.kind <> 'one_time' THEN s.end_date + CASE WHEN s.start_date IS NOT NULL AND s.end_date = (s.start_date + CASE s.term
        WHEN 'monthly' THEN interval '1 month' WHEN 'quarterly' THEN interval '3 months' WHEN 'annual' THEN interval '1 year' WHEN 'triennial' THEN interval '3 years' END)::date
        THEN 0 ELSE 1 END END
FROM providers p
WHERE p.id = s.provider_id AND p.connector = 'manual' AND s.end_date >= current_date AND s.state <> 'inactive';

CREATE INDEX subscriptions_ends_on ON subscriptions (ends_on) WHERE ends_on IS NOT NULL AND state <> 'inactive';
CREATE INDEX subscriptions_vendor_subscription ON subscriptions (provider_id, vendor_subscription_id) WHERE vendor_subscription_id <> '';
CREATE INDEX subscriptions_unread_dates ON subscriptions (provider_id) WHERE start_text <> '' OR end_text <> '';

-- The counted rows of a subscription sum to its billable quantity, at every commit
-- (RULES 1); while its start is to be said, it has none.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION subscriptions_ledger_sums() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_ledger   integer;
    v_billable integer;
BEGIN
    SELECT ledger_quantity, CASE WHEN undated THEN 0 ELSE billable_quantity END INTO v_ledger, v_billable FROM subscriptions WHERE id = NEW.id;
    IF v_ledger IS DISTINCT FROM v_billable THEN
        RAISE EXCEPTION 'subscription %: ledger % but billable %', NEW.external_id, v_ledger, v_billable
            USING ERRCODE = 'check_violation', CONSTRAINT = 'subscriptions_ledger_sums';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP TRIGGER subscriptions_ledger_sums ON subscriptions;
CREATE CONSTRAINT TRIGGER subscriptions_ledger_sums
    AFTER INSERT OR UPDATE OF quantity, state, frozen_quantity, ledger_quantity, undated ON subscriptions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION subscriptions_ledger_sums();

-- Lists filter by a finding.
CREATE INDEX subscription_reviews_checks ON subscription_reviews USING gin (checks jsonb_path_ops);
