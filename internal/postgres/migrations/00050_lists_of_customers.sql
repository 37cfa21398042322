-- +goose Up

-- What the lists of contracts and of provider accounts sort, filter and search by stands in their rows, and how many
-- stand alike is kept, as of subscriptions (00045).
ALTER TABLE billing_contracts
    ADD COLUMN customer_key text NOT NULL DEFAULT '', -- the customer's name; lower case
    ADD COLUMN search_text  text NOT NULL DEFAULT '', -- everything that a search looks at; lower case
    ADD COLUMN name_key     text NOT NULL GENERATED ALWAYS AS (lower(name)) STORED;
ALTER TABLE provider_accounts
    ADD COLUMN customer_key text NOT NULL DEFAULT '', -- of the CRM account it is mapped to; lower case
    ADD COLUMN search_text  text NOT NULL DEFAULT '',
    ADD COLUMN name_key     text NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
    ADD COLUMN to_do_key    text NOT NULL GENERATED ALWAYS AS -- what waits for a person first, then by name
        (CASE state WHEN 'unmapped' THEN '0' WHEN 'mapped' THEN '1' ELSE '2' END || lower(name)) STORED;

-- A name is read under a lock that a rename waits for, or a row written beside a rename would keep the old one.
-- +goose StatementBegin
CREATE FUNCTION contract_words() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    customer crm_accounts;
BEGIN
    SELECT * INTO customer FROM crm_accounts WHERE id = NEW.crm_account_id FOR SHARE;
    NEW.customer_key := lower(customer.name);
    NEW.search_text := lower(concat_ws(' ', NEW.name, customer.name, customer.external_id, customer.domain,
        customer.tenant_id));
    RETURN NEW;
END $$;
CREATE FUNCTION account_words() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    customer text;
BEGIN
    IF NEW.crm_account_id IS NOT NULL THEN
        SELECT name INTO customer FROM crm_accounts WHERE id = NEW.crm_account_id FOR SHARE;
    END IF;
    NEW.customer_key := lower(coalesce(customer, ''));
    NEW.search_text := lower(concat_ws(' ', NEW.name, NEW.domain, NEW.external_id, NEW.tenant_id, customer));
    RETURN NEW;
END $$;
CREATE FUNCTION names_of_contracts_and_accounts() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE billing_contracts SET search_text = search_text WHERE crm_account_id = NEW.id;
    IF OLD.name <> NEW.name THEN
        UPDATE provider_accounts SET search_text = search_text WHERE crm_account_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER contract_words BEFORE INSERT OR UPDATE OF name, crm_account_id, search_text ON billing_contracts
    FOR EACH ROW EXECUTE FUNCTION contract_words();
CREATE TRIGGER account_words BEFORE INSERT OR UPDATE OF name, domain, external_id, tenant_id, crm_account_id, search_text
    ON provider_accounts FOR EACH ROW EXECUTE FUNCTION account_words();
CREATE TRIGGER crm_account_called AFTER UPDATE OF name, external_id, domain, tenant_id ON crm_accounts FOR EACH ROW
    WHEN ((OLD.name, OLD.external_id, OLD.domain, OLD.tenant_id)
        IS DISTINCT FROM (NEW.name, NEW.external_id, NEW.domain, NEW.tenant_id))
    EXECUTE FUNCTION names_of_contracts_and_accounts();
UPDATE billing_contracts SET search_text = search_text;
UPDATE provider_accounts SET search_text = search_text;

DROP INDEX billing_contracts_by_name, billing_contracts_by_start, billing_contracts_search,
    provider_accounts_name, provider_accounts_to_do, provider_accounts_state, provider_accounts_by_external_id,
    provider_accounts_first_seen, provider_accounts_search;
