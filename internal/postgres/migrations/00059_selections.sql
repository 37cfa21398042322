-- +goose Up
-- Bulk work (internal/selection): a selection of records, what a deed would do to each, its durable run and its undo.
CREATE TABLE bulk_works (
    id         uuid PRIMARY KEY,
    deed       text NOT NULL CHECK (deed <> ''),
    list       text NOT NULL CHECK (list <> ''), -- whose records they are
    filter     text,                             -- the list's address, where all that match were chosen; null: ticked ones
    params     jsonb NOT NULL DEFAULT '{}',      -- what was typed
    step       text NOT NULL CHECK (step IN ('look', 'do', 'undo')),
    digest     text NOT NULL DEFAULT '',         -- of what the preview showed; empty: it is being made, or there was none
    at         timestamptz NOT NULL,
    actor      text NOT NULL CHECK (actor <> ''),
    actor_id   uuid,
    done_at    timestamptz,
    done_by    text NOT NULL DEFAULT '',
    done_by_id uuid,
    undo_at    timestamptz,
    undo_by    text NOT NULL DEFAULT '',
    undo_by_id uuid,
    CONSTRAINT bulk_works_done CHECK ((done_at IS NULL) = (step = 'look')),
    CONSTRAINT bulk_works_undone CHECK ((undo_at IS NULL) = (step <> 'undo'))
);
CREATE INDEX bulk_works_at ON bulk_works (at, id);
CREATE INDEX bulk_works_actor ON bulk_works (actor_id, at) WHERE actor_id IS NOT NULL;

CREATE TABLE bulk_items (
    id        uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    work_id   uuid NOT NULL REFERENCES bulk_works ON DELETE CASCADE,
    record_id uuid NOT NULL,
    place     integer NOT NULL,
    state     text NOT NULL CHECK (state IN ('unseen', 'will', 'wont', 'waiting', 'done', 'skipped', 'undoing', 'undone', 'kept')),
    name      text NOT NULL DEFAULT '', -- as it was called then
    sub       text NOT NULL DEFAULT '',
    mark      text NOT NULL DEFAULT '', -- how it stood when it was shown
    kind      text NOT NULL DEFAULT '', -- what it was counted under
    says      text NOT NULL DEFAULT '', -- what else the preview said of it
    seats     integer NOT NULL DEFAULT 0,
    amount    numeric(20, 6),
    currency  text NOT NULL DEFAULT '',
    why       text NOT NULL DEFAULT '', -- it is not done, was skipped, or kept
    trace     text NOT NULL DEFAULT '', -- what the deed left, by which it is taken back
    CONSTRAINT bulk_items_once UNIQUE (work_id, record_id)
);
CREATE INDEX bulk_items_open ON bulk_items (work_id, place) WHERE state IN ('unseen', 'waiting', 'undoing');
CREATE INDEX bulk_items_place ON bulk_items (work_id, place, id);
CREATE INDEX bulk_items_state ON bulk_items (work_id, state, place, id);

CREATE TABLE bulk_runs (
    id                  uuid PRIMARY KEY,
    work_id             uuid NOT NULL REFERENCES bulk_works ON DELETE CASCADE,
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
    CONSTRAINT bulk_runs_finished CHECK ((state IN ('succeeded', 'partial', 'failed', 'cancelled', 'stopped')) = (finished_at IS NOT NULL))
);
CREATE UNIQUE INDEX bulk_runs_one_unfinished ON bulk_runs (work_id) WHERE state IN ('queued', 'running', 'interrupted');
CREATE INDEX bulk_runs_work ON bulk_runs (work_id, requested_at);

-- Ticks that a person has put on a list, also on pages and under filters that are not shown now.
CREATE TABLE kept_ticks (
    user_id   uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    list      text NOT NULL,
    record_id uuid NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (user_id, list, record_id)
);

-- A signature that was taken back was never given; one that lapsed was.
ALTER TABLE sign_offs ADD COLUMN taken_back boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT sign_offs_taken_back CHECK (NOT taken_back OR lapsed_at IS NOT NULL);

GRANT SELECT, INSERT, UPDATE, DELETE ON bulk_works, bulk_items, bulk_runs, kept_ticks TO seatledger_app;
GRANT UPDATE (taken_back) ON sign_offs TO seatledger_app;
