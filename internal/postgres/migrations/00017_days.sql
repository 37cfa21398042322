-- +goose Up
-- What decides how a row is charged is a fact of the row (RULES 1, 5 and 8).
ALTER TABLE license_changes
    ADD COLUMN refund            boolean NOT NULL DEFAULT false, -- of a reduction: what it takes away is given back
    ADD COLUMN replaces_id       uuid REFERENCES license_changes, -- the row it was written for anew; it stands in that one's place
    ADD COLUMN written_for_id    uuid REFERENCES license_changes, -- the row entered before it, because of which it was written anew
    ADD COLUMN product_id        uuid REFERENCES products, -- of a price: what it is for; unknown agrees with anything
    ADD COLUMN term              text NOT NULL DEFAULT '',
    ADD COLUMN billing_frequency text NOT NULL DEFAULT '',
    ADD COLUMN price_item_id     uuid, -- the price list item it was taken from; the item itself may be gone
    ADD COLUMN price_from        text NOT NULL DEFAULT '' -- of a price: who set it
        CONSTRAINT license_changes_price_from CHECK (price_from IN ('', 'person', 'list', 'landing', 'carried', 'shown'));
ALTER TABLE license_changes DROP CONSTRAINT license_changes_event_check;
ALTER TABLE license_changes ADD CONSTRAINT license_changes_event_check
    CHECK (event IN ('create', 'update', 'product', 'price', 'cost', 'renew', 'deactivate', 'activate', 'adjust', 'carry'));

ALTER TABLE license_changes DISABLE TRIGGER license_changes_append_only;
UPDATE license_changes c SET
    refund = c.delta < 0 AND st.billing_state <> 'archived', -- an archived reduction gave nothing back
    price_from = CASE WHEN c.event <> 'price' THEN '' WHEN c.source = 'person' THEN 'person' ELSE 'list' END
FROM license_change_status st
WHERE st.change_id = c.id AND (c.delta < 0 AND st.billing_state <> 'archived' OR c.event = 'price');
UPDATE license_changes c SET replaces_id = c.origin_change_id, origin_change_id = NULL
FROM license_changes o WHERE o.id = c.origin_change_id AND o.subscription_id = c.subscription_id;
ALTER TABLE license_changes ENABLE TRIGGER license_changes_append_only;

DROP INDEX license_changes_one_create;
CREATE UNIQUE INDEX license_changes_one_create ON license_changes (subscription_id)
    WHERE event = 'create' AND origin_change_id IS NULL AND replaces_id IS NULL;
CREATE INDEX license_changes_replaces ON license_changes (replaces_id) WHERE replaces_id IS NOT NULL;

-- The end of a contract, and of a subscription whose end is certain, has its place in the order of recording like a reduction.
ALTER TABLE billing_contracts
    ADD COLUMN end_refund boolean NOT NULL DEFAULT false,
    ADD COLUMN end_seq    bigint NOT NULL DEFAULT 0;
ALTER TABLE subscriptions
    ADD COLUMN ends_on      date, -- first day without seats of an end that is certain: it and later days are not billed
    ADD COLUMN ends_refund  boolean NOT NULL DEFAULT false,
    ADD COLUMN ends_seq     bigint NOT NULL DEFAULT 0,
    -- Of a price set by a cut-over that nobody has acknowledged: its line waits (RULES 7).
    ADD COLUMN price_waits  boolean NOT NULL DEFAULT false,
    ADD COLUMN price_until  date; -- day from which the price shown is another one: the copy is made anew then
CREATE INDEX subscriptions_price_until ON subscriptions (price_until) WHERE price_until IS NOT NULL;

-- +goose StatementBegin
CREATE FUNCTION end_has_its_place() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.end_seq := (SELECT coalesce(max(seq), 0) FROM license_changes);
    RETURN NEW;
END $$;
CREATE FUNCTION subscription_end_has_its_place() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.ends_seq := (SELECT coalesce(max(seq), 0) FROM license_changes);
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER billing_contracts_end BEFORE UPDATE OF end_date ON billing_contracts FOR EACH ROW
    WHEN (OLD.end_date IS DISTINCT FROM NEW.end_date) EXECUTE FUNCTION end_has_its_place();
