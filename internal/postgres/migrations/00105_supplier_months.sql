-- +goose Up
-- Months of a distributor that were closed with a signature (internal/closing).
CREATE TABLE supplier_months (
    id          uuid PRIMARY KEY,
    provider_id uuid REFERENCES providers, -- null: bills of no connected provider
    month       date NOT NULL CHECK (month = date_trunc('month', month)),
    facts       jsonb NOT NULL,            -- what was signed, so that a lapse can say what changed
    digest      text NOT NULL CHECK (digest <> ''),
    note        text NOT NULL DEFAULT '',
    at          timestamptz NOT NULL,
    actor       text NOT NULL CHECK (actor <> ''),
    actor_id    uuid,
    lapsed_at   timestamptz,
    lapsed_why  text NOT NULL DEFAULT '',
    CONSTRAINT supplier_months_lapsed CHECK ((lapsed_at IS NULL) = (lapsed_why = ''))
);
CREATE UNIQUE INDEX supplier_months_one ON supplier_months (month, provider_id) NULLS NOT DISTINCT WHERE lapsed_at IS NULL;
CREATE INDEX supplier_months_of ON supplier_months (month, provider_id, at);
CREATE INDEX supplier_bills_of_month ON supplier_bills (month, provider_id) WHERE aside_at IS NULL;
GRANT SELECT, INSERT ON supplier_months TO seatledger_app;
GRANT UPDATE (lapsed_at, lapsed_why) ON supplier_months TO seatledger_app;
