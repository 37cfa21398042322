-- +goose Up
CREATE TABLE sync_runs (
    id                  uuid PRIMARY KEY,
    provider_id         uuid NOT NULL REFERENCES providers,
    kind                text NOT NULL CHECK (kind IN ('accounts', 'subscriptions', 'listing')),
    trigger             text NOT NULL CHECK (trigger IN ('person', 'nightly', 'retry', 'demo')),
    account_id          uuid REFERENCES provider_accounts, -- null: all accounts
    contract_id         uuid REFERENCES billing_contracts, -- a contract's own sync
    only_accounts       jsonb NOT NULL DEFAULT '[]',   -- retry of the failed: external ids of accounts
    only_external_ids   jsonb NOT NULL DEFAULT '[]',   -- ticked in a contract's preview
    retry_of            uuid REFERENCES sync_runs,
    then_subscriptions  boolean NOT NULL DEFAULT false, -- the night reads accounts first, then subscriptions
    anyway              boolean NOT NULL DEFAULT false, -- a person asked to sync without a fresh check
    allow_gone          boolean NOT NULL DEFAULT false, -- a person agreed to what the guard stopped
    state               text NOT NULL CHECK (state IN ('queued', 'running', 'interrupted', 'succeeded', 'partial', 'failed', 'cancelled', 'stopped')),
    requested_by_id     uuid,
    requested_by        text NOT NULL,
    requested_at        timestamptz NOT NULL,
    started_at          timestamptz,
    finished_at         timestamptz,
    attempt             integer NOT NULL DEFAULT 0,
    resume_at           timestamptz, -- interrupted: queued again if nobody has it by then
    cancel_requested_at timestamptz,
    cancel_requested_by text NOT NULL DEFAULT '',
    -- Accounts in the order of their external id; all up to this one are done.
    saved_through       text NOT NULL DEFAULT '',
    total               integer NOT NULL DEFAULT 0, -- accounts to read
    done                integer NOT NULL DEFAULT 0,
    added               integer NOT NULL DEFAULT 0,
    changed             integer NOT NULL DEFAULT 0,
    unchanged           integer NOT NULL DEFAULT 0,
    gone                integer NOT NULL DEFAULT 0,
    held                integer NOT NULL DEFAULT 0,
    failed              integer NOT NULL DEFAULT 0,
    message             text NOT NULL DEFAULT '',
    advice              text NOT NULL DEFAULT '',
    CONSTRAINT sync_runs_finished CHECK ((state IN ('succeeded', 'partial', 'failed', 'cancelled', 'stopped')) = (finished_at IS NOT NULL))
);
-- One unfinished run per provider: a second request finds the first.
CREATE UNIQUE INDEX sync_runs_one_unfinished ON sync_runs (provider_id) WHERE state IN ('queued', 'running', 'interrupted');
CREATE INDEX sync_runs_requested ON sync_runs (requested_at, id);
CREATE INDEX sync_runs_started ON sync_runs (started_at, id);

-- Accounts that changed, failed or were held; the rest is a count.
CREATE TABLE sync_run_accounts (
    run_id      uuid NOT NULL REFERENCES sync_runs,
    external_id text NOT NULL,
    account_id  uuid REFERENCES provider_accounts,
    name        text NOT NULL DEFAULT '',
    outcome     text NOT NULL CHECK (outcome IN ('changed', 'failed', 'held')),
    cause       text NOT NULL DEFAULT '', -- in plain words
    advice      text NOT NULL DEFAULT '',
    error_kind  text NOT NULL DEFAULT '',
    request_id  text NOT NULL DEFAULT '', -- the distributor's
    added       integer NOT NULL DEFAULT 0,
    changed     integer NOT NULL DEFAULT 0,
    unchanged   integer NOT NULL DEFAULT 0,
    gone        integer NOT NULL DEFAULT 0,
    held        integer NOT NULL DEFAULT 0,
    at          timestamptz NOT NULL,
    PRIMARY KEY (run_id, external_id)
);
CREATE INDEX sync_run_accounts_account ON sync_run_accounts (account_id, at) WHERE account_id IS NOT NULL;

-- Which subscriptions a running run has seen, so that a resumed one can still tell what is gone; cleared at its end.
CREATE TABLE sync_run_seen (
    run_id              uuid NOT NULL REFERENCES sync_runs,
    account_external_id text NOT NULL,
    external_ids        text[] NOT NULL,
    PRIMARY KEY (run_id, account_external_id)
);

-- A run works under a lease; each applying transaction checks its epoch, so a stale holder cannot commit.
CREATE TABLE sync_leases (
    provider_id uuid PRIMARY KEY REFERENCES providers,
    epoch       bigint NOT NULL,
    run_id      uuid REFERENCES sync_runs,
    holder      text NOT NULL DEFAULT '',
    until       timestamptz NOT NULL
);

CREATE TABLE sync_schedule (
    provider_id uuid PRIMARY KEY REFERENCES providers,
    next_at     timestamptz NOT NULL
);

-- The last read-only listing for a contract: what the distributor has.
CREATE TABLE contract_listings (
    contract_id uuid NOT NULL REFERENCES billing_contracts,
    provider_id uuid NOT NULL REFERENCES providers,
    run_id      uuid NOT NULL REFERENCES sync_runs,
    listed_at   timestamptz NOT NULL,
    items       jsonb NOT NULL,
    PRIMARY KEY (contract_id, provider_id)
);

GRANT SELECT, INSERT, UPDATE ON sync_runs, sync_leases, sync_schedule TO seatledger_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sync_run_accounts, sync_run_seen, contract_listings TO seatledger_app;