CREATE TRIGGER subscriptions_end BEFORE UPDATE OF ends_on ON subscriptions FOR EACH ROW
    WHEN (OLD.ends_on IS DISTINCT FROM NEW.ends_on) EXECUTE FUNCTION subscription_end_has_its_place();

-- Each day belongs to the contract that the subscription was in on it (RULES 8).
CREATE TABLE contract_stays (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    seq             bigint GENERATED ALWAYS AS IDENTITY,
    subscription_id uuid NOT NULL REFERENCES subscriptions,
    contract_id     uuid REFERENCES billing_contracts, -- null: in none
    from_on         date, -- null: from its first day
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    set_aside       boolean NOT NULL DEFAULT false
);
CREATE INDEX contract_stays_subscription ON contract_stays (subscription_id, seq);
CREATE INDEX contract_stays_contract ON contract_stays (contract_id) WHERE contract_id IS NOT NULL AND NOT set_aside;
INSERT INTO contract_stays (subscription_id, contract_id, recorded_at)
    SELECT id, contract_id, updated_at FROM subscriptions WHERE contract_id IS NOT NULL;
GRANT SELECT ON contract_stays TO seatledger_app;

-- Lines that stand say what is paid; a line credited to be billed again does not, nor does its credit (RULES 8).
ALTER TABLE invoice_lines
    ADD COLUMN standing boolean NOT NULL DEFAULT true,
    ADD COLUMN again    boolean; -- of a credit: its line is to be billed again; no: goodwill
UPDATE invoice_lines SET standing = live, again = CASE WHEN kind = 'credit' THEN false END;
ALTER TABLE invoice_lines
    DROP CONSTRAINT invoice_lines_no_overlap,
    ADD CONSTRAINT invoice_lines_again CHECK ((kind = 'credit') = (again IS NOT NULL)),
    ADD CONSTRAINT invoice_lines_standing CHECK (live OR NOT standing),
    ADD CONSTRAINT invoice_lines_one_cycle EXCLUDE USING gist (subscription_id WITH =, daterange(from_date, to_date) WITH &&)
        WHERE (standing AND kind = 'cycle');
DROP INDEX invoice_lines_credited_once;
CREATE INDEX invoice_lines_credits ON invoice_lines (credits_line_id) WHERE credits_line_id IS NOT NULL;
CREATE UNIQUE INDEX invoice_lines_again_once ON invoice_lines (credits_line_id) WHERE live AND again;

-- A cycle has as many invoices as it needs. after_seq is the draft's place among the rows of the ledger, run_to the day up to
-- which it billed (null: its period's end); period_start and period_end are what its lines cover.
ALTER TABLE invoices
    DROP CONSTRAINT invoices_one_cycle,
    ADD COLUMN after_seq bigint NOT NULL DEFAULT 0,
    ADD COLUMN run_to    date;
UPDATE invoices i SET run_to = period_end,
    after_seq = coalesce((SELECT max(seq) FROM license_changes c WHERE c.recorded_at <= i.drafted_at), 0);
GRANT UPDATE (standing) ON invoice_lines TO seatledger_app;

-- Credits of one line together never exceed it.
-- +goose StatementBegin
CREATE FUNCTION invoice_lines_credits_within() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_line   numeric;
    v_credit numeric;
BEGIN
    SELECT amount INTO v_line FROM invoice_lines WHERE id = NEW.credits_line_id;
    SELECT sum(amount) INTO v_credit FROM invoice_lines WHERE credits_line_id = NEW.credits_line_id AND live;
    IF v_credit IS NOT NULL AND (v_credit * v_line > 0 OR abs(v_credit) > abs(v_line)) THEN
        RAISE EXCEPTION 'credits exceed their line' USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_lines_credits_within';
    END IF;
    RETURN NULL;
END $$;

-- Where a subscription comes to lie in a contract, leaves it or goes to another: from the day typed, else from its first
-- unpaid day, else from its first day; what was said for days from there on no longer holds.
CREATE FUNCTION subscriptions_contract_stay() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_from date := nullif(current_setting('seatledger.lands_on', true), '')::date;
BEGIN
    IF v_from IS NULL THEN
        SELECT max(l.to_date) INTO v_from FROM invoice_lines l
        WHERE l.standing AND l.kind <> 'credit' AND (l.subscription_id = NEW.id OR l.to_date > NEW.billable_from AND l.subscription_id IN
            (SELECT source_id FROM reassignments WHERE target_id = NEW.id AND undone_at IS NULL));
    END IF;
    UPDATE contract_stays SET set_aside = true
    WHERE subscription_id = NEW.id AND NOT set_aside AND (v_from IS NULL OR from_on >= v_from);
    IF NEW.contract_id IS NOT NULL OR v_from IS NOT NULL THEN
        INSERT INTO contract_stays (subscription_id, contract_id, from_on) VALUES (NEW.id, NEW.contract_id, v_from);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER invoice_lines_credits_within AFTER INSERT OR UPDATE OF live ON invoice_lines
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.credits_line_id IS NOT NULL) EXECUTE FUNCTION invoice_lines_credits_within();
CREATE TRIGGER subscriptions_contract_stay_insert AFTER INSERT ON subscriptions FOR EACH ROW
    WHEN (NEW.contract_id IS NOT NULL) EXECUTE FUNCTION subscriptions_contract_stay();
