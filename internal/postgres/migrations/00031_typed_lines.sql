-- +goose Up
-- Lines that a person types: once on a day, or once for every cycle of a contract that has a day of theirs (RULES 8).
-- What was typed stays; a line gets an end or is set aside, and is never deleted.
CREATE TABLE typed_lines (
    id           uuid PRIMARY KEY,
    seq          bigint GENERATED ALWAYS AS IDENTITY, -- the order in which they were typed
    contract_id  uuid NOT NULL REFERENCES billing_contracts,
    text         text NOT NULL CONSTRAINT typed_lines_text CHECK (text <> ''),
    quantity     numeric(20, 6) NOT NULL CHECK (quantity > 0),
    unit_amount  numeric(20, 6) NOT NULL,
    currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    tax_code     text NOT NULL DEFAULT '', -- empty: the contract's
    every        text NOT NULL CHECK (every IN ('once', 'cycle')),
    from_on      date NOT NULL,
    until_on     date, -- first day that is no longer its own; null: open
    created_at   timestamptz NOT NULL,
    created_by   text NOT NULL CHECK (created_by <> ''),
    set_aside_at timestamptz,
    set_aside_by text NOT NULL DEFAULT '',
    version      integer NOT NULL DEFAULT 1,
    CONSTRAINT typed_lines_days CHECK (until_on > from_on),
    CONSTRAINT typed_lines_once CHECK (every = 'cycle' OR until_on IS NULL),
    CONSTRAINT typed_lines_aside CHECK ((set_aside_at IS NULL) = (set_aside_by = ''))
);
CREATE UNIQUE INDEX typed_lines_seq ON typed_lines (seq);
CREATE INDEX typed_lines_contract ON typed_lines (contract_id, seq);
GRANT SELECT, INSERT ON typed_lines TO seatledger_app;
GRANT UPDATE (until_on, set_aside_at, set_aside_by, version) ON typed_lines TO seatledger_app;

-- A line of an invoice is a subscription's or a typed one's. Quantity is a typed line's, which has no seats; tax_code is what
-- was typed for it, empty where the invoice's holds.
ALTER TABLE invoice_lines
    ALTER COLUMN subscription_id DROP NOT NULL,
    ADD COLUMN typed_line_id uuid REFERENCES typed_lines,
    ADD COLUMN quantity numeric(20, 6),
    ADD COLUMN tax_code text NOT NULL DEFAULT '',
    DROP CONSTRAINT invoice_lines_kind_check,
    ADD CONSTRAINT invoice_lines_kind_check CHECK (kind IN ('cycle', 'catch_up', 'price', 'once', 'credit', 'typed')),
    ADD CONSTRAINT invoice_lines_of_one CHECK (num_nonnulls(subscription_id, typed_line_id) = 1),
    ADD CONSTRAINT invoice_lines_typed CHECK (typed_line_id IS NULL AND kind <> 'typed' AND quantity IS NULL
        OR typed_line_id IS NOT NULL AND kind IN ('typed', 'credit') AND quantity IS NOT NULL AND seats = 0),
    -- No cycle of a typed line stands twice.
    ADD CONSTRAINT invoice_lines_typed_once EXCLUDE USING gist (typed_line_id WITH =, daterange(from_date, to_date) WITH &&)
        WHERE (standing AND kind = 'typed');
CREATE INDEX invoice_lines_typed_line ON invoice_lines (typed_line_id) WHERE live AND typed_line_id IS NOT NULL;
