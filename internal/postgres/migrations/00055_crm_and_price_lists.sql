-- +goose Up

-- The list of CRM accounts: how many provider accounts are mapped to each and how many of its contracts are
-- active stand in its row, so that the sorts' indexes carry the filters (decision 56).
ALTER TABLE crm_accounts
    ADD COLUMN mapped_accounts  integer NOT NULL DEFAULT 0,
    ADD COLUMN active_contracts integer NOT NULL DEFAULT 0;

-- +goose StatementBegin
CREATE FUNCTION count_mapped_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before uuid; -- whose customer it was
    now_of uuid;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state = 'mapped' THEN before := OLD.crm_account_id; END IF;
    IF TG_OP <> 'DELETE' AND NEW.state = 'mapped' THEN now_of := NEW.crm_account_id; END IF;
    IF before IS DISTINCT FROM now_of THEN
        UPDATE crm_accounts SET mapped_accounts = mapped_accounts + CASE WHEN id = now_of THEN 1 ELSE -1 END
        WHERE id IN (before, now_of);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER count_mapped_accounts AFTER INSERT OR DELETE OR UPDATE OF state, crm_account_id ON provider_accounts
    FOR EACH ROW EXECUTE FUNCTION count_mapped_accounts();

-- +goose StatementBegin
CREATE FUNCTION count_active_contracts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before uuid; -- whose active contract it was
    now_of uuid;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.active THEN before := OLD.crm_account_id; END IF;
    IF TG_OP <> 'DELETE' AND NEW.active THEN now_of := NEW.crm_account_id; END IF;
    IF before IS DISTINCT FROM now_of THEN
        UPDATE crm_accounts SET active_contracts = active_contracts + CASE WHEN id = now_of THEN 1 ELSE -1 END
        WHERE id IN (before, now_of);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER count_active_contracts AFTER INSERT OR DELETE OR UPDATE OF active, crm_account_id ON billing_contracts
    FOR EACH ROW EXECUTE FUNCTION count_active_contracts();

UPDATE crm_accounts a SET
    mapped_accounts = (SELECT count(*) FROM provider_accounts m WHERE m.crm_account_id = a.id AND m.state = 'mapped'),
    active_contracts = (SELECT count(*) FROM billing_contracts b WHERE b.crm_account_id = a.id AND b.active);

DROP INDEX crm_accounts_name, crm_accounts_by_external_id, crm_accounts_by_updated_at;
CREATE INDEX crm_accounts_name ON crm_accounts (lower(name), id) INCLUDE (mapped_accounts, active_contracts);
CREATE INDEX crm_accounts_by_external_id ON crm_accounts (coalesce(external_id, ''), id)
    INCLUDE (mapped_accounts, active_contracts);
CREATE INDEX crm_accounts_by_updated_at ON crm_accounts (updated_at, id) INCLUDE (mapped_accounts, active_contracts);
CREATE INDEX crm_accounts_by_accounts ON crm_accounts (mapped_accounts, id) INCLUDE (active_contracts);
CREATE INDEX crm_accounts_by_contracts ON crm_accounts (active_contracts, id) INCLUDE (mapped_accounts);

-- The ids that a search finds, by the trigram index whatever the planner thinks of the term.
CREATE FUNCTION crm_accounts_like(pattern text) RETURNS SETOF uuid LANGUAGE sql STABLE
    SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
    AS $$SELECT id FROM crm_accounts
        WHERE lower(name || ' ' || coalesce(external_id, '') || ' ' || domain || ' ' || tenant_id) LIKE pattern$$;
