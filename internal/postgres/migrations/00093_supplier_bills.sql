-- +goose Up
-- The distributor's bills (internal/supplier): what was charged, line by line, as it came. A bill is never changed;
-- a corrected one replaces it, and an undone or replaced one stands aside.
CREATE TABLE supplier_bills (
    id             uuid PRIMARY KEY,
    seq            bigint GENERATED ALWAYS AS IDENTITY,
    provider_id    uuid REFERENCES providers,     -- null: of no connected provider
    layout         text NOT NULL CHECK (layout <> ''), -- neutral, microsoft, microsoft_legacy, stellr, own, hand
    name           text NOT NULL CHECK (name <> ''), -- of the file, or as a person called it
    number         text NOT NULL DEFAULT '',      -- of the document, where it says one
    month          date NOT NULL CHECK (extract(day FROM month) = 1), -- whose bill it is: where most of its lines begin
    preliminary    boolean NOT NULL DEFAULT false, -- not yet closed by the distributor
    from_on        date,                          -- first day that a line is about; null: one-time charges only
    to_on          date,                          -- the day after the last
    lines          integer NOT NULL CHECK (lines > 0),
    document_total numeric,                -- with tax, as the document or a person says it; null: not said
    document_currency text NOT NULL DEFAULT '',
    digest         text NOT NULL CHECK (digest <> ''), -- SHA-256 of the file; of the lines where there was none
    import_id      uuid,                          -- the upload it came by
    replaces_id    uuid REFERENCES supplier_bills,
    at             timestamptz NOT NULL,
    actor          text NOT NULL CHECK (actor <> ''),
    actor_id       uuid,
    aside_at       timestamptz,                   -- undone, or replaced by a corrected one
    aside_by       text NOT NULL DEFAULT '',
    aside_why      text NOT NULL DEFAULT '' CHECK ((aside_at IS NULL) = (aside_why = ''))
);
-- What stands: for a list of months, and of one provider.
CREATE INDEX supplier_bills_month ON supplier_bills (month, id);
CREATE INDEX supplier_bills_at ON supplier_bills (at, id);
CREATE INDEX supplier_bills_provider ON supplier_bills (provider_id, month, id);
CREATE INDEX supplier_bills_import ON supplier_bills (import_id) WHERE import_id IS NOT NULL;
CREATE UNIQUE INDEX supplier_bills_seq ON supplier_bills (seq);
CREATE UNIQUE INDEX supplier_bills_once ON supplier_bills (digest) WHERE aside_at IS NULL;
CREATE UNIQUE INDEX supplier_bills_one_replacement ON supplier_bills (replaces_id) WHERE aside_at IS NULL AND replaces_id IS NOT NULL;

CREATE TABLE supplier_bill_lines (
    id                       uuid PRIMARY KEY,
    bill_id                  uuid NOT NULL REFERENCES supplier_bills,
    place                    integer NOT NULL,          -- in the file, from 1
    line                     text NOT NULL,             -- as the bill numbers it; its place where it does not
    customer_external_id     text NOT NULL DEFAULT '',
    customer                 text NOT NULL DEFAULT '',
    tenant_id                text NOT NULL DEFAULT '',
    subscription_external_id text NOT NULL DEFAULT '',
    vendor_subscription_id   text NOT NULL DEFAULT '',
    order_id                 text NOT NULL DEFAULT '',
    part_number              text NOT NULL DEFAULT '',
    product                  text NOT NULL DEFAULT '',
    term                     text NOT NULL DEFAULT '',  -- as it came
    billing_frequency        text NOT NULL DEFAULT '',  -- as it came
    charge                   text NOT NULL DEFAULT '',  -- the bill's own word
    usage                    boolean NOT NULL DEFAULT false,
    from_on                  date,                      -- null: charged once
    to_on                    date,                      -- the day after the last
    quantity                 numeric,            -- as it came; the sign is in amount
    unit_price               numeric,           -- for one unit and one cycle, before exchange_rate
    amount                   numeric NOT NULL,   -- without tax, in currency
    tax                      numeric,
    currency                 text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    price_currency           text NOT NULL DEFAULT '' CHECK (price_currency ~ '^([A-Z]{3})?$'), -- of unit_price; empty: currency
    exchange_rate            numeric,           -- null: 1
    reference                text NOT NULL DEFAULT '',  -- ties the lines of one event
    CONSTRAINT supplier_bill_lines_place UNIQUE (bill_id, place),
    CONSTRAINT supplier_bill_lines_days CHECK (from_on < to_on)
);
CREATE INDEX supplier_bill_lines_subscription ON supplier_bill_lines (subscription_external_id, bill_id) WHERE subscription_external_id <> '';

-- What its lines come to in each currency, so that no page adds up a hundred thousand.
CREATE TABLE supplier_bill_sums (
    bill_id  uuid NOT NULL REFERENCES supplier_bills,
    currency text NOT NULL,
    lines    integer NOT NULL,
    amount   numeric NOT NULL, -- without tax
    tax      numeric NOT NULL,
    usage    numeric NOT NULL, -- of amount
    once     numeric NOT NULL, -- of amount: charged once, for no days
    PRIMARY KEY (bill_id, currency)
);

-- Facts do not change; only whether a bill stands.
GRANT SELECT, INSERT ON supplier_bills, supplier_bill_lines, supplier_bill_sums TO seatledger_app;
GRANT UPDATE (aside_at, aside_by, aside_why) ON supplier_bills TO seatledger_app;
