-- +goose Up
-- What an accounting system calls our customers, products and taxes. The empty key of accounts, items and classes
-- stands for everything else; of taxes, for a line without tax.
CREATE TABLE book_codes (
    system     text NOT NULL,
    sort       text NOT NULL CHECK (sort IN ('customer', 'account', 'item', 'tax', 'class')),
    key        text NOT NULL,
    code       text NOT NULL CHECK (code <> ''),
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    PRIMARY KEY (system, sort, key)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON book_codes TO seatledger_app;

-- An export: what went into an accounting system, with its files.
CREATE TABLE book_exports (
    id            uuid PRIMARY KEY,
    number        bigint NOT NULL UNIQUE,
    system        text NOT NULL,
    made_at       timestamptz NOT NULL,
    made_by       text NOT NULL,
    documents     integer NOT NULL CHECK (documents > 0),
    taken_back_at timestamptz, -- all of it
    taken_back_by text NOT NULL DEFAULT '',
    reason        text NOT NULL DEFAULT ''
);
CREATE TABLE book_files (
    export_id uuid NOT NULL REFERENCES book_exports,
    place     integer NOT NULL CHECK (place > 0),
    name      text NOT NULL,
    currency  text NOT NULL,
    credit    boolean NOT NULL,
    documents integer NOT NULL,
    rows      integer NOT NULL,
    net       numeric(20, 6) NOT NULL,
    tax       numeric(20, 6) NOT NULL,
    gross     numeric(20, 6) NOT NULL,
    digest    text NOT NULL, -- SHA-256 of the content
    content   bytea NOT NULL,
    PRIMARY KEY (export_id, place),
    CONSTRAINT book_files_digest CHECK (digest = encode(sha256(content), 'hex'))
);
CREATE TRIGGER book_files_append_only BEFORE UPDATE OR DELETE ON book_files
    FOR EACH ROW EXECUTE FUNCTION refuse_change('book_files_append_only');
CREATE TRIGGER book_files_no_truncate BEFORE TRUNCATE ON book_files
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('book_files_append_only');

-- The invoices of an export, those that share a document too. One stands in one export at most.
CREATE TABLE book_export_invoices (
    export_id     uuid NOT NULL REFERENCES book_exports,
    invoice_id    uuid NOT NULL REFERENCES invoices,
    place         integer NOT NULL, -- the file
    taken_back_at timestamptz,
    PRIMARY KEY (export_id, invoice_id)
);
CREATE UNIQUE INDEX book_export_invoices_once ON book_export_invoices (invoice_id) WHERE taken_back_at IS NULL;
GRANT SELECT, INSERT ON book_exports, book_files, book_export_invoices TO seatledger_app;
GRANT UPDATE (taken_back_at, taken_back_by, reason) ON book_exports TO seatledger_app;
GRANT UPDATE (taken_back_at) ON book_export_invoices TO seatledger_app;

-- What is exported is corrected by a credit (RULES 8).
-- +goose StatementBegin
CREATE FUNCTION exported_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM book_export_invoices WHERE invoice_id = NEW.id AND taken_back_at IS NULL) THEN
        RAISE EXCEPTION 'invoice % is exported', NEW.id USING ERRCODE = 'check_violation',
            CONSTRAINT = 'invoices_exported_stay';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER invoices_exported_stay BEFORE UPDATE OF state ON invoices FOR EACH ROW
    WHEN (NEW.state = 'void' AND OLD.state <> 'void') EXECUTE FUNCTION exported_stays();