CREATE INDEX billing_contracts_by_customer ON billing_contracts (customer_key, id) INCLUDE (active, is_default, price_list_id);
CREATE INDEX billing_contracts_by_name ON billing_contracts (name_key, id) INCLUDE (active, is_default, price_list_id);
CREATE INDEX billing_contracts_by_start ON billing_contracts (start_date, id) INCLUDE (active, is_default, price_list_id);
CREATE INDEX billing_contracts_inactive ON billing_contracts (customer_key, id) WHERE NOT active;
CREATE INDEX billing_contracts_not_default ON billing_contracts (customer_key, id) WHERE NOT is_default;
CREATE INDEX billing_contracts_search ON billing_contracts USING gin (search_text gin_trgm_ops);
CREATE INDEX provider_accounts_to_do ON provider_accounts (to_do_key, id) INCLUDE (provider_id, state, provider_status);
CREATE INDEX provider_accounts_name ON provider_accounts (name_key, id) INCLUDE (provider_id, state, provider_status);
CREATE INDEX provider_accounts_by_external_id ON provider_accounts (external_id, id)
    INCLUDE (provider_id, state, provider_status);
CREATE INDEX provider_accounts_first_seen ON provider_accounts (first_seen_at, id)
    INCLUDE (provider_id, state, provider_status);
CREATE INDEX provider_accounts_by_customer ON provider_accounts (customer_key, id)
    INCLUDE (provider_id, state, provider_status);
CREATE INDEX provider_accounts_state ON provider_accounts (state, provider_id);
CREATE INDEX provider_accounts_standing ON provider_accounts (provider_status, id) WHERE provider_status <> 'active';
CREATE INDEX provider_accounts_search ON provider_accounts USING gin (search_text gin_trgm_ops);

-- +goose StatementBegin
CREATE FUNCTION contracts_like(pattern text) RETURNS SETOF uuid LANGUAGE sql STABLE
    SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
    AS 'SELECT id FROM billing_contracts WHERE search_text LIKE pattern';
CREATE FUNCTION accounts_like(pattern text) RETURNS SETOF uuid LANGUAGE sql STABLE
    SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
    AS 'SELECT id FROM provider_accounts WHERE search_text LIKE pattern';
-- +goose StatementEnd

CREATE TABLE contract_counts (
    active        boolean NOT NULL,
    is_default    boolean NOT NULL,
    price_list_id uuid,
    n             bigint NOT NULL
);
CREATE TABLE account_counts (
    provider_id     uuid NOT NULL,
    state           text NOT NULL,
    provider_status text NOT NULL,
    n               bigint NOT NULL
);
GRANT SELECT, INSERT, DELETE ON contract_counts, account_counts TO seatledger_app;

-- +goose StatementBegin
CREATE FUNCTION count_contracts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO contract_counts SELECT active, is_default, price_list_id, count(*) FROM added GROUP BY 1, 2, 3;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO contract_counts SELECT active, is_default, price_list_id, -count(*) FROM removed GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO contract_counts SELECT active, is_default, price_list_id, sum(n)
        FROM (SELECT active, is_default, price_list_id, 1 AS n FROM added
            UNION ALL SELECT active, is_default, price_list_id, -1 FROM removed) moved
        GROUP BY 1, 2, 3 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION count_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO account_counts SELECT provider_id, state, provider_status, count(*) FROM added GROUP BY 1, 2, 3;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO account_counts SELECT provider_id, state, provider_status, -count(*) FROM removed GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO account_counts SELECT provider_id, state, provider_status, sum(n)
        FROM (SELECT provider_id, state, provider_status, 1 AS n FROM added
            UNION ALL SELECT provider_id, state, provider_status, -1 FROM removed) moved
        GROUP BY 1, 2, 3 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER count_added AFTER INSERT ON billing_contracts REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_contracts();
CREATE TRIGGER count_removed AFTER DELETE ON billing_contracts REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION count_contracts();
CREATE TRIGGER count_moved AFTER UPDATE ON billing_contracts REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_contracts();
CREATE TRIGGER count_added AFTER INSERT ON provider_accounts REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_accounts();
CREATE TRIGGER count_removed AFTER DELETE ON provider_accounts REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION count_accounts();
CREATE TRIGGER count_moved AFTER UPDATE ON provider_accounts REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_accounts();
INSERT INTO contract_counts SELECT active, is_default, price_list_id, count(*) FROM billing_contracts GROUP BY 1, 2, 3;
INSERT INTO account_counts SELECT provider_id, state, provider_status, count(*) FROM provider_accounts GROUP BY 1, 2, 3;
