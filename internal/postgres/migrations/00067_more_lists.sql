-- +goose Up

-- What was done to many, as a list: each filter and sort stands on an index (decision 62).
CREATE INDEX bulk_works_done ON bulk_works (done_at, id) INCLUDE (deed, undo_at) WHERE done_at IS NOT NULL;
CREATE INDEX bulk_works_deed ON bulk_works (deed, done_at, id) INCLUDE (undo_at) WHERE done_at IS NOT NULL;
CREATE INDEX bulk_works_taken_back ON bulk_works (done_at, id) INCLUDE (deed) WHERE undo_at IS NOT NULL;

-- The accounts of one sync run, as a list: each has an id of its own, by which a page goes on where the last one ended.
ALTER TABLE sync_run_accounts
    ADD COLUMN id       uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT sync_run_accounts_id UNIQUE,
    ADD COLUMN name_key text NOT NULL GENERATED ALWAYS AS (lower(coalesce(nullif(name, ''), external_id))) STORED;
CREATE INDEX sync_run_accounts_by_name ON sync_run_accounts (run_id, name_key, id) INCLUDE (outcome);
CREATE INDEX sync_run_accounts_outcome ON sync_run_accounts (run_id, outcome, name_key, id);
