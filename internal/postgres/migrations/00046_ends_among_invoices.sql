-- +goose Up
-- The end of a contract or of a subscription stands behind the invoices drafted before it was entered and before those
-- drafted since, also where no row of the ledger lies between. Of ends entered before this was kept it is not known:
-- they stand behind all drafts of their time, as they did.
ALTER TABLE billing_contracts ADD COLUMN end_invoice bigint NOT NULL DEFAULT 4611686018427387904;
ALTER TABLE subscriptions ADD COLUMN ends_invoice bigint NOT NULL DEFAULT 4611686018427387904;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION end_has_its_place() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.end_seq := (SELECT coalesce(max(seq), 0) FROM license_changes);
    NEW.end_invoice := (SELECT coalesce(max(seq), 0) + 1 FROM invoices);
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION subscription_end_has_its_place() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.ends_seq := (SELECT coalesce(max(seq), 0) FROM license_changes);
    NEW.ends_invoice := (SELECT coalesce(max(seq), 0) + 1 FROM invoices);
    RETURN NEW;
END $$;
-- +goose StatementEnd
