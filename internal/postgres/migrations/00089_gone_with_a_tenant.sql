-- +goose Up

-- Whoever may take over from an account that is gone is looked for by its tenant id, for each account that is shown: there
-- are few such, and a list of accounts went through all that are gone for each of its rows.
CREATE INDEX provider_accounts_gone_tenant ON provider_accounts (provider_id, lower(tenant_id))
    WHERE provider_status = 'gone' AND state = 'mapped' AND tenant_id <> '';
