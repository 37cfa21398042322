-- +goose Up
-- What the last run of each kind saw of a provider's wire: names and words, nothing of any customer.
CREATE TABLE wire_reports (
    provider_id uuid        NOT NULL REFERENCES providers,
    kind        text        NOT NULL,
    run_id      uuid        NOT NULL,
    at          timestamptz NOT NULL,
    report      jsonb       NOT NULL,
    PRIMARY KEY (provider_id, kind)
);
GRANT SELECT, INSERT, UPDATE ON wire_reports TO seatledger_app;

-- What most records of a provider say that their end date means, where start, term and end
-- tell; it stands in while nobody has set it (RULES 2). Empty: too few say it, or not alike.
ALTER TABLE providers ADD COLUMN end_date_seen text NOT NULL DEFAULT '' CHECK (end_date_seen IN ('', 'last_day', 'day_after')),
    ADD COLUMN end_date_tally jsonb; -- how many records say what, as counted at the end of the last run
