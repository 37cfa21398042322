-- +goose Up
-- Billing runs (internal/billingrun): many contracts drafted, looked at, billed and sent as one job.
CREATE TABLE billing_runs (
    id        uuid PRIMARY KEY,
    seq       bigint GENERATED ALWAYS AS IDENTITY,
    due_on    date NOT NULL,            -- the day up to which what is due was taken
    filter    text,                     -- the address of the page, where all that match were chosen; null: ticked ones
    press     uuid CONSTRAINT billing_runs_press UNIQUE, -- the form that asked for it: pressed twice, it is one run
    shown     text NOT NULL DEFAULT '', -- digest of what that form showed; empty: it showed nothing
    trigger   text NOT NULL CHECK (trigger IN ('person', 'nightly')),
    at        timestamptz NOT NULL,
    actor     text NOT NULL CHECK (actor <> ''),
    actor_id  uuid,
    step_by   text NOT NULL DEFAULT '', -- who asked for the step that is at work now
    step_by_id uuid,
    undo_at   timestamptz,
    undo_by   text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX billing_runs_seq ON billing_runs (seq);

CREATE TABLE billing_run_contracts (
    run_id      uuid NOT NULL REFERENCES billing_runs ON DELETE CASCADE,
    contract_id uuid NOT NULL REFERENCES billing_contracts,
    place       integer NOT NULL,
    state       text NOT NULL CHECK (state IN ('waiting', 'drafted', 'billed', 'sent', 'refused', 'skipped', 'thrown')),
    goal        text NOT NULL CHECK (goal IN ('draft', 'bill', 'send', 'undo')), -- how far somebody asked for it to go
    shown       text NOT NULL DEFAULT '', -- digest of its preview, as it was shown to who ticked it
    confirmed   boolean NOT NULL DEFAULT false, -- who asked for it confirmed lines that a person must, before they were drawn
    digest      text NOT NULL DEFAULT '', -- of what was drafted
    invoice_id  uuid REFERENCES invoices,
    lines       integer NOT NULL DEFAULT 0,
    late        boolean NOT NULL DEFAULT false, -- it has lines that a person must confirm
    left_out    jsonb NOT NULL DEFAULT '[]',
    changes     jsonb NOT NULL DEFAULT '[]', -- against its last invoice
    remarks     jsonb NOT NULL DEFAULT '[]', -- what is unusual
    by_itself   text NOT NULL DEFAULT '',    -- who has set that it is billed by itself, where it was
    message     text NOT NULL DEFAULT '',    -- why it went no further, and what to do
    PRIMARY KEY (run_id, contract_id),
    CONSTRAINT billing_run_contracts_drafted CHECK (state NOT IN ('drafted', 'billed', 'sent') OR invoice_id IS NOT NULL)
);
CREATE INDEX billing_run_contracts_open ON billing_run_contracts (run_id, state, place);
CREATE INDEX billing_run_contracts_invoice ON billing_run_contracts (invoice_id) WHERE invoice_id IS NOT NULL;

CREATE TABLE billing_run_turns (
    id                  uuid PRIMARY KEY,
    run_id              uuid NOT NULL REFERENCES billing_runs ON DELETE CASCADE,
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
    CONSTRAINT billing_run_turns_finished CHECK ((state IN ('succeeded', 'partial', 'failed', 'cancelled', 'stopped')) = (finished_at IS NOT NULL))
);
CREATE UNIQUE INDEX billing_run_turns_one_unfinished ON billing_run_turns (run_id) WHERE state IN ('queued', 'running', 'interrupted');
CREATE INDEX billing_run_turns_run ON billing_run_turns (run_id, requested_at);

-- Contracts that runs leave out, with the reason and until when.
CREATE TABLE billing_pauses (
    id          uuid PRIMARY KEY,
    contract_id uuid NOT NULL REFERENCES billing_contracts,
    reason      text NOT NULL CHECK (reason <> ''),
    until_on    date, -- first day on which it is taken again; null: until somebody takes it in
    at          timestamptz NOT NULL,
    actor       text NOT NULL,
    ended_at    timestamptz,
    ended_by    text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX billing_pauses_one ON billing_pauses (contract_id) WHERE ended_at IS NULL;

-- Contracts that are billed and sent by themselves where nothing is unusual, and who has set that.
CREATE TABLE billing_by_itself (
    contract_id uuid PRIMARY KEY REFERENCES billing_contracts,
    at          timestamptz NOT NULL,
    actor       text NOT NULL,
    actor_id    uuid
);

-- Days of which the drafts were prepared by themselves: each once, whatever replica it was.
CREATE TABLE billing_days (
    day    date PRIMARY KEY,
    run_id uuid REFERENCES billing_runs, -- null: nothing was due
    at     timestamptz NOT NULL,
    billed_at timestamptz -- what is billed by itself was
);

GRANT SELECT, INSERT, UPDATE ON billing_runs, billing_run_contracts, billing_run_turns, billing_pauses, billing_days TO seatledger_app;
GRANT SELECT, INSERT, DELETE ON billing_by_itself TO seatledger_app;
