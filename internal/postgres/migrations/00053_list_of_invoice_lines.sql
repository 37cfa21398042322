-- +goose Up

-- What the list of lines asks of their invoice and subscription, in the row. The invoice's state stays with the
-- invoice: a line would be written again at billing and at payment.
ALTER TABLE invoice_lines
    ADD COLUMN invoice_seq            bigint,
    ADD COLUMN invoice_contract_id    uuid,
    ADD COLUMN invoice_crm_account_id uuid,
    ADD COLUMN customer_key           text NOT NULL DEFAULT '', -- as the invoice says it; lower case
    ADD COLUMN search_text            text NOT NULL DEFAULT ''; -- what a search looks at beside the invoice's own; lower case
GRANT UPDATE (search_text) ON invoice_lines TO seatledger_app; -- the trigger says what stands there

-- +goose StatementBegin
CREATE FUNCTION invoice_line_words() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    SELECT seq, contract_id, crm_account_id, customer_key
    INTO NEW.invoice_seq, NEW.invoice_contract_id, NEW.invoice_crm_account_id, NEW.customer_key
    FROM invoices WHERE id = NEW.invoice_id;
    NEW.search_text := lower(concat_ws(' ', NEW.product_name, NEW.part_number,
        (SELECT external_id FROM subscriptions WHERE id = NEW.subscription_id)));
    RETURN NEW;
END $$;
CREATE FUNCTION customer_of_lines() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE invoice_lines SET customer_key = NEW.customer_key WHERE invoice_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER invoice_line_words BEFORE INSERT OR UPDATE OF search_text ON invoice_lines
    FOR EACH ROW EXECUTE FUNCTION invoice_line_words();
CREATE TRIGGER invoice_customer AFTER UPDATE ON invoices FOR EACH ROW
    WHEN (OLD.customer_name IS DISTINCT FROM NEW.customer_name) EXECUTE FUNCTION customer_of_lines();
UPDATE invoice_lines SET search_text = search_text;
ALTER TABLE invoice_lines ALTER COLUMN invoice_seq SET NOT NULL, ALTER COLUMN invoice_contract_id SET NOT NULL,
    ALTER COLUMN invoice_crm_account_id SET NOT NULL;

CREATE INDEX invoice_lines_by_invoice ON invoice_lines (invoice_seq, id) INCLUDE (kind, live, invoice_id);
CREATE INDEX invoice_lines_by_customer ON invoice_lines (customer_key, id) INCLUDE (kind, live, invoice_id);
CREATE INDEX invoice_lines_by_amount ON invoice_lines (amount, id) INCLUDE (kind, live, invoice_id);
CREATE INDEX invoice_lines_kind ON invoice_lines (kind, invoice_seq);
CREATE INDEX invoice_lines_contract ON invoice_lines (invoice_contract_id, invoice_seq);
CREATE INDEX invoice_lines_crm_account ON invoice_lines (invoice_crm_account_id, invoice_seq);
CREATE INDEX invoice_lines_of_subscription ON invoice_lines (subscription_id, invoice_seq);
CREATE INDEX invoice_lines_search ON invoice_lines USING gin (search_text gin_trgm_ops);

-- +goose StatementBegin
CREATE FUNCTION invoice_lines_like(pattern text) RETURNS SETOF uuid LANGUAGE sql STABLE SET enable_seqscan = off AS $$
    SELECT id FROM invoice_lines WHERE search_text LIKE pattern
    UNION
    SELECT id FROM invoice_lines WHERE invoice_id IN (SELECT invoices_like(pattern)) $$;
-- +goose StatementEnd

CREATE TABLE invoice_line_counts (
    kind text NOT NULL,
    n    bigint NOT NULL
);
GRANT SELECT, INSERT, DELETE ON invoice_line_counts TO seatledger_app;
-- +goose StatementBegin
CREATE FUNCTION count_invoice_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO invoice_line_counts SELECT kind, count(*) FROM added GROUP BY 1; -- a line's kind stays
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER count_added AFTER INSERT ON invoice_lines REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_invoice_lines();
INSERT INTO invoice_line_counts SELECT kind, count(*) FROM invoice_lines GROUP BY 1;
