-- +goose Up

-- What the list of subscriptions sorts, filters and searches by stands in the row, so that one
-- index carries a sort together with the filters (DESIGN 3, measured traps).
ALTER TABLE subscriptions
    ADD COLUMN customer_key text NOT NULL DEFAULT '', -- who is billed, else who the distributor says; lower case
    ADD COLUMN search_text  text NOT NULL DEFAULT '', -- everything that a search looks at; lower case
    ADD COLUMN moved        boolean NOT NULL DEFAULT false, -- held as unmapped, though its account is mapped (RULES 3)
    ADD COLUMN findings     text[] NOT NULL DEFAULT '{}', -- codes of what fails or warns, kept by the review
    ADD COLUMN product_key  text NOT NULL GENERATED ALWAYS AS (lower(product_name)) STORED,
    ADD COLUMN end_key      date NOT NULL GENERATED ALWAYS AS (coalesce(end_date, 'infinity')) STORED,
    ADD COLUMN price_key    numeric NOT NULL GENERATED ALWAYS AS (coalesce(unit_price, 'Infinity')) STORED,
    ADD COLUMN review_key   smallint NOT NULL GENERATED ALWAYS AS
        (CASE review WHEN 'fail' THEN 0 WHEN 'warn' THEN 1 WHEN 'ok' THEN 2 WHEN 'signed' THEN 3 ELSE 4 END) STORED;

-- +goose StatementBegin
CREATE FUNCTION subscription_words() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    customer text;
    account  text;
    names    text;
    mapped   boolean;
BEGIN
    SELECT name INTO customer FROM crm_accounts WHERE id = NEW.crm_account_id;
    SELECT name, name || ' ' || domain || ' ' || external_id || ' ' || tenant_id, state = 'mapped'
        INTO account, names, mapped FROM provider_accounts WHERE id = NEW.account_id;
    NEW.moved := NEW.hold_reason IS NOT DISTINCT FROM 'unmapped' AND coalesce(mapped, false);
    NEW.customer_key := lower(coalesce(customer, account, ''));
    NEW.search_text := lower(concat_ws(' ', NEW.product_name, NEW.part_number, NEW.external_id, customer, names));
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER subscription_words BEFORE INSERT
    OR UPDATE OF product_name, part_number, external_id, crm_account_id, account_id, hold_reason, search_text
    ON subscriptions FOR EACH ROW EXECUTE FUNCTION subscription_words();

-- A name that changes is carried to the subscriptions that show it: an update that sets nothing new
-- runs the trigger above.
-- +goose StatementBegin
CREATE FUNCTION names_of_subscriptions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'crm_accounts' THEN
        UPDATE subscriptions SET search_text = search_text WHERE crm_account_id = NEW.id;
    ELSE
        UPDATE subscriptions SET search_text = search_text WHERE account_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER crm_account_renamed AFTER UPDATE OF name ON crm_accounts FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION names_of_subscriptions();
CREATE TRIGGER provider_account_renamed AFTER UPDATE OF name, domain, external_id, tenant_id, state ON provider_accounts
    FOR EACH ROW WHEN ((OLD.name, OLD.domain, OLD.external_id, OLD.tenant_id, OLD.state = 'mapped')
        IS DISTINCT FROM (NEW.name, NEW.domain, NEW.external_id, NEW.tenant_id, NEW.state = 'mapped'))
    EXECUTE FUNCTION names_of_subscriptions();

UPDATE subscriptions SET search_text = search_text;
UPDATE subscriptions s SET findings = v.codes FROM (
    SELECT r.subscription_id, array_agg(DISTINCT c->>'code' ORDER BY c->>'code') AS codes
    FROM subscription_reviews r, jsonb_array_elements(r.checks) c
    WHERE c->>'verdict' IN ('fail', 'warn') GROUP BY 1) v WHERE v.subscription_id = s.id;

DROP INDEX subscriptions_product_name, subscriptions_vendor, subscriptions_external_id, subscriptions_quantity,
    subscriptions_end_date, subscriptions_search, subscriptions_review, subscriptions_state;
-- Each sort carries what most filters ask, so that a page is found without visiting the rows that do not match.
CREATE INDEX subscriptions_by_product ON subscriptions (product_key, id)
    INCLUDE (provider_id, state, hold_reason, review, kind, vendor, end_key, moved, findings);
