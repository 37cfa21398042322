-- +goose Up
-- The servers that a secret was given for, as it is sealed for them. Empty: sealed before
-- secrets were bound to servers; the first start binds those that stand.
ALTER TABLE provider_secrets ADD COLUMN sent_to text NOT NULL DEFAULT '';
ALTER TABLE crm_source_secrets ADD COLUMN sent_to text NOT NULL DEFAULT '';

-- An address or currency that nobody typed follows from the URL.
ALTER TABLE providers ADD COLUMN currency_by_host boolean NOT NULL DEFAULT false;
UPDATE providers SET token_url = ''
WHERE connector = 'stellr' AND (
    token_url = 'https://sso.us.tdsynnex.com/oauth2/v1/token' AND host LIKE '%.tdsynnex.com' AND host NOT LIKE '%.ca.tdsynnex.com'
    OR token_url = rtrim(url, '/') || '/oauth2/v1/token' AND host NOT LIKE '%.tdsynnex.com');
UPDATE providers SET currency_by_host = true
WHERE connector <> 'manual' AND currency = CASE
    WHEN split_part(host, ':', 1) ~ '\.ca(\.|$)' THEN 'CAD'
    WHEN host LIKE 'api-br.%' THEN 'BRL'
    WHEN host LIKE 'api-mx.%' THEN 'MXN'
    ELSE 'USD' END;

-- A capture between its preview and its download: masked, kept for a day.
CREATE TABLE provider_captures (
    id          uuid PRIMARY KEY,
    provider_id uuid NOT NULL REFERENCES providers,
    made_at     timestamptz NOT NULL,
    made_by     text NOT NULL,
    content     bytea NOT NULL,
    kept        jsonb NOT NULL -- what the preview shows
);
CREATE INDEX provider_captures_made ON provider_captures (made_at);
GRANT SELECT, INSERT, DELETE ON provider_captures TO seatledger_app;
