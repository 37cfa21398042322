-- +goose Up
-- What a billed invoice shows, as it was at billing. It never changes.
CREATE TABLE invoice_documents (
    invoice_id uuid PRIMARY KEY REFERENCES invoices,
    document   jsonb NOT NULL,
    net        numeric(20, 6) NOT NULL, -- these four stand in the document too; here for lists
    tax        numeric(20, 6) NOT NULL,
    gross      numeric(20, 6) NOT NULL,
    due_on     date,
    logo       text REFERENCES company_logos,
    made_at    timestamptz NOT NULL,
    CONSTRAINT invoice_documents_sums CHECK (net + tax = gross)
);
CREATE TRIGGER invoice_documents_append_only BEFORE UPDATE OR DELETE ON invoice_documents
    FOR EACH ROW EXECUTE FUNCTION refuse_change('invoice_documents_append_only');
CREATE TRIGGER invoice_documents_no_truncate BEFORE TRUNCATE ON invoice_documents
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('invoice_documents_append_only');
GRANT SELECT, INSERT ON invoice_documents TO seatledger_app;
