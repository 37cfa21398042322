-- +goose Up

-- Whose an invoice is and on which contract, as its document says it, else as they are called now: in the row, so that
-- the list opens no document.
ALTER TABLE invoices
    ADD COLUMN contract_name text NOT NULL DEFAULT '',
    ADD COLUMN customer_name text NOT NULL DEFAULT '',
    ADD COLUMN customer_key  text NOT NULL GENERATED ALWAYS AS (lower(customer_name)) STORED,
    ADD COLUMN search_text   text NOT NULL DEFAULT '', -- everything that a search looks at; lower case
    ADD COLUMN due_key       date NOT NULL DEFAULT 'infinity';
GRANT UPDATE (search_text) ON invoices TO seatledger_app; -- the trigger says what stands there

-- Names are read without a lock: a draft is made under its contract's lock, which a rename takes first.
-- +goose StatementBegin
CREATE FUNCTION invoice_words() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    contract text;
    customer text;
BEGIN
    SELECT k.name, a.name INTO contract, customer FROM billing_contracts k, crm_accounts a
    WHERE k.id = NEW.contract_id AND a.id = NEW.crm_account_id;
    NEW.contract_name := contract;
    NEW.customer_name := customer;
    NEW.due_key := 'infinity';
    IF NEW.number_text <> '' THEN
        SELECT coalesce(part.says->>'contract', d.document->>'contract', contract),
            coalesce(nullif(part.says->>'for', ''), nullif(d.document->>'for', ''), d.document->'customer'->>'name',
                customer), coalesce(d.due_on, 'infinity')
        INTO NEW.contract_name, NEW.customer_name, NEW.due_key
        FROM (SELECT) one LEFT JOIN invoice_documents d ON d.invoice_id = coalesce(NEW.document_of, NEW.id)
        LEFT JOIN LATERAL (SELECT x AS says FROM jsonb_array_elements(d.document->'sections') x
            WHERE x->>'invoice' = NEW.id::text) part ON true;
    END IF;
    NEW.search_text := lower(concat_ws(' ', NEW.number_text, NEW.customer_name, NEW.contract_name,
        nullif(customer, NEW.customer_name), nullif(contract, NEW.contract_name)));
    RETURN NEW;
END $$;
CREATE FUNCTION names_of_invoices() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'crm_accounts' THEN
        UPDATE invoices SET search_text = search_text WHERE crm_account_id = NEW.id;
    ELSIF TG_TABLE_NAME = 'billing_contracts' THEN
        UPDATE invoices SET search_text = search_text WHERE contract_id = NEW.id;
    ELSE
        UPDATE invoices SET search_text = search_text WHERE id = NEW.invoice_id OR document_of = NEW.invoice_id;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER invoice_words BEFORE INSERT OR UPDATE OF number_text, document_of, search_text ON invoices
    FOR EACH ROW EXECUTE FUNCTION invoice_words();
CREATE TRIGGER invoice_document_made AFTER INSERT ON invoice_documents FOR EACH ROW EXECUTE FUNCTION names_of_invoices();
-- Behind crm_account_called, which waits for whoever drafts under one of the customer's contracts.
CREATE TRIGGER crm_account_invoiced AFTER UPDATE OF name ON crm_accounts FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION names_of_invoices();
CREATE TRIGGER contract_renamed AFTER UPDATE OF name ON billing_contracts FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION names_of_invoices();
UPDATE invoices SET search_text = search_text;

CREATE INDEX invoices_by_seq ON invoices (seq, id) INCLUDE (state, kind);
CREATE INDEX invoices_by_customer ON invoices (customer_key, id) INCLUDE (state, kind);
CREATE INDEX invoices_by_total ON invoices (total, id) INCLUDE (state, kind);
CREATE INDEX invoices_by_due ON invoices (due_key, id) INCLUDE (state, kind);
CREATE INDEX invoices_by_period ON invoices (period_start, id) INCLUDE (state, kind);
CREATE INDEX invoices_kind ON invoices (kind, seq);
CREATE INDEX invoices_search ON invoices USING gin (search_text gin_trgm_ops);

CREATE FUNCTION invoices_like(pattern text) RETURNS SETOF uuid LANGUAGE sql STABLE
    SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
    AS 'SELECT id FROM invoices WHERE search_text LIKE pattern';

CREATE TABLE invoice_counts (
    state text NOT NULL,
    kind  text NOT NULL,
    n     bigint NOT NULL
);
GRANT SELECT, INSERT, DELETE ON invoice_counts TO seatledger_app;
-- +goose StatementBegin
CREATE FUNCTION count_invoices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO invoice_counts SELECT state, kind, count(*) FROM added GROUP BY 1, 2;
    ELSE
        INSERT INTO invoice_counts SELECT state, kind, sum(n)
        FROM (SELECT state, kind, 1 AS n FROM added UNION ALL SELECT state, kind, -1 FROM removed) moved
        GROUP BY 1, 2 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER count_added AFTER INSERT ON invoices REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_invoices();
CREATE TRIGGER count_moved AFTER UPDATE ON invoices REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_invoices();
INSERT INTO invoice_counts SELECT state, kind, count(*) FROM invoices GROUP BY 1, 2;
