-- +goose Up

-- Where notices are sent over HTTPS. The address is a secret: with Slack and Teams whoever knows it may write there.
CREATE TABLE webhooks (
    id            uuid PRIMARY KEY,
    name          text NOT NULL CHECK (name <> ''),
    shape         text NOT NULL CHECK (shape IN ('standard', 'slack', 'teams')),
    host          text NOT NULL CHECK (host <> ''), -- scheme and host of the address
    severity      text NOT NULL CHECK (severity IN ('info', 'warn', 'bad', 'chosen')), -- from which on; chosen: by kinds
    kinds         text NOT NULL DEFAULT '', -- with commas
    active        boolean NOT NULL,
    since         timestamptz NOT NULL, -- what was told before is not sent
    failing_since timestamptz, -- null: the last try went well, or there was none
    off_why       text NOT NULL DEFAULT '', -- why it was switched off; empty: it is on
    version       integer NOT NULL,
    created_at    timestamptz NOT NULL,
    created_by    text NOT NULL,
    updated_at    timestamptz NOT NULL
);

-- The address, and what messages are signed with, sealed for exactly that host. While a signing secret is changed, both
-- sign until a moment.
CREATE TABLE webhook_secrets (
    webhook_id uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    name       text NOT NULL CHECK (name IN ('address', 'signing', 'signing_before')),
    sealed     bytea NOT NULL,
    sent_to    text NOT NULL CHECK (sent_to <> ''),
    set_at     timestamptz NOT NULL,
    set_by     text NOT NULL,
    until      timestamptz,
    PRIMARY KEY (webhook_id, name),
    CONSTRAINT webhook_secrets_until CHECK ((name = 'signing_before') = (until IS NOT NULL))
);

-- What is to go to whom. The id is the message's: a notice has its own, on every try and to every receiver.
CREATE TABLE webhook_deliveries (
    webhook_id   uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    id           uuid NOT NULL,
    notice_id    uuid REFERENCES notices CHECK (notice_id = id), -- null: a test
    state        text NOT NULL CHECK (state IN ('queued', 'delivered', 'failed')),
    queued_at    timestamptz NOT NULL,
    next_at      timestamptz NOT NULL, -- of a queued one: not tried before
    round        integer NOT NULL DEFAULT 0, -- tries since it was last put into the queue
    attempt      integer NOT NULL DEFAULT 0,
    holder       text NOT NULL DEFAULT '',
    held_until   timestamptz, -- by the database's clock; null: nobody is at it
    delivered_at timestamptz,
    PRIMARY KEY (webhook_id, id),
    CONSTRAINT webhook_deliveries_when CHECK (state <> 'delivered' OR delivered_at IS NOT NULL)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at, id) WHERE state = 'queued';
CREATE INDEX webhook_deliveries_held ON webhook_deliveries (webhook_id, held_until) WHERE held_until IS NOT NULL;
CREATE INDEX webhook_deliveries_log ON webhook_deliveries (webhook_id, queued_at, id);
CREATE INDEX webhook_deliveries_notice ON webhook_deliveries (notice_id);

-- Each time that one was taken in hand, and what came of it.
CREATE TABLE webhook_tries (
    webhook_id  uuid NOT NULL,
    delivery_id uuid NOT NULL,
    attempt     integer NOT NULL,
    at          timestamptz NOT NULL,
    code        integer NOT NULL DEFAULT 0, -- of the answer; 0: there was none
    ms          integer NOT NULL DEFAULT 0,
    outcome     text NOT NULL DEFAULT '', -- empty: not known
    answer      text NOT NULL DEFAULT '',
    PRIMARY KEY (webhook_id, delivery_id, attempt),
    FOREIGN KEY (webhook_id, delivery_id) REFERENCES webhook_deliveries ON DELETE CASCADE
);
GRANT SELECT, INSERT, UPDATE, DELETE ON webhooks, webhook_secrets, webhook_deliveries, webhook_tries TO seatledger_app;
