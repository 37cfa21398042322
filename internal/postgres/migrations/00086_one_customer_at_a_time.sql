-- +goose Up
-- A row of a contract or a provider account is written together with its customer's counts: whoever reads the
-- customer for it takes the lock that the counts need at once. Two who both held it shared and then both wanted to
-- count waited for each other for ever.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION contract_words() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    customer crm_accounts;
BEGIN
    SELECT * INTO customer FROM crm_accounts WHERE id = NEW.crm_account_id FOR NO KEY UPDATE;
    NEW.customer_key := lower(customer.name);
    NEW.search_text := lower(concat_ws(' ', NEW.name, customer.name, customer.external_id, customer.domain,
        customer.tenant_id));
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION account_words() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    customer text;
BEGIN
    IF NEW.crm_account_id IS NOT NULL THEN
        SELECT name INTO customer FROM crm_accounts WHERE id = NEW.crm_account_id FOR NO KEY UPDATE;
    END IF;
    NEW.customer_key := lower(coalesce(customer, ''));
    NEW.search_text := lower(concat_ws(' ', NEW.name, NEW.domain, NEW.external_id, NEW.tenant_id, customer));
    RETURN NEW;
END $$;
-- +goose StatementEnd
