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

-- Seats that were charged for days, by a live line or by another system, or are about to be, by an open row: what is closed without refund and comes back
-- is not charged for them again (internal/subscription/comeback.go).
CREATE VIEW charged_seats AS
SELECT subscription_id, from_date, to_date, seats, kind = 'once' AS once
FROM invoice_lines WHERE live AND kind IN ('cycle', 'catch_up', 'once')
UNION ALL
SELECT c.subscription_id, c.effective_at, e.until, c.delta, false
FROM billed_elsewhere e JOIN license_changes c ON c.id = e.change_id JOIN license_change_status st ON st.change_id = c.id AND st.counted
WHERE e.until > c.effective_at
UNION ALL
SELECT c.subscription_id, c.effective_at, DATE '9999-12-31', c.delta, s.kind = 'one_time'
FROM license_changes c JOIN license_change_status st ON st.change_id = c.id AND st.counted AND st.billing_state = 'open' JOIN subscriptions s ON s.id = c.subscription_id
WHERE c.delta <> 0;
GRANT SELECT ON charged_seats TO seatledger_app;
