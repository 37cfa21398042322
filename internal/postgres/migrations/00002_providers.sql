-- +goose Up
CREATE TABLE providers (
    id                     uuid PRIMARY KEY,
    name                   text NOT NULL CONSTRAINT providers_name_given CHECK (name <> ''),
    connector              text NOT NULL CHECK (connector IN ('stellr', 'stellr-legacy', 'manual')),
    internal_name          text NOT NULL DEFAULT '',
    comprehensive_api      boolean NOT NULL,
    user_name              text NOT NULL DEFAULT '',
    url                    text NOT NULL DEFAULT '',
    host                   text NOT NULL DEFAULT '', -- of url, lower case, with the port where it is not 443
    application_id         text NOT NULL DEFAULT '',
    reseller_number        text NOT NULL DEFAULT '',
    reseller_authorize_url text NOT NULL DEFAULT '',
    delegated_admin_url    text NOT NULL DEFAULT '',
    token_url              text NOT NULL DEFAULT '',
    grant_type             text NOT NULL DEFAULT 'client_credentials' CHECK (grant_type IN ('client_credentials', 'password')),
    page_size              integer NOT NULL DEFAULT 100 CHECK (page_size BETWEEN 1 AND 200),
    concurrency            integer NOT NULL DEFAULT 4 CHECK (concurrency BETWEEN 1 AND 16),
    currency               text NOT NULL DEFAULT '' CHECK (currency ~ '^([A-Z]{3})?$'),
    active                 boolean NOT NULL,
    deactivated_at         timestamptz,
    deactivated_by         text NOT NULL DEFAULT '',
    -- When what a check depends on was last changed: an older check is stale.
    credentials_at         timestamptz NOT NULL,
    checked_at             timestamptz,
    checked_by             text NOT NULL DEFAULT '',
    check_result           text CHECK (check_result IN ('passed', 'warning', 'failed')),
    check_layers           jsonb,
    -- Set when host or reseller number changed on a provider with accounts: until a listing was
    -- compared and a person agreed, nothing counts as gone.
    identity_changed_at    timestamptz,
    version                integer NOT NULL DEFAULT 1,
    created_at             timestamptz NOT NULL,
    updated_at             timestamptz NOT NULL,
    CONSTRAINT providers_check_whole CHECK ((checked_at IS NULL) = (check_result IS NULL)),
    CONSTRAINT providers_connector_flag CHECK ((connector = 'stellr') = comprehensive_api)
);
CREATE UNIQUE INDEX providers_name_key ON providers (lower(name));
CREATE UNIQUE INDEX providers_same_connection ON providers (connector, host, reseller_number)
    WHERE active AND connector <> 'manual';

CREATE TABLE provider_secrets (
    provider_id uuid NOT NULL REFERENCES providers,
    name        text NOT NULL CHECK (name IN ('password', 'application_secret')),
    sealed      bytea NOT NULL,
    set_at      timestamptz NOT NULL,
    set_by      text NOT NULL,
    PRIMARY KEY (provider_id, name)
);

GRANT SELECT, INSERT, UPDATE ON providers TO seatledger_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON provider_secrets TO seatledger_app;
