-- +goose Up
-- An uploaded file waits here between its preview and its application.
CREATE TABLE imports (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('crm-accounts', 'price-list', 'provider')),
    target_id   uuid, -- price list or provider
    file_name   text NOT NULL,
    content     bytea NOT NULL,
    uploaded_by text NOT NULL,
    uploaded_at timestamptz NOT NULL,
    applied_by  text NOT NULL DEFAULT '',
    applied_at  timestamptz,
    result      jsonb
);

GRANT SELECT, INSERT, UPDATE ON imports TO seatledger_app;
