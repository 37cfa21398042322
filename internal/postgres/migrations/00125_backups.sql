-- +goose Up
-- Backups that Seatledger made of its database, and tries that failed (internal/backup). The files lie elsewhere.
CREATE TABLE backups (
    id         uuid PRIMARY KEY,
    begun_at   timestamptz NOT NULL,
    ended_at   timestamptz,
    file       text NOT NULL DEFAULT '',   -- of a good one
    bytes      bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    row_count  bigint NOT NULL DEFAULT 0 CHECK (row_count >= 0),
    message    text NOT NULL DEFAULT '',   -- why a try failed
    scheduled  boolean NOT NULL,
    CONSTRAINT backups_end CHECK (ended_at IS NOT NULL OR (file = '' AND message = '')),
    CONSTRAINT backups_good_or_failed CHECK (ended_at IS NULL OR (file = '') <> (message = ''))
);
CREATE INDEX backups_by_time ON backups (begun_at);
GRANT SELECT, INSERT ON backups TO seatledger_app;
GRANT UPDATE (ended_at, file, bytes, row_count, message) ON backups TO seatledger_app;
