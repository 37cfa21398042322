-- +goose Up

-- Wrong tries use up the place they come from: a /64 or a /24, whatever address of it they bear.
ALTER TABLE sign_in_failures ADD COLUMN place text NOT NULL DEFAULT '';
DROP INDEX sign_in_failures_address;
CREATE INDEX sign_in_failures_place ON sign_in_failures (place, at);

-- What strangers may do as often as they like stands in the trail once a minute, with how often it was.
CREATE TABLE audit_folds (
    key     text PRIMARY KEY,
    told_at timestamptz NOT NULL,
    more    bigint NOT NULL DEFAULT 0, -- since then
    event   jsonb NOT NULL
);
CREATE INDEX audit_folds_told ON audit_folds (told_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON audit_folds TO seatledger_app;
