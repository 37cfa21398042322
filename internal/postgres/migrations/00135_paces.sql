-- +goose Up
-- How often somebody asked for what is dear since when (internal/pace): a person or a token. All processes count here.
CREATE TABLE paces (
    who   uuid NOT NULL,
    kind  text NOT NULL CONSTRAINT paces_kind CHECK (kind IN ('files', 'uploads', 'runs')),
    since timestamptz NOT NULL,
    asked integer NOT NULL CHECK (asked > 0),
    PRIMARY KEY (who, kind)
);
CREATE INDEX paces_since ON paces (since);
GRANT SELECT, INSERT, UPDATE, DELETE ON paces TO seatledger_app;
