-- +goose Up
-- What is still to be paid falls by what was paid of it, in the transaction that notes the payment.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION invoice_open_amount() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.open_amount := 0;
    IF NEW.state = 'billed' AND NEW.document_of IS NULL THEN
        NEW.open_amount := coalesce((SELECT gross FROM invoice_documents WHERE invoice_id = NEW.id), 0)
            - coalesce((SELECT sum(amount) FROM invoice_payments WHERE invoice_id = NEW.id AND undone_at IS NULL), 0);
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION invoice_open_after_payment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE invoices SET open_amount = 0 WHERE id = NEW.invoice_id; -- invoice_open_amount reckons it anew
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER invoice_open_after_payment AFTER INSERT OR UPDATE OF undone_at ON invoice_payments
    FOR EACH ROW EXECUTE FUNCTION invoice_open_after_payment();

UPDATE invoices SET open_amount = 0 WHERE id IN (SELECT invoice_id FROM invoice_payments);
