-- +goose Up

-- Until when a stored secret is good, as a person said of the one that was set at that moment: another one has its own.
CREATE TABLE secret_dues (
    kind       text NOT NULL,
    owner      uuid NOT NULL,
    name       text NOT NULL,
    set_at     timestamptz NOT NULL, -- of the secret
    expires_on date NOT NULL,
    said_at    timestamptz NOT NULL,
    said_by    text NOT NULL,
    PRIMARY KEY (kind, owner, name)
);
-- Which reminders have gone out: each once, however many processes look.
CREATE TABLE secret_reminders (
    kind       text NOT NULL,
    owner      uuid NOT NULL,
    name       text NOT NULL,
    expires_at timestamptz NOT NULL,
    days       integer NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (kind, owner, name, expires_at, days)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON secret_dues TO seatledger_app;
GRANT SELECT, INSERT, DELETE ON secret_reminders TO seatledger_app;
