-- +goose Up
-- Every table of durable runs has the same columns for its lifecycle (internal/runs). The lease stands in the
-- run's own row: attempt is its epoch, held_until is judged by the database's clock alone.
ALTER TABLE sync_runs
    ADD COLUMN fruitless    integer NOT NULL DEFAULT 0, -- attempts without progress since the last one that made some
    ADD COLUMN held_until   timestamptz,                -- running: without a sign of life until then it is interrupted
    ADD COLUMN holder       text NOT NULL DEFAULT '',
    ADD COLUMN paused_until timestamptz;                -- queued: it rests until then, as the other side asked
UPDATE sync_runs r SET held_until = l.until, holder = l.holder FROM sync_leases l WHERE l.run_id = r.id AND r.state = 'running';
UPDATE sync_runs SET held_until = now() WHERE state = 'running' AND held_until IS NULL;
UPDATE sync_runs SET resume_at = now() WHERE resume_at IS NULL AND finished_at IS NULL;
DROP TABLE sync_leases;

ALTER TABLE crm_source_runs
    ALTER COLUMN held_until DROP NOT NULL,
    ADD COLUMN requested_by_id     uuid,
    ADD COLUMN fruitless           integer NOT NULL DEFAULT 0,
    ADD COLUMN holder              text NOT NULL DEFAULT '',
    ADD COLUMN resume_at           timestamptz,
    ADD COLUMN paused_until        timestamptz,
    ADD COLUMN cancel_requested_at timestamptz;
UPDATE crm_source_runs SET resume_at = held_until WHERE finished_at IS NULL;
UPDATE crm_source_runs SET cancel_requested_at = now() WHERE cancel_requested_by <> '' AND finished_at IS NULL;

CREATE TABLE mapping_batch_runs (
    id                  uuid PRIMARY KEY,
    batch_id            uuid NOT NULL REFERENCES mapping_batches,
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
    CONSTRAINT mapping_batch_runs_finished CHECK ((state IN ('succeeded', 'partial', 'failed', 'cancelled', 'stopped')) = (finished_at IS NOT NULL))
);
CREATE UNIQUE INDEX mapping_batch_runs_one_unfinished ON mapping_batch_runs (batch_id) WHERE state IN ('queued', 'running', 'interrupted');
-- Batches that an older version left unfinished go on: the watch finds that their job is missing.
INSERT INTO mapping_batch_runs (id, batch_id, trigger, state, requested_by, requested_at, resume_at)
SELECT gen_random_uuid(), b.id, 'person', 'queued', b.actor, b.at, '2000-01-01' FROM mapping_batches b
WHERE EXISTS (SELECT FROM mapping_batch_items i WHERE i.batch_id = b.id AND i.state IN ('waiting', 'undoing'));

-- When each subject is worked next by itself, and what of the night is still to do: a night that failed is tried again.
CREATE TABLE run_nights (
    runs    text NOT NULL,        -- the table of runs
    subject uuid NOT NULL,
    next_at timestamptz NOT NULL,
    tries   integer NOT NULL DEFAULT 0,   -- of this night that failed
    undone  text[] NOT NULL DEFAULT '{}', -- kinds of run that failed tonight; empty: all are to do
    PRIMARY KEY (runs, subject)
);
INSERT INTO run_nights (runs, subject, next_at) SELECT 'sync_runs', provider_id, next_at FROM sync_schedule;
INSERT INTO run_nights (runs, subject, next_at) SELECT 'crm_source_runs', id, next_at FROM crm_sources WHERE next_at IS NOT NULL;
DROP TABLE sync_schedule;
ALTER TABLE crm_sources DROP COLUMN next_at;

GRANT SELECT, INSERT, UPDATE ON mapping_batch_runs TO seatledger_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON run_nights TO seatledger_app;
