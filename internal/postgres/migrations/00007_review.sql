-- +goose Up
-- The machine's verdict as it stood when it was last refreshed, check by check.
CREATE TABLE subscription_reviews (
    subscription_id uuid PRIMARY KEY REFERENCES subscriptions,
    verdict         text NOT NULL CHECK (verdict IN ('fail', 'warn', 'ok')),
    checks          jsonb NOT NULL,
    fingerprint     text NOT NULL, -- of what a signature stands for (RULES 7)
    refreshed_at    timestamptz NOT NULL
);

CREATE TABLE sign_offs (
    id              uuid PRIMARY KEY,
    subscription_id uuid NOT NULL REFERENCES subscriptions,
    fingerprint     text NOT NULL,
    facts           jsonb NOT NULL, -- what was signed, so that a lapse can say what changed
    contract_id     uuid NOT NULL REFERENCES billing_contracts,
    verdict         text NOT NULL CHECK (verdict IN ('warn', 'ok')),
    signed_by_id    uuid,
    signed_by       text NOT NULL CHECK (signed_by <> ''),
    signed_at       timestamptz NOT NULL,
    note            text NOT NULL DEFAULT '',
    lapsed_at       timestamptz,
    lapsed_because  text NOT NULL DEFAULT '',
    CONSTRAINT sign_offs_lapse_whole CHECK ((lapsed_at IS NULL) = (lapsed_because = ''))
);
CREATE UNIQUE INDEX sign_offs_one_standing ON sign_offs (subscription_id) WHERE lapsed_at IS NULL;
CREATE INDEX sign_offs_subscription ON sign_offs (subscription_id, signed_at);

-- Mass changes mark here; a worker refreshes and deletes, and the page says so meanwhile.
CREATE TABLE review_queue (
    subscription_id uuid PRIMARY KEY REFERENCES subscriptions,
    queued_at       timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON subscription_reviews, review_queue TO seatledger_app;
GRANT SELECT, INSERT ON sign_offs TO seatledger_app;
GRANT UPDATE (lapsed_at, lapsed_because) ON sign_offs TO seatledger_app;
