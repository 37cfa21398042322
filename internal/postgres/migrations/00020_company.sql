-- +goose Up
-- Logos as they were when a document was issued; a document names one by its checksum.
CREATE TABLE company_logos (
    sha256   text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    image    bytea NOT NULL, -- PNG, eight bits a colour, no transparency
    width    integer NOT NULL CHECK (width > 0),
    height   integer NOT NULL CHECK (height > 0),
    added_at timestamptz NOT NULL
);
CREATE TRIGGER company_logos_append_only BEFORE UPDATE OR DELETE ON company_logos
    FOR EACH ROW EXECUTE FUNCTION refuse_change('company_logos_append_only');

-- How numbers look, and whether they begin anew with each year. A series is a format with its year and without its
-- number, as INV-2026-#: within it numbers have no gaps.
ALTER TABLE invoice_numbers
    ADD COLUMN format  text NOT NULL DEFAULT '{number}',
    ADD COLUMN yearly  boolean NOT NULL DEFAULT false,
    ADD COLUMN year    integer NOT NULL DEFAULT 0, -- of the last number that was given
    ADD COLUMN version integer NOT NULL DEFAULT 1;
GRANT UPDATE (format, yearly, year, version) ON invoice_numbers TO seatledger_app;

ALTER TABLE invoices
    ADD COLUMN number_text   text NOT NULL DEFAULT '', -- the number as it is written
    ADD COLUMN number_series text NOT NULL DEFAULT '';
UPDATE invoices SET number_text = number::text, number_series = '#' WHERE number IS NOT NULL;
ALTER TABLE invoices DROP CONSTRAINT invoices_number_key;
CREATE UNIQUE INDEX invoices_number_key ON invoices (number_series, number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX invoices_number_text_key ON invoices (number_text) WHERE number_text <> '';
GRANT UPDATE (number_text, number_series) ON invoices TO seatledger_app;

GRANT SELECT, INSERT ON company_logos TO seatledger_app;
