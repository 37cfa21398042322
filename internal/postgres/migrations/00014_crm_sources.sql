-- +goose Up
-- Who gave each field of a CRM account its value, and what a file or a CRM says of a
-- field that a person has edited: {"phone": {"by": "edited", "name": "Ada", "at": ...}}.
ALTER TABLE crm_accounts ADD COLUMN origins jsonb NOT NULL DEFAULT '{}', ADD COLUMN offers jsonb NOT NULL DEFAULT '{}';
ALTER TABLE crm_accounts DROP CONSTRAINT crm_accounts_source_check,
    ADD CONSTRAINT crm_accounts_source_check CHECK (source IN ('person', 'csv', 'account', 'dataverse'));
GRANT DELETE ON crm_accounts TO seatledger_app; -- undo of an import: what it made and nothing uses

-- Suggestions are made again by themselves, so they do not keep an account from going.
ALTER TABLE mapping_suggestions DROP CONSTRAINT mapping_suggestions_crm_account_id_fkey,
    ADD CONSTRAINT mapping_suggestions_crm_account_id_fkey FOREIGN KEY (crm_account_id) REFERENCES crm_accounts ON DELETE CASCADE;

-- Which column of a file feeds which field, and a workbook's rows, read once.
ALTER TABLE imports ADD COLUMN layout jsonb, ADD COLUMN sheet bytea,
    ADD COLUMN undone_by text NOT NULL DEFAULT '', ADD COLUMN undone_at timestamptz, ADD COLUMN undo_result jsonb,
    ADD CONSTRAINT imports_undone_whole CHECK ((undone_at IS NULL) = (undo_result IS NULL) AND (undone_at IS NULL OR applied_at IS NOT NULL));

-- What a person chose for files with these column names, for the next one.
CREATE TABLE import_layouts (
    kind     text NOT NULL,
    headers  text NOT NULL, -- hash of the set of column names
    fields   jsonb NOT NULL, -- column name -> field
    saved_by text NOT NULL,
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (kind, headers)
);

-- What an import of CRM accounts did to each, so that it can be undone exactly.
CREATE TABLE crm_import_changes (
    import_id      uuid NOT NULL REFERENCES imports,
    crm_account_id uuid NOT NULL, -- no reference: undo removes what the import made
    made           boolean NOT NULL,
    version        integer NOT NULL, -- after the import
    before         jsonb NOT NULL,
    after          jsonb NOT NULL,
    origins        jsonb NOT NULL, -- of the changed fields, before
    offers         jsonb NOT NULL,
    PRIMARY KEY (import_id, crm_account_id)
);

-- A CRM that is read by itself: one Dynamics 365 organisation.
CREATE TABLE crm_sources (
    id               uuid PRIMARY KEY,
    name             text NOT NULL CONSTRAINT crm_sources_name_given CHECK (name <> ''),
    url              text NOT NULL,
    tenant           text NOT NULL,
    client_id        text NOT NULL,
    token_url        text NOT NULL,
    page_size        integer NOT NULL CHECK (page_size BETWEEN 1 AND 5000),
    tenant_column    text NOT NULL DEFAULT '', -- of accounts: where a customer's Microsoft tenant id stands
    nightly          boolean NOT NULL,
    active           boolean NOT NULL,
    next_at          timestamptz, -- when it is read next by itself
    credentials_at   timestamptz NOT NULL, -- an older check is stale
    checked_at       timestamptz,
    checked_by       text NOT NULL DEFAULT '',
    check_result     text CHECK (check_result IN ('passed', 'warning', 'failed')),
    check_layers     jsonb,
    -- Where the next reading goes on; empty: read everything. Saved with the data it belongs to.
    accounts_delta   text NOT NULL DEFAULT '',
    contacts_delta   text NOT NULL DEFAULT '',
    read_at          timestamptz, -- end of the last reading that was applied whole
    read_whole_at    timestamptz, -- end of the last reading of everything
    compare_first    boolean NOT NULL DEFAULT false, -- the organisation was changed: any loss stops the run
    version          integer NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    CONSTRAINT crm_sources_check_whole CHECK ((checked_at IS NULL) = (check_result IS NULL))
);
CREATE UNIQUE INDEX crm_sources_name_key ON crm_sources (lower(name));

