-- +goose Up

-- Wrong codes of a second factor by account, from whatever place and process: who shows one knows the password. They
-- count for an hour, whatever is right meanwhile.
CREATE TABLE code_failures (
    id      uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    kind    text NOT NULL CONSTRAINT code_failures_kind CHECK (kind IN ('app', 'recovery')),
    at      timestamptz NOT NULL
);
CREATE INDEX code_failures_user ON code_failures (user_id, kind, at);
CREATE INDEX code_failures_at ON code_failures (at);
GRANT SELECT, INSERT, DELETE ON code_failures TO seatledger_app;

-- Whom it was told that codes of theirs are guessed, and when last: once an hour.
CREATE TABLE code_warnings (
    user_id uuid PRIMARY KEY REFERENCES users,
    at      timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON code_warnings TO seatledger_app;
