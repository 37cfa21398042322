-- +goose Up
-- What the lines of a bill are about is written by one statement that takes each id from the row that bears it, and is
-- written again with every comparison. Looking each of five ids up a second time took longer than all the rest.
ALTER TABLE supplier_matches DROP CONSTRAINT supplier_matches_line_id_fkey,
    DROP CONSTRAINT supplier_matches_bill_id_fkey, DROP CONSTRAINT supplier_matches_subscription_id_fkey,
    DROP CONSTRAINT supplier_matches_account_id_fkey, DROP CONSTRAINT supplier_matches_crm_account_id_fkey;
