-- +goose Up
-- A code with a percentage and the first day on which it holds; a later row of the same code replaces it from its day on.
CREATE TABLE tax_rates (
    id         uuid PRIMARY KEY,
    code       text NOT NULL CHECK (code <> ''),
    name       text NOT NULL CHECK (name <> ''), -- as it stands on documents
    percent    numeric(9, 6) NOT NULL CHECK (percent >= 0 AND percent <= 100),
    first_day  date NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX tax_rates_key ON tax_rates (lower(code), first_day);

-- A product that is taxed otherwise than its contract says; an empty contract code: under every contract.
CREATE TABLE tax_products (
    id            uuid PRIMARY KEY,
    part_number   text NOT NULL CHECK (part_number <> ''),
    contract_code text NOT NULL DEFAULT '',
    code          text NOT NULL CHECK (code <> ''),
    created_at    timestamptz NOT NULL
);
CREATE UNIQUE INDEX tax_products_key ON tax_products (lower(part_number), lower(contract_code));

ALTER TABLE billing_contracts
    ADD COLUMN purchase_order text NOT NULL DEFAULT '', -- the customer's
    ADD COLUMN recipients     text NOT NULL DEFAULT '', -- of invoices, comma between them
    ADD COLUMN language       text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'fr'));
-- Payment terms are days from the invoice's date (30), or from the end of its month (eom+10). What can be read is; other words stay until somebody edits the contract.
UPDATE billing_contracts SET payment_terms = (regexp_match(lower(payment_terms), '^\s*(?:net\s+)?(\d{1,3})\s*(?:days?|d)?(?:\s+net)?\s*$'))[1]
WHERE lower(payment_terms) ~ '^\s*(?:net\s+)?(\d{1,3})\s*(?:days?|d)?(?:\s+net)?\s*$';

ALTER TABLE crm_accounts
    ADD COLUMN tax_id         text NOT NULL DEFAULT '',
    ADD COLUMN bill_to_parent boolean NOT NULL DEFAULT false;

GRANT SELECT, INSERT, DELETE ON tax_rates, tax_products TO seatledger_app;
