-- +goose Up
-- Bills beside ledger and invoices (internal/difference): which subscription each line is about, and on what the four
-- do not agree.

-- How ids are compared: without blanks, a spreadsheet's apostrophe and case.
CREATE FUNCTION supplier_id(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN lower(ltrim(btrim($1), ''''));
-- A part number with the zeros that spreadsheets take from the SKU in it.
CREATE FUNCTION supplier_part(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN supplier_id($1) ~ '^[^:]+:[0-9]{1,3}(:|$)' THEN regexp_replace(supplier_id($1), '^([^:]+):[0-9]+',
        '\1:' || lpad(substring(supplier_id($1) FROM '^[^:]+:([0-9]+)'), 4, '0')) ELSE supplier_id($1) END;
-- What the bill calls the thing that a line is about: a person's match is remembered under it.
CREATE FUNCTION supplier_key(subscription text, vendor text, orders text, customer_id text, customer text, part text)
    RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE
        WHEN supplier_id(subscription) <> '' THEN 'subscription ' || supplier_id(subscription)
        WHEN supplier_id(vendor) <> '' THEN 'vendor ' || supplier_id(vendor)
        WHEN supplier_id(orders) <> '' THEN 'order ' || supplier_id(orders) || ' ' || supplier_part(part)
        ELSE 'customer ' || coalesce(nullif(supplier_id(customer_id), ''), lower(regexp_replace(btrim(customer), '\s+', ' ', 'g')))
            || ' ' || supplier_part(part) END;

CREATE INDEX subscriptions_supplier_id ON subscriptions (supplier_id(external_id));
CREATE INDEX subscriptions_supplier_vendor ON subscriptions (supplier_id(vendor_subscription_id))
    WHERE vendor_subscription_id <> '';

-- How far the comparison of a bill has come. It is compared again whenever asked goes beyond done.
CREATE TABLE supplier_comparisons (
    bill_id      uuid PRIMARY KEY REFERENCES supplier_bills,
    asked        bigint NOT NULL DEFAULT 1,
    done         bigint NOT NULL DEFAULT 0,
    asked_at     timestamptz NOT NULL,
    compared_at  timestamptz,
    from_on      date, -- the days that the bill is about
    to_on        date,
    lines        integer NOT NULL DEFAULT 0,
    matched      integer NOT NULL DEFAULT 0,
    compared     integer NOT NULL DEFAULT 0, -- beside our invoices
    equal        integer NOT NULL DEFAULT 0, -- beside the ledger and its costs
    differ       integer NOT NULL DEFAULT 0,
    incomparable integer NOT NULL DEFAULT 0,
    trouble      text NOT NULL DEFAULT ''    -- why the last try failed
);
CREATE INDEX supplier_comparisons_waiting ON supplier_comparisons (asked_at) WHERE done < asked;

-- What each line is about.
CREATE TABLE supplier_matches (
    line_id         uuid PRIMARY KEY REFERENCES supplier_bill_lines,
    bill_id         uuid NOT NULL REFERENCES supplier_bills,
    way             text NOT NULL CHECK (way IN ('person', 'id', 'vendor', 'order', 'facts', 'sums', 'customer', 'none')),
    subscription_id uuid REFERENCES subscriptions,
    account_id      uuid REFERENCES provider_accounts,
    crm_account_id  uuid REFERENCES crm_accounts,
    certainty       smallint NOT NULL CHECK (certainty BETWEEN 0 AND 100),
    reasons         text NOT NULL DEFAULT '',
    answer          text NOT NULL DEFAULT '' CHECK (answer IN ('', 'equal', 'different', 'incomparable')),
    answer_why      text NOT NULL DEFAULT '',
    CONSTRAINT supplier_matches_subscription CHECK ((subscription_id IS NOT NULL) = (way IN ('person', 'id', 'vendor', 'order', 'facts')))
);
CREATE INDEX supplier_matches_bill ON supplier_matches (bill_id, line_id);
CREATE INDEX supplier_matches_subscription_id ON supplier_matches (subscription_id) WHERE subscription_id IS NOT NULL;

-- Matches of people, kept for the months to come.
CREATE TABLE supplier_keys (
    id              uuid PRIMARY KEY,
    provider_id     uuid REFERENCES providers,
    key             text NOT NULL CHECK (key <> ''),
    subscription_id uuid NOT NULL REFERENCES subscriptions,
    at              timestamptz NOT NULL,
    actor           text NOT NULL CHECK (actor <> ''),
    undone_at       timestamptz,
    undone_by       text NOT NULL DEFAULT '',
    CONSTRAINT supplier_keys_undone CHECK ((undone_at IS NULL) = (undone_by = ''))
);
CREATE UNIQUE INDEX supplier_keys_one ON supplier_keys (key, provider_id) NULLS NOT DISTINCT WHERE undone_at IS NULL;

-- One cause on one thing of one bill. Its id follows from these, so that it is the same when the bill is compared
-- again, and what a person decided stays with it.
CREATE TABLE differences (
    id              uuid PRIMARY KEY,
    bill_id         uuid NOT NULL REFERENCES supplier_bills,
    provider_id     uuid REFERENCES providers,
    kind            text NOT NULL CHECK (kind IN ('only_on_bill', 'only_here', 'quantity', 'price', 'period', 'term', 'currency',
                        'charged_after_end', 'double', 'unmapped', 'not_billed_on', 'billed_below_cost', 'unsigned',
                        'renewal_price', 'usage_without_rule')),
    subject         text NOT NULL CHECK (subject <> ''), -- what it is about: a subscription's id, or what the bill calls it
    subscription_id uuid REFERENCES subscriptions,
    external_id     text NOT NULL DEFAULT '',
    crm_account_id  uuid REFERENCES crm_accounts,
    customer        text NOT NULL DEFAULT '',
    product         text NOT NULL DEFAULT '',
    part_number     text NOT NULL DEFAULT '',
    month_amount    numeric(20, 6) NOT NULL,
    once_amount     numeric(20, 6) NOT NULL,
    currency        text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    since           date NOT NULL,
    why             text NOT NULL,
    reached         text NOT NULL CHECK (reached IN ('yes', 'no', 'partly')), -- our invoice
    times           integer NOT NULL DEFAULT 1, -- bills in a row that have it
    first_bill_id   uuid NOT NULL REFERENCES supplier_bills, -- of those
    found_at        timestamptz NOT NULL,
    gone_at         timestamptz, -- a later comparison no longer finds it

    state           text NOT NULL DEFAULT 'todo' CHECK (state IN ('todo', 'accepted', 'billed', 'disputed', 'dismissed')),
    reason          text NOT NULL DEFAULT '',
    until_on        date,
    reference       text NOT NULL DEFAULT '',
    credit_line_id  uuid REFERENCES supplier_bill_lines, -- the credit that a dispute brought
    rule_id         uuid,
    decided_at      timestamptz,
    decided_by      text NOT NULL DEFAULT '',
    decided_once    numeric(20, 6), -- what it came to then
    trace           jsonb, -- what is needed to take it back
    again_why       text NOT NULL DEFAULT '', -- why it is to do again
    owner           text NOT NULL DEFAULT '',
    note            text NOT NULL DEFAULT '',
    version         integer NOT NULL DEFAULT 1,
    shown           boolean NOT NULL GENERATED ALWAYS AS (gone_at IS NULL OR state <> 'todo') STORED, -- what was decided stays in sight
    search_text     text NOT NULL GENERATED ALWAYS AS
        (lower(customer || ' ' || product || ' ' || part_number || ' ' || external_id || ' ' || reference || ' ' || owner)) STORED,
    CONSTRAINT differences_one UNIQUE (bill_id, kind, subject, currency),
    CONSTRAINT differences_decided CHECK ((state = 'todo') = (decided_at IS NULL))
);
CREATE INDEX differences_once ON differences (once_amount, id) WHERE shown;
CREATE INDEX differences_month ON differences (month_amount, id) WHERE shown;
CREATE INDEX differences_since ON differences (since, id) WHERE shown;
CREATE INDEX differences_kind ON differences (kind, once_amount, id) WHERE shown;
CREATE INDEX differences_state ON differences (state, once_amount, id) WHERE shown;
CREATE INDEX differences_bill ON differences (bill_id, once_amount, id) WHERE shown;
CREATE INDEX differences_subject ON differences (subject, kind, currency);
CREATE INDEX differences_customer ON differences (crm_account_id, once_amount, id) WHERE shown;
CREATE INDEX differences_subscription ON differences (subscription_id) WHERE subscription_id IS NOT NULL;

-- The lines of both sides that a difference is about.
CREATE TABLE difference_lines (
    difference_id uuid NOT NULL REFERENCES differences,
    line_id       uuid NOT NULL REFERENCES supplier_bill_lines,
    PRIMARY KEY (difference_id, line_id)
);
CREATE INDEX difference_lines_line ON difference_lines (line_id);
CREATE TABLE difference_sales (
    difference_id   uuid NOT NULL REFERENCES differences,
    invoice_line_id uuid NOT NULL REFERENCES invoice_lines,
    PRIMARY KEY (difference_id, invoice_line_id)
);

GRANT SELECT, INSERT, UPDATE ON supplier_comparisons, supplier_matches, supplier_keys, differences TO seatledger_app;
GRANT SELECT, INSERT, DELETE ON difference_lines, difference_sales TO seatledger_app;
