-- +goose Up
-- Suggestions accepted in one go are bulk work like any other. What an older version left unfinished goes on: the
-- watch finds that its job is missing.
INSERT INTO bulk_works (id, deed, list, params, step, at, actor, actor_id, done_at, done_by, done_by_id, undo_at, undo_by, undo_by_id)
SELECT id, 'map', 'accounts', jsonb_strip_nulls(jsonb_build_object('provider_id', provider_id::text, 'above', above::text)),
    CASE WHEN undo_at IS NULL THEN 'do' ELSE 'undo' END, at, actor, actor_id, at, actor, actor_id, undo_at, undo_by, undo_by_id
FROM mapping_batches;
INSERT INTO bulk_items (work_id, record_id, place, state, name, sub, mark, says, why, trace)
SELECT i.batch_id, i.account_id, row_number() OVER (PARTITION BY i.batch_id ORDER BY i.account_id),
    CASE i.state WHEN 'mapped' THEN 'done' ELSE i.state END, coalesce(nullif(a.name, ''), a.external_id), a.external_id,
    i.crm_account_id::text, 'to ' || c.name, i.why, coalesce(i.decision_id::text, '')
FROM mapping_batch_items i JOIN provider_accounts a ON a.id = i.account_id JOIN crm_accounts c ON c.id = i.crm_account_id;
INSERT INTO bulk_runs (id, work_id, trigger, state, requested_by, requested_at, resume_at)
SELECT gen_random_uuid(), w.id, 'person', 'queued', w.actor, w.at, '2000-01-01' FROM bulk_works w
WHERE EXISTS (SELECT FROM bulk_items i WHERE i.work_id = w.id AND i.state IN ('waiting', 'undoing'));
ALTER TABLE mapping_decisions DROP CONSTRAINT mapping_decisions_batch_known;
ALTER TABLE mapping_decisions ADD CONSTRAINT mapping_decisions_batch_known FOREIGN KEY (batch_id) REFERENCES bulk_works;
DROP TABLE mapping_batch_runs, mapping_batch_items, mapping_batches;
