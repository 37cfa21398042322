-- +goose Up
-- Contracts of one customer may be billed on one document with one number (decision 52).
ALTER TABLE billing_contracts ADD COLUMN bill_together boolean NOT NULL DEFAULT false;
-- Drafts of one group are billed together. Once billed, the first holds number and document, and the others name it.
ALTER TABLE invoices
    ADD COLUMN shared_id   uuid,
    ADD COLUMN document_of uuid REFERENCES invoices,
    ADD CONSTRAINT invoices_document_of_billed CHECK (document_of IS NULL OR number IS NOT NULL AND document_of <> id);
CREATE INDEX invoices_shared ON invoices (shared_id) WHERE shared_id IS NOT NULL;
CREATE INDEX invoices_document_of ON invoices (document_of) WHERE document_of IS NOT NULL;
DROP INDEX invoices_number_key;
DROP INDEX invoices_number_text_key;
CREATE UNIQUE INDEX invoices_number_key ON invoices (number_series, number)
    WHERE number IS NOT NULL AND document_of IS NULL;
CREATE UNIQUE INDEX invoices_number_text_key ON invoices (number_text) WHERE number_text <> '' AND document_of IS NULL;
GRANT UPDATE (shared_id, document_of) ON invoices TO seatledger_app;
