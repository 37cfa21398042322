-- +goose Up
CREATE TABLE provider_accounts (
    id                   uuid PRIMARY KEY,
    provider_id          uuid NOT NULL REFERENCES providers,
    external_id          text NOT NULL CHECK (external_id <> ''),
    name                 text NOT NULL DEFAULT '',
    domain               text NOT NULL DEFAULT '',
    tenant_id            text NOT NULL DEFAULT '',
    email                text NOT NULL DEFAULT '',
    phone                text NOT NULL DEFAULT '',
    street               text NOT NULL DEFAULT '',
    city                 text NOT NULL DEFAULT '',
    state_region         text NOT NULL DEFAULT '',
    postal_code          text NOT NULL DEFAULT '',
    country              text NOT NULL DEFAULT '',
    provider_status      text NOT NULL CHECK (provider_status IN ('active', 'discontinued', 'gone')),
    provider_status_text text NOT NULL DEFAULT '', -- the word as received
    gone_at              timestamptz,
    state                text NOT NULL CHECK (state IN ('unmapped', 'mapped', 'excluded')),
    crm_account_id       uuid REFERENCES crm_accounts,
    exclude_reason       text NOT NULL DEFAULT '',
    -- The last decision: by whom ('' before any; 'Seatledger' for auto-mapping), when and why.
    decided_by           text NOT NULL DEFAULT '',
    decided_at           timestamptz,
    decided_why          text NOT NULL DEFAULT '',
    decided_by_person    boolean NOT NULL DEFAULT false,
    raw                  jsonb,
    raw_hash             text NOT NULL DEFAULT '',
    request_id           text NOT NULL DEFAULT '',
    version              integer NOT NULL DEFAULT 1,
    first_seen_at        timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    CONSTRAINT provider_accounts_external_id_key UNIQUE (provider_id, external_id),
    CONSTRAINT provider_accounts_mapped_whole CHECK ((state = 'mapped') = (crm_account_id IS NOT NULL)),
    CONSTRAINT provider_accounts_gone_whole CHECK ((provider_status = 'gone') = (gone_at IS NOT NULL))
);
-- One CRM account for at most one mapped provider account of a provider (RULES 6).
CREATE UNIQUE INDEX provider_accounts_one_crm_account ON provider_accounts (provider_id, crm_account_id) WHERE state = 'mapped';
CREATE INDEX provider_accounts_crm ON provider_accounts (crm_account_id) WHERE crm_account_id IS NOT NULL;
CREATE INDEX provider_accounts_name ON provider_accounts (lower(name), id);
-- The mapping page: what waits for a person first, then by name.
CREATE INDEX provider_accounts_to_do ON provider_accounts
    ((CASE state WHEN 'unmapped' THEN '0' WHEN 'mapped' THEN '1' ELSE '2' END || lower(name)), id);
CREATE INDEX provider_accounts_state ON provider_accounts (state, provider_id);
CREATE INDEX provider_accounts_by_external_id ON provider_accounts (external_id, id);
CREATE INDEX provider_accounts_first_seen ON provider_accounts (first_seen_at, id);
CREATE INDEX provider_accounts_tenant ON provider_accounts (provider_id, lower(tenant_id)) WHERE tenant_id <> '';
CREATE INDEX provider_accounts_search ON provider_accounts
    USING gin ((lower(name || ' ' || domain || ' ' || external_id || ' ' || tenant_id)) gin_trgm_ops);

-- What each decision was and what stood before, so that it can be undone exactly.
CREATE TABLE mapping_decisions (
    id                  uuid PRIMARY KEY,
    account_id          uuid NOT NULL REFERENCES provider_accounts,
    at                  timestamptz NOT NULL,
    actor               text NOT NULL,
    by_person           boolean NOT NULL,
    action              text NOT NULL CHECK (action IN ('map', 'unmap', 'exclude', 'include', 'undo')),
    from_state          text NOT NULL,
    from_crm_account_id uuid REFERENCES crm_accounts,
    from_exclude_reason text NOT NULL DEFAULT '',
    to_state            text NOT NULL,
    to_crm_account_id   uuid REFERENCES crm_accounts,
    why                 text NOT NULL DEFAULT '',
    undoes              uuid REFERENCES mapping_decisions CONSTRAINT mapping_decisions_undone_once UNIQUE,
    because             uuid REFERENCES mapping_decisions, -- the decision at another account that this one was made together with
    placements          jsonb -- of a mapped account's subscriptions: where each lay before the decision
);
CREATE INDEX mapping_decisions_account ON mapping_decisions (account_id, at);

-- Best candidates per unmapped account, made again after each sync and import.
CREATE TABLE mapping_suggestions (
    account_id     uuid NOT NULL REFERENCES provider_accounts,
    rank           integer NOT NULL CHECK (rank > 0),
    crm_account_id uuid NOT NULL REFERENCES crm_accounts,
    probability    numeric(5, 4) NOT NULL CHECK (probability BETWEEN 0 AND 1),
    band           text NOT NULL CHECK (band IN ('certain', 'likely', 'unclear')),
    evidence       jsonb NOT NULL,
    PRIMARY KEY (account_id, rank),
    CONSTRAINT mapping_suggestions_once UNIQUE (account_id, crm_account_id)
);
CREATE INDEX mapping_suggestions_crm ON mapping_suggestions (crm_account_id);

-- Connector and internal name decide what the ids mean, so they stay once accounts carry those ids.
-- +goose StatementBegin
CREATE FUNCTION providers_frozen() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM provider_accounts WHERE provider_id = NEW.id) THEN
        RAISE EXCEPTION 'provider has accounts' USING ERRCODE = 'check_violation', CONSTRAINT = 'providers_frozen';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER providers_frozen BEFORE UPDATE ON providers FOR EACH ROW
    WHEN (OLD.comprehensive_api IS DISTINCT FROM NEW.comprehensive_api
       OR OLD.connector IS DISTINCT FROM NEW.connector
       OR OLD.internal_name IS DISTINCT FROM NEW.internal_name)
    EXECUTE FUNCTION providers_frozen();

GRANT SELECT, INSERT, UPDATE ON provider_accounts TO seatledger_app;
GRANT SELECT, INSERT ON mapping_decisions TO seatledger_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON mapping_suggestions TO seatledger_app;
