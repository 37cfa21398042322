-- +goose Up
-- The vendor's subscription id that a planned record would bear: of two with the same, the later one is held (RULES 3).
ALTER TABLE sync_plan_rows ADD COLUMN vendor_id text NOT NULL DEFAULT '';

-- On how many records of an account each field was when they were last applied, as the wire said it: a frequency that
-- only the part number tells is no word of the distributor's.
CREATE TABLE account_tallies (
    account_id uuid PRIMARY KEY REFERENCES provider_accounts,
    tally      jsonb NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON account_tallies TO seatledger_app;