CREATE TRIGGER subscriptions_contract_stay_update AFTER UPDATE OF contract_id ON subscriptions FOR EACH ROW
    WHEN (OLD.contract_id IS DISTINCT FROM NEW.contract_id) EXECUTE FUNCTION subscriptions_contract_stay();

-- What the law of days makes of days billed before it came: taken as billed until a person says yes, contract by contract.
CREATE TABLE opening_differences (
    id              uuid PRIMARY KEY,
    contract_id     uuid NOT NULL REFERENCES billing_contracts,
    subscription_id uuid NOT NULL REFERENCES subscriptions,
    kind            text NOT NULL CHECK (kind IN ('cycle', 'catch_up', 'price', 'once')),
    from_date       date NOT NULL,
    to_date         date NOT NULL CHECK (to_date > from_date),
    seats           integer NOT NULL,
    unit_price      numeric(20, 6) NOT NULL,
    price_period    text NOT NULL,
    currency        text NOT NULL,
    exact           numeric NOT NULL,
    amount          numeric(20, 6) NOT NULL,
    after_seq       bigint NOT NULL,
    found_at        timestamptz NOT NULL,
    taken_at        timestamptz, -- a person said yes: the next run takes them
    taken_by        text NOT NULL DEFAULT ''
);
CREATE INDEX opening_differences_subscription ON opening_differences (subscription_id) WHERE taken_at IS NULL;
CREATE INDEX opening_differences_contract ON opening_differences (contract_id) WHERE taken_at IS NULL;
-- Each subscription whose price this made another one, or a dated fact: until a person has seen it.
CREATE TABLE opening_prices (
    subscription_id uuid PRIMARY KEY REFERENCES subscriptions,
    shown           numeric(20, 6),
    shown_period    text NOT NULL DEFAULT '',
    shown_currency  text NOT NULL DEFAULT '',
    price           numeric(20, 6),
    price_period    text NOT NULL DEFAULT '',
    currency        text NOT NULL DEFAULT '',
    found_at        timestamptz NOT NULL,
    seen_at         timestamptz,
    seen_by         text NOT NULL DEFAULT ''
);
CREATE TABLE opening_done (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), at timestamptz NOT NULL);
-- A database without subscriptions has nothing to look back at.
INSERT INTO opening_done (at) SELECT now() WHERE NOT EXISTS (SELECT FROM subscriptions);
GRANT SELECT, INSERT ON opening_differences, opening_prices, opening_done TO seatledger_app;
GRANT UPDATE (taken_at, taken_by) ON opening_differences TO seatledger_app;
GRANT UPDATE (seen_at, seen_by) ON opening_prices TO seatledger_app;
