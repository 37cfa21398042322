-- +goose Up
-- An uploaded file waits here between its preview and its application. Its content is cleared
-- after a while; what it did stays.
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
    result      jsonb,
    CONSTRAINT imports_applied_whole CHECK ((applied_at IS NULL) = (result IS NULL) AND (applied_at IS NULL) = (applied_by = '')),
    CONSTRAINT imports_target CHECK ((kind = 'crm-accounts') = (target_id IS NULL))
);
CREATE INDEX imports_uploaded ON imports (uploaded_at) WHERE content <> '';

GRANT SELECT, INSERT, UPDATE ON imports TO seatledger_app;
