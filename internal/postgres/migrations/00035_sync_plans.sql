-- +goose Up
-- What a run would change is written down before anything is changed; a plan that waits for a person is applied
-- by its digest or discarded (RULES 3, DESIGN 5).
ALTER TABLE sync_runs
    ADD COLUMN dry boolean NOT NULL DEFAULT false,           -- only plans
    ADD COLUMN applies_run_id uuid REFERENCES sync_runs,     -- carries out the plan of that run, which a person saw
    DROP CONSTRAINT sync_runs_state_check,
    DROP CONSTRAINT sync_runs_finished,
    ADD CONSTRAINT sync_runs_state_check CHECK (state IN ('planned', 'queued', 'running', 'interrupted', 'succeeded',
        'partial', 'failed', 'cancelled', 'stopped')),
    ADD CONSTRAINT sync_runs_finished CHECK ((state IN ('planned', 'succeeded', 'partial', 'failed', 'cancelled',
        'stopped')) = (finished_at IS NOT NULL));

CREATE TABLE sync_plans (
    run_id       uuid PRIMARY KEY REFERENCES sync_runs,
    read_through timestamptz,              -- all was read, and what is missing looked for again
    digest       text NOT NULL DEFAULT '', -- of the rows that a person is shown
    lost_fields  jsonb NOT NULL DEFAULT '[]',
    settled      text NOT NULL DEFAULT '' CHECK (settled IN ('', 'applied', 'discarded')),
    settled_at   timestamptz,
    settled_by   text NOT NULL DEFAULT '',
    settled_run  uuid REFERENCES sync_runs, -- the run that applied it
    CONSTRAINT sync_plans_settled CHECK ((settled = '') = (settled_at IS NULL))
);

-- What each account of a run was read as; gone when the run is over and nobody waits for it.
CREATE TABLE sync_plan_accounts (
    run_id       uuid NOT NULL REFERENCES sync_plans,
    external_id  text NOT NULL,
    account_id   uuid REFERENCES provider_accounts,
    name         text NOT NULL DEFAULT '',
    read_at      timestamptz NOT NULL,
    complete     boolean NOT NULL,          -- its list was proved whole: what it lacks may be missing
    external_ids text[] NOT NULL,           -- what it listed
    tally        jsonb NOT NULL DEFAULT '{}', -- on how many of its records each field was
    unchanged    integer NOT NULL DEFAULT 0,
    held         integer NOT NULL DEFAULT 0,
    failed       integer NOT NULL DEFAULT 0,
    payload      text,                      -- the records that differ, as read; null: nothing differs
    applied_at   timestamptz,
    added        integer NOT NULL DEFAULT 0,
    changed      integer NOT NULL DEFAULT 0,
    PRIMARY KEY (run_id, external_id)
);

-- One row for each subscription or account that a run would change, holds back or finds in conflict.
CREATE TABLE sync_plan_rows (
    run_id              uuid NOT NULL REFERENCES sync_plans,
    account_external_id text NOT NULL,
    external_id         text NOT NULL,
    account_name        text NOT NULL DEFAULT '',
    subject_id          uuid,               -- the stored record; null: it would be new
    name                text NOT NULL DEFAULT '',
    kinds               text[] NOT NULL,
    words               text NOT NULL DEFAULT '',
    seats_before        integer NOT NULL DEFAULT 0,
    seats_after         integer NOT NULL DEFAULT 0,
    month_before        numeric(20, 6),     -- cost per month; null: not known
    month_after         numeric(20, 6),
    currency_before     text NOT NULL DEFAULT '',
    currency_after      text NOT NULL DEFAULT '',
    since               date,               -- of a missing one: the day it was first missed
    state               text NOT NULL CHECK (state IN ('planned', 'applied', 'waits', 'conflict', 'refused')),
    why                 text NOT NULL DEFAULT '',
    PRIMARY KEY (run_id, account_external_id, external_id)
);

-- A subscription that its account's complete list lacked and that is not proved gone yet.
CREATE TABLE subscription_absences (
    subscription_id uuid PRIMARY KEY REFERENCES subscriptions,
    since           date NOT NULL,        -- the day it was first missed
    first_at        timestamptz NOT NULL,
    run_id          uuid NOT NULL REFERENCES sync_runs,
    why             text NOT NULL         -- what it waits for, in plain words
);

-- An account that a person has marked as not readable: it takes no safety from the others.
CREATE TABLE unreadable_accounts (
    account_id uuid PRIMARY KEY REFERENCES provider_accounts,
    since      timestamptz NOT NULL,
    why        text NOT NULL,
    marked_by  text NOT NULL
);

-- A sudden growth that was applied and told: the next billing run shows it to a person.
CREATE TABLE unusual_growths (
    subscription_id uuid NOT NULL REFERENCES subscriptions,
    run_id          uuid NOT NULL REFERENCES sync_runs,
    seen_on         date NOT NULL,
    seats_before    integer NOT NULL,
    seats_after     integer NOT NULL,
    PRIMARY KEY (subscription_id, run_id)
);

-- Which fields the distributor no longer sends of a record: their last values stand (RULES 3).
ALTER TABLE subscriptions ADD COLUMN no_longer_sent text NOT NULL DEFAULT '';

DROP TABLE sync_run_seen; -- sync_plan_accounts has what each account listed

GRANT SELECT, INSERT, UPDATE, DELETE ON sync_plans, sync_plan_accounts, sync_plan_rows, subscription_absences,
    unreadable_accounts TO seatledger_app;
GRANT SELECT, INSERT ON unusual_growths TO seatledger_app;
