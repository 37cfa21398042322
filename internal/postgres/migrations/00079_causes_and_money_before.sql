-- +goose Up
-- Of a failing review the check that is to be mended first, kept by the review: the list filters and groups by it.
ALTER TABLE subscriptions ADD COLUMN cause text NOT NULL DEFAULT '';
UPDATE subscriptions s SET cause = v.code FROM (
    SELECT DISTINCT ON (r.subscription_id) r.subscription_id, c.found->>'code' AS code
    FROM subscription_reviews r, jsonb_array_elements(r.checks) WITH ORDINALITY AS c (found, n)
    WHERE c.found->>'verdict' = 'fail' ORDER BY r.subscription_id, c.n) v WHERE v.subscription_id = s.id;
-- It stands among the findings too, as '!contract': those are in the indexes of all sorts.
UPDATE subscriptions SET findings = findings || ('!' || cause) WHERE cause <> '';

-- What a record comes to before a deed, beside what it comes to after.
ALTER TABLE bulk_items ADD COLUMN was numeric(36, 6);

-- A price that follows its list: so many percent above (or below) the list's, whenever that changes.
CREATE TABLE price_follows (
    subscription_id uuid PRIMARY KEY REFERENCES subscriptions,
    percent         numeric(9, 4) NOT NULL CHECK (percent > -100 AND percent <= 1000),
    step            numeric(20, 6) NOT NULL DEFAULT 0 CHECK (step >= 0),   -- 0: to the currency's places
    ending          numeric(20, 6) NOT NULL DEFAULT 0 CHECK (ending >= 0 AND ending < 1),
    since           date NOT NULL,
    set_by          text NOT NULL CHECK (set_by <> ''),
    set_at          timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON price_follows TO seatledger_app;
