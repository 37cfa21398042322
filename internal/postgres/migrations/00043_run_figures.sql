-- +goose Up
-- What a run came to, filled from the ledger rows that it wrote, in the transaction that ends it. NULL: from before
-- these were kept.
ALTER TABLE sync_runs
    ADD COLUMN seats_lost   integer,
    ADD COLUMN seats_gained integer,
    ADD COLUMN ended        integer, -- subscriptions that had seats and have none
    ADD COLUMN money_month  jsonb,   -- cost a month: [{"amount": "-12.5", "currency": "USD"}]
    ADD COLUMN uncosted     integer, -- subscriptions whose seats changed without a cost a month that is known
    ADD COLUMN calls        integer NOT NULL DEFAULT 0; -- made to the distributor
CREATE INDEX sync_runs_provider ON sync_runs (provider_id, kind, requested_at);

-- Runs older than the setting are taken away at night, with their details, where nothing points to them.
GRANT DELETE ON sync_runs TO seatledger_app;
CREATE INDEX sync_runs_retry_of ON sync_runs (retry_of) WHERE retry_of IS NOT NULL;
CREATE INDEX contract_listings_run ON contract_listings (run_id);
