-- +goose Up
-- An API that gives costs without their period: what a person says it is. Empty: not known, and never guessed (RULES 5).
ALTER TABLE providers ADD COLUMN cost_period text NOT NULL DEFAULT ''
    CONSTRAINT providers_cost_period CHECK (cost_period = '' OR connector = 'stellr-legacy' AND cost_period IN ('month', 'quarter', 'year', 'three_years'));
ALTER TABLE subscriptions ADD COLUMN cost_period_assumed boolean NOT NULL DEFAULT false; -- the record had none: the provider's setting

-- The rhythm in which live invoices were cut stays, or their periods and the next ones would overlap or leave days out
-- (internal/contract/rhythm.go says it in words).
-- +goose StatementBegin
CREATE FUNCTION billing_contracts_rhythm() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM invoices WHERE contract_id = NEW.id AND state <> 'void') THEN
        RAISE EXCEPTION 'contract has live invoices' USING ERRCODE = 'check_violation', CONSTRAINT = 'billing_contracts_rhythm';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER billing_contracts_rhythm BEFORE UPDATE ON billing_contracts FOR EACH ROW
    WHEN (OLD.crm_account_id <> NEW.crm_account_id OR OLD.currency <> NEW.currency OR OLD.billing_frequency <> NEW.billing_frequency
       OR OLD.timing <> NEW.timing OR OLD.billing_day <> NEW.billing_day OR OLD.bill_from IS DISTINCT FROM NEW.bill_from
       OR OLD.start_date <> NEW.start_date AND OLD.billing_frequency <> 'monthly')
    EXECUTE FUNCTION billing_contracts_rhythm();
