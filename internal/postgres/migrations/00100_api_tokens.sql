-- +goose Up

-- Tokens of programs that read lists. Only the hash is kept; it opens nothing.
CREATE TABLE api_tokens (
    id           uuid PRIMARY KEY,
    name         text NOT NULL CONSTRAINT api_tokens_name CHECK (name <> ''),
    hash         bytea NOT NULL UNIQUE,
    areas        text[] NOT NULL CONSTRAINT api_tokens_areas CHECK (cardinality(areas) > 0
        AND areas <@ ARRAY ['mapping', 'billing', 'supplier', 'audit']),
    made_by      uuid NOT NULL REFERENCES users,
    made_at      timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    last_address text NOT NULL DEFAULT '',
    minute       timestamptz, -- in which it was last used, and how often
    used         integer NOT NULL DEFAULT 0,
    reminded_at  timestamptz,
    revoked_at   timestamptz,
    revoked_by   text NOT NULL DEFAULT '',
    CONSTRAINT api_tokens_revoked_by CHECK ((revoked_at IS NULL) = (revoked_by = ''))
);
GRANT SELECT, INSERT ON api_tokens TO seatledger_app;
GRANT UPDATE (last_used_at, last_address, minute, used, reminded_at, revoked_at, revoked_by) ON api_tokens TO seatledger_app;
