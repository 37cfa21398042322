-- +goose Up

-- The list of sync runs: each filter and sort stands on an index (decision 56).
DROP INDEX sync_runs_requested, sync_runs_started;
CREATE INDEX sync_runs_requested ON sync_runs (requested_at, id) INCLUDE (provider_id, kind, state, trigger);
CREATE INDEX sync_runs_started ON sync_runs (coalesce(started_at, 'infinity'), id)
    INCLUDE (requested_at, provider_id, kind, state, trigger);
CREATE INDEX sync_runs_state ON sync_runs (state, requested_at, id) INCLUDE (provider_id, kind, trigger);
CREATE INDEX sync_runs_kind ON sync_runs (kind, requested_at, id) INCLUDE (provider_id, state, trigger);
CREATE INDEX sync_runs_trigger ON sync_runs (trigger, requested_at, id) INCLUDE (provider_id, state, kind);
CREATE INDEX sync_runs_of_provider ON sync_runs (provider_id, requested_at, id) INCLUDE (kind, state, trigger);

-- What was decided about mappings: decisions, noes and snoozes, each read by its own index in the order of time.
DROP INDEX mapping_decisions_at;
CREATE INDEX mapping_decisions_at ON mapping_decisions (at, id) INCLUDE (action, by_person, account_id, batch_id);
CREATE INDEX mapping_decisions_action ON mapping_decisions (action, at, id) INCLUDE (by_person, account_id, batch_id);
CREATE INDEX mapping_decisions_batch ON mapping_decisions (batch_id, at, id) WHERE batch_id IS NOT NULL;
CREATE INDEX mapping_decisions_by ON mapping_decisions (by_person, at, id) INCLUDE (action, account_id, batch_id);
CREATE INDEX mapping_refusals_account ON mapping_refusals (account_id, at);
CREATE INDEX mapping_snoozes_account ON mapping_snoozes (account_id, at);
