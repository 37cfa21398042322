-- +goose Up
-- How the way to a provider stands, for all replicas: pauses that were asked for, the breaker, the budget of retries,
-- the limit per minute. A row is written when a call meets something that the others must know, and not while all is well.
CREATE TABLE provider_lines (
    line         text PRIMARY KEY, -- the provider and the host that is called
    version      bigint NOT NULL,
    paused_until timestamptz,
    asked_by     text NOT NULL DEFAULT '' CHECK (asked_by IN ('', 'distributor', 'breaker', 'limit')),
    why          text NOT NULL DEFAULT '', -- the beginning of a sentence
    answers      text NOT NULL DEFAULT '' CHECK (answers ~ '^[.x]{0,20}$'), -- oldest first; x: the server failed
    answered_at  timestamptz,
    trips        integer NOT NULL DEFAULT 0 CHECK (trips >= 0), -- pauses since the breaker opened
    probe_until  timestamptz, -- one call tries whether the server is well again
    spent        double precision NOT NULL DEFAULT 0 CHECK (spent >= 0), -- retries
    spent_at     timestamptz,
    next_slot    timestamptz
);
GRANT SELECT, INSERT, UPDATE, DELETE ON provider_lines TO seatledger_app;