CREATE INDEX subscriptions_by_external_id ON subscriptions (external_id, id)
    INCLUDE (provider_id, state, hold_reason, review, kind, vendor, end_key, moved, findings);
CREATE INDEX subscriptions_by_quantity ON subscriptions (quantity, id)
    INCLUDE (provider_id, state, hold_reason, review, kind, vendor, end_key, moved, findings);
CREATE INDEX subscriptions_by_end ON subscriptions (end_key, id)
    INCLUDE (provider_id, state, hold_reason, review, kind, vendor, moved, findings);
CREATE INDEX subscriptions_by_customer ON subscriptions (customer_key, id)
    INCLUDE (provider_id, state, hold_reason, review, kind, vendor, end_key, moved, findings);
CREATE INDEX subscriptions_by_price ON subscriptions (price_key, id)
    INCLUDE (provider_id, state, hold_reason, review, kind, vendor, end_key, moved, findings);
CREATE INDEX subscriptions_by_review ON subscriptions (review_key, id)
    INCLUDE (provider_id, state, hold_reason, review, kind, vendor, end_key, moved, findings);
-- What goes together with the verdict is not spread evenly over the sort by it.
CREATE INDEX subscriptions_review ON subscriptions (review, review_key, id);
CREATE INDEX subscriptions_state ON subscriptions (state, review_key, id);
CREATE INDEX subscriptions_hold ON subscriptions (hold_reason, review_key, id) WHERE hold_reason IS NOT NULL;
CREATE INDEX subscriptions_moved ON subscriptions (id) WHERE moved;
CREATE INDEX subscriptions_kind ON subscriptions (kind, id);
CREATE INDEX subscriptions_findings ON subscriptions USING gin (findings);
CREATE INDEX subscriptions_search ON subscriptions USING gin (search_text gin_trgm_ops);

-- The ids that a search finds, by the trigram index whatever the planner thinks of the term.
CREATE FUNCTION subscriptions_like(pattern text) RETURNS SETOF uuid LANGUAGE sql STABLE
    SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
    AS 'SELECT id FROM subscriptions WHERE search_text LIKE pattern';

-- Kept counts: how many subscriptions stand alike. Each statement adds its difference as rows of
-- its own, so that no two transactions wait for each other; a job adds rows up. The sum over the
-- rows is always the count.
CREATE TABLE subscription_counts (
    provider_id uuid NOT NULL,
    state       text NOT NULL,
    hold_reason text NOT NULL,
    review      text NOT NULL,
    kind        text NOT NULL,
    vendor      text NOT NULL,
    moved       boolean NOT NULL,
    n           bigint NOT NULL
);
GRANT SELECT, INSERT, DELETE ON subscription_counts TO seatledger_app;

-- +goose StatementBegin
CREATE FUNCTION count_subscriptions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO subscription_counts
        SELECT provider_id, state, coalesce(hold_reason, ''), coalesce(review, ''), kind, vendor, moved, count(*)
        FROM added GROUP BY 1, 2, 3, 4, 5, 6, 7;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO subscription_counts
        SELECT provider_id, state, coalesce(hold_reason, ''), coalesce(review, ''), kind, vendor, moved, -count(*)
        FROM removed GROUP BY 1, 2, 3, 4, 5, 6, 7;
    ELSE
        INSERT INTO subscription_counts
        SELECT provider_id, state, coalesce(hold_reason, ''), coalesce(review, ''), kind, vendor, moved, sum(n)
        FROM (SELECT provider_id, state, hold_reason, review, kind, vendor, moved, 1 AS n FROM added
            UNION ALL SELECT provider_id, state, hold_reason, review, kind, vendor, moved, -1 FROM removed) moved
        GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER count_added AFTER INSERT ON subscriptions REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_subscriptions();
CREATE TRIGGER count_removed AFTER DELETE ON subscriptions REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION count_subscriptions();
CREATE TRIGGER count_moved AFTER UPDATE ON subscriptions REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_subscriptions();
INSERT INTO subscription_counts
SELECT provider_id, state, coalesce(hold_reason, ''), coalesce(review, ''), kind, vendor, moved, count(*)
FROM subscriptions GROUP BY 1, 2, 3, 4, 5, 6, 7;
