-- +goose Up
-- Suggestions are made by durable runs (internal/mapping): one unfinished a provider, with how far it is.
CREATE TABLE suggestion_runs (
    id                  uuid PRIMARY KEY,
    provider_id         uuid NOT NULL REFERENCES providers,
    accounts            integer NOT NULL DEFAULT 0 CHECK (accounts >= 0), -- that wait for a decision
    compared            integer NOT NULL DEFAULT 0 CHECK (compared >= 0), -- of them laid beside the CRM accounts
    suggested           integer NOT NULL DEFAULT 0 CHECK (suggested >= 0), -- whose suggestions stand
    mapped              integer NOT NULL DEFAULT 0 CHECK (mapped >= 0),   -- by Seatledger itself
    trigger             text NOT NULL,
    state               text NOT NULL CHECK (state IN ('queued', 'running', 'interrupted', 'succeeded', 'partial', 'failed', 'cancelled', 'stopped')),
    requested_by_id     uuid,
    requested_by        text NOT NULL,
    requested_at        timestamptz NOT NULL,
    started_at          timestamptz,
    finished_at         timestamptz,
    attempt             integer NOT NULL DEFAULT 0,
    fruitless           integer NOT NULL DEFAULT 0,
    held_until          timestamptz,
    holder              text NOT NULL DEFAULT '',
    resume_at           timestamptz,
    paused_until        timestamptz,
    cancel_requested_at timestamptz,
    cancel_requested_by text NOT NULL DEFAULT '',
    message             text NOT NULL DEFAULT '',
    advice              text NOT NULL DEFAULT '',
    CONSTRAINT suggestion_runs_finished CHECK ((state IN ('succeeded', 'partial', 'failed', 'cancelled', 'stopped')) = (finished_at IS NOT NULL))
);
CREATE UNIQUE INDEX suggestion_runs_one_unfinished ON suggestion_runs (provider_id) WHERE state IN ('queued', 'running', 'interrupted');
CREATE INDEX suggestion_runs_latest ON suggestion_runs (provider_id, requested_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON suggestion_runs TO seatledger_app;

-- What is asked for stands in the runs.
ALTER TABLE mapping_refreshes DROP COLUMN wanted, DROP COLUMN queued_at;
