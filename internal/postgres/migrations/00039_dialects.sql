-- +goose Up
-- What people corrected of our guesses about a provider's wire. A version never changes;
-- which one is in force is the last row of dialect_uses.
CREATE TABLE dialects (
    provider_id uuid        NOT NULL REFERENCES providers,
    number      integer     NOT NULL CHECK (number > 0),
    document    jsonb       NOT NULL,
    end_date    text        NOT NULL DEFAULT '' CHECK (end_date IN ('', 'last_day', 'day_after')),
    note        text        NOT NULL DEFAULT '',
    made_at     timestamptz NOT NULL,
    made_by     text        NOT NULL,
    PRIMARY KEY (provider_id, number)
);

-- The last dry run of a version: what the provider would be read as with it.
CREATE TABLE dialect_trials (
    provider_id uuid        NOT NULL,
    number      integer     NOT NULL,
    beside      integer     NOT NULL, -- the version in force then; 0: none
    at          timestamptz NOT NULL,
    by_name     text        NOT NULL,
    result      jsonb       NOT NULL,
    PRIMARY KEY (provider_id, number),
    FOREIGN KEY (provider_id, number) REFERENCES dialects
);

CREATE TABLE dialect_uses (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider_id uuid        NOT NULL,
    number      integer     NOT NULL,
    at          timestamptz NOT NULL,
    by_name     text        NOT NULL,
    FOREIGN KEY (provider_id, number) REFERENCES dialects
);
CREATE INDEX dialect_uses_last ON dialect_uses (provider_id, id DESC);

GRANT SELECT, INSERT ON dialects, dialect_uses TO seatledger_app;
GRANT SELECT, INSERT, UPDATE ON dialect_trials TO seatledger_app;
