-- +goose Up
-- When a sudden growth was written down: the next run of a contract that bills the subscription asks for it once.
ALTER TABLE unusual_growths ADD COLUMN noted_at timestamptz NOT NULL DEFAULT now();
GRANT DELETE ON crm_source_runs, mapping_batch_runs TO seatledger_app; -- old ones are pruned
