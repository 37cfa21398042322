-- +goose Up
-- What was paid of invoices, in parts or whole. A payment stands on the invoice that holds the document; one that was
-- taken back stays with who did it and when. What is left open is what the document comes to less what stands here.
CREATE TABLE invoice_payments (
    id         uuid PRIMARY KEY,
    seq        bigint GENERATED ALWAYS AS IDENTITY,
    invoice_id uuid NOT NULL REFERENCES invoices,
    amount     numeric(20, 6) NOT NULL CHECK (amount <> 0), -- below zero: what a credit note gave back
    currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    paid_on    date NOT NULL,
    reference  text NOT NULL DEFAULT '',
    file_row   text,  -- what the row of a bank's file said: the same row is one payment, whatever file it comes in
    import_id  uuid,  -- the file it came in
    at         timestamptz NOT NULL,
    actor      text NOT NULL CHECK (actor <> ''),
    undone_at  timestamptz,
    undone_by  text NOT NULL DEFAULT ''
);
CREATE INDEX invoice_payments_invoice ON invoice_payments (invoice_id) WHERE undone_at IS NULL;
CREATE UNIQUE INDEX invoice_payments_row ON invoice_payments (file_row) WHERE file_row IS NOT NULL AND undone_at IS NULL;
CREATE INDEX invoice_payments_import ON invoice_payments (import_id) WHERE import_id IS NOT NULL;
GRANT SELECT, INSERT ON invoice_payments TO seatledger_app;
GRANT UPDATE (undone_at, undone_by) ON invoice_payments TO seatledger_app;

-- Files of payments are kept as other imports are; a new sort of file needs no list of them here.
ALTER TABLE imports DROP CONSTRAINT imports_kind_check, DROP CONSTRAINT imports_target,
    ADD CONSTRAINT imports_kind_check CHECK (kind ~ '^[a-z-]+$'),
    ADD CONSTRAINT imports_target CHECK ((kind IN ('price-list', 'provider')) = (target_id IS NOT NULL));