CREATE TABLE crm_source_secrets (
    source_id uuid NOT NULL REFERENCES crm_sources,
    name      text NOT NULL CHECK (name = 'client_secret'),
    sealed    bytea NOT NULL,
    set_at    timestamptz NOT NULL,
    set_by    text NOT NULL,
    PRIMARY KEY (source_id, name)
);

-- One account as the source knows it, and the CRM account here that it feeds.
CREATE TABLE crm_source_records (
    source_id      uuid NOT NULL REFERENCES crm_sources,
    external_id    text NOT NULL CHECK (external_id <> ''),
    crm_account_id uuid REFERENCES crm_accounts, -- null: not brought in
    name           text NOT NULL,
    account_number text NOT NULL DEFAULT '',
    facts          jsonb NOT NULL, -- as last read
    status         text NOT NULL CHECK (status IN ('active', 'inactive', 'gone', 'refused')),
    status_since   timestamptz NOT NULL,
    note           text NOT NULL DEFAULT '', -- why gone or refused, what could not be read
    PRIMARY KEY (source_id, external_id)
);
CREATE UNIQUE INDEX crm_source_records_once ON crm_source_records (source_id, crm_account_id) WHERE crm_account_id IS NOT NULL;
CREATE INDEX crm_source_records_account ON crm_source_records (crm_account_id) WHERE crm_account_id IS NOT NULL;

-- Of a contact only the domain of its mail address is kept.
CREATE TABLE crm_source_contacts (
    source_id           uuid NOT NULL REFERENCES crm_sources,
    external_id         text NOT NULL,
    account_external_id text NOT NULL,
    mail_domain         text NOT NULL,
    PRIMARY KEY (source_id, external_id)
);
CREATE INDEX crm_source_contacts_account ON crm_source_contacts (source_id, account_external_id);

CREATE TABLE crm_source_runs (
    id                  uuid PRIMARY KEY,
    source_id           uuid NOT NULL REFERENCES crm_sources,
    trigger             text NOT NULL CHECK (trigger IN ('person', 'nightly')),
    whole               boolean NOT NULL, -- asked to read everything
    allow_gone          boolean NOT NULL DEFAULT false, -- a person agreed to what the guard stopped
    state               text NOT NULL CHECK (state IN ('queued', 'running', 'interrupted', 'succeeded', 'partial', 'failed', 'cancelled', 'stopped')),
    requested_by        text NOT NULL,
    requested_at        timestamptz NOT NULL,
    started_at          timestamptz,
    finished_at         timestamptz,
    attempt             integer NOT NULL DEFAULT 0, -- who applies must still be the newest attempt
    held_until          timestamptz NOT NULL, -- running: without a sign of life until then it is interrupted
    cancel_requested_by text NOT NULL DEFAULT '',
    read_how            text NOT NULL DEFAULT '' CHECK (read_how IN ('', 'whole', 'changes')),
    accounts            integer NOT NULL DEFAULT 0, -- read
    contacts            integer NOT NULL DEFAULT 0, -- read
    applied             integer NOT NULL DEFAULT 0,
    added               integer NOT NULL DEFAULT 0,
    changed             integer NOT NULL DEFAULT 0,
    unchanged           integer NOT NULL DEFAULT 0,
    gone                integer NOT NULL DEFAULT 0,
    kept                integer NOT NULL DEFAULT 0, -- accounts with a field edited by hand that the source has otherwise
    skipped             integer NOT NULL DEFAULT 0, -- inactive at the source and never brought in
    refused             integer NOT NULL DEFAULT 0,
    message             text NOT NULL DEFAULT '',
    advice              text NOT NULL DEFAULT '',
    CONSTRAINT crm_source_runs_finished CHECK ((state IN ('succeeded', 'partial', 'failed', 'cancelled', 'stopped')) = (finished_at IS NOT NULL))
);
CREATE UNIQUE INDEX crm_source_runs_one_unfinished ON crm_source_runs (source_id) WHERE state IN ('queued', 'running', 'interrupted');
CREATE INDEX crm_source_runs_requested ON crm_source_runs (source_id, requested_at);

GRANT SELECT, INSERT, UPDATE ON crm_sources, crm_source_runs TO seatledger_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON crm_source_secrets, crm_source_records, crm_source_contacts, import_layouts TO seatledger_app;
GRANT SELECT, INSERT, DELETE ON crm_import_changes TO seatledger_app;
