-- +goose Up
-- Numbers are given at billing, without gaps: whoever bills takes the next one under this row's lock (RULES 8).
CREATE TABLE invoice_numbers (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    last     bigint NOT NULL CHECK (last >= 0)
);
INSERT INTO invoice_numbers (last) VALUES (0);

CREATE TABLE invoices (
    id             uuid PRIMARY KEY,
    seq            bigint GENERATED ALWAYS AS IDENTITY, -- the order in which they were drafted
    number         bigint,
    contract_id    uuid NOT NULL REFERENCES billing_contracts,
    crm_account_id uuid NOT NULL REFERENCES crm_accounts,
    kind           text NOT NULL CHECK (kind IN ('full_cycle', 'change_log', 'credit')),
    state          text NOT NULL CHECK (state IN ('draft', 'billed', 'paid', 'void')),
    currency       text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    total          numeric(20, 6) NOT NULL,
    period_start   date NOT NULL,
    period_end     date NOT NULL, -- first day no longer in it
    payment_terms  text NOT NULL DEFAULT '',
    tax_code       text NOT NULL DEFAULT '',
    credits_id     uuid CONSTRAINT invoices_credits_known REFERENCES invoices, -- the invoice that a credit corrects
    note           text NOT NULL DEFAULT '',
    drafted_by     text NOT NULL CHECK (drafted_by <> ''),
    drafted_at     timestamptz NOT NULL,
    issued_at      timestamptz,
    paid_at        timestamptz,
    voided_at      timestamptz,
    void_reason    text NOT NULL DEFAULT '',
    version        integer NOT NULL DEFAULT 1,
    CONSTRAINT invoices_number_key UNIQUE (number),
    CONSTRAINT invoices_period CHECK (period_end > period_start),
    CONSTRAINT invoices_numbered_at_billing CHECK (CASE state WHEN 'draft' THEN number IS NULL WHEN 'void' THEN (number IS NULL) = (issued_at IS NULL) ELSE number IS NOT NULL AND issued_at IS NOT NULL END),
    CONSTRAINT invoices_paid_when CHECK (state <> 'paid' OR paid_at IS NOT NULL),
    CONSTRAINT invoices_voided_when CHECK ((state = 'void') = (voided_at IS NOT NULL)),
    CONSTRAINT invoices_credit_of CHECK ((kind = 'credit') = (credits_id IS NOT NULL)),
    -- No cycle of a contract is billed twice while the first run is live.
    CONSTRAINT invoices_one_cycle EXCLUDE USING gist (contract_id WITH =, daterange(period_start, period_end) WITH &&)
        WHERE (kind = 'full_cycle' AND state <> 'void')
);
CREATE UNIQUE INDEX invoices_seq ON invoices (seq);
CREATE INDEX invoices_contract ON invoices (contract_id, seq);
CREATE INDEX invoices_customer ON invoices (crm_account_id, seq);
CREATE INDEX invoices_state ON invoices (state, seq);
CREATE INDEX invoices_credits ON invoices (credits_id) WHERE credits_id IS NOT NULL;

CREATE TABLE invoice_lines (
    id              uuid PRIMARY KEY,
    invoice_id      uuid NOT NULL REFERENCES invoices,
    position        integer NOT NULL CHECK (position > 0),
    subscription_id uuid NOT NULL REFERENCES subscriptions,
    kind            text NOT NULL CHECK (kind IN ('cycle', 'catch_up', 'price', 'once', 'credit')),
    product_name    text NOT NULL DEFAULT '', -- as it was called when it was billed
    part_number     text NOT NULL DEFAULT '',
    from_date       date NOT NULL,
    to_date         date NOT NULL,
    days            integer NOT NULL GENERATED ALWAYS AS (to_date - from_date) STORED,
    seats           integer NOT NULL,
    unit_price      numeric(20, 6) NOT NULL,
    price_period    text NOT NULL CHECK (price_period IN ('month', 'quarter', 'year', 'three_years', 'once')),
    currency        text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount          numeric(20, 6) NOT NULL,
    exact           numeric NOT NULL, -- what it is worth before rounding, in parts of the currency unit (internal/billing/proration.go)
    credits_line_id uuid REFERENCES invoice_lines, -- the line that a credit turns around
    live            boolean NOT NULL DEFAULT true, -- its invoice is not void
    CONSTRAINT invoice_lines_position UNIQUE (invoice_id, position),
    CONSTRAINT invoice_lines_period CHECK (to_date > from_date),
    CONSTRAINT invoice_lines_credit_of CHECK ((kind = 'credit') = (credits_line_id IS NOT NULL)),
    -- No day of a subscription is billed for the first time on two live invoices.
    CONSTRAINT invoice_lines_no_overlap EXCLUDE USING gist (subscription_id WITH =, daterange(from_date, to_date) WITH &&)
        WHERE (live AND kind = 'cycle')
);
CREATE UNIQUE INDEX invoice_lines_credited_once ON invoice_lines (credits_line_id) WHERE live;
CREATE INDEX invoice_lines_subscription ON invoice_lines (subscription_id) WHERE live;

-- The ledger rows whose first charge or credit a line is.
CREATE TABLE invoice_line_changes (
    line_id   uuid NOT NULL REFERENCES invoice_lines,
    change_id uuid NOT NULL REFERENCES license_changes,
    PRIMARY KEY (line_id, change_id)
);
CREATE INDEX invoice_line_changes_change ON invoice_line_changes (change_id);

-- What an invoice did to a subscription: where its billing stood before and after, so that a void can put it back.
CREATE TABLE invoice_coverage (
    invoice_id      uuid NOT NULL REFERENCES invoices,
    subscription_id uuid NOT NULL REFERENCES subscriptions,
    through_before  date,
    began           date NOT NULL, -- first day that the invoice could bill
    through_after   date NOT NULL,
    billed_days     bigint NOT NULL, -- seat-days up to through_after, over all live invoices
    held_days       bigint NOT NULL,
    forfeited_days  bigint NOT NULL, -- billed, and closed without refund; of them first told on this invoice:
    new_forfeited   bigint NOT NULL,
    PRIMARY KEY (invoice_id, subscription_id)
);
CREATE INDEX invoice_coverage_subscription ON invoice_coverage (subscription_id);

-- Rows whose first charge another system has billed, up to a day.
CREATE TABLE billed_elsewhere (
    change_id  uuid PRIMARY KEY REFERENCES license_changes,
    reference  text NOT NULL CONSTRAINT billed_elsewhere_reference CHECK (reference <> ''),
    until      date, -- first day that it has not billed; null: there is no contract that bills here
    marked_at  timestamptz NOT NULL,
    marked_by  text NOT NULL CHECK (marked_by <> '')
);

ALTER TABLE license_change_status ADD CONSTRAINT license_change_status_invoice_known
    FOREIGN KEY (invoice_id) REFERENCES invoices;

GRANT SELECT ON invoice_numbers, invoices, invoice_lines, invoice_line_changes, invoice_coverage, billed_elsewhere TO seatledger_app;
GRANT UPDATE (last) ON invoice_numbers TO seatledger_app;
GRANT INSERT ON invoices, invoice_lines, invoice_line_changes, invoice_coverage, billed_elsewhere TO seatledger_app;
GRANT UPDATE (number, state, issued_at, paid_at, voided_at, void_reason, note, version) ON invoices TO seatledger_app;
GRANT UPDATE (live) ON invoice_lines TO seatledger_app;
