-- +goose Up
CREATE TABLE subscriptions (
    id                     uuid PRIMARY KEY,
    provider_id            uuid NOT NULL REFERENCES providers,
    account_id             uuid NOT NULL REFERENCES provider_accounts,
    external_id            text NOT NULL CHECK (external_id <> ''),

    -- The provider's facts: changed only by a sync, or by hand for a manual provider.
    contract_no            text NOT NULL DEFAULT '',
    vendor                 text NOT NULL DEFAULT '',
    vendor_subscription_id text NOT NULL DEFAULT '',
    kind                   text NOT NULL CHECK (kind IN ('licence', 'one_time', 'usage', 'trial', 'unknown')),
    product_id             uuid REFERENCES products,
    product_name           text NOT NULL DEFAULT '',
    part_number            text NOT NULL DEFAULT '',
    sku                    text NOT NULL DEFAULT '',
    quantity               integer NOT NULL CHECK (quantity >= 0),
    unit_cost              numeric(20, 6),
    cost_period            text NOT NULL DEFAULT '' CHECK (cost_period IN ('', 'month', 'quarter', 'year', 'three_years', 'once')),
    cost_currency          text NOT NULL DEFAULT '' CHECK (cost_currency ~ '^([A-Z]{3})?$'),
    cost_currency_assumed  boolean NOT NULL DEFAULT false, -- the record had none: the provider's default
    suggested_price        numeric(20, 6),
    billing_frequency      text NOT NULL CHECK (billing_frequency IN ('monthly', 'quarterly', 'annual', 'triennial', 'one_time', 'trial', 'unknown')),
    billing_frequency_text text NOT NULL DEFAULT '',
    term                   text NOT NULL CHECK (term IN ('monthly', 'quarterly', 'annual', 'triennial', 'one_time', 'trial', 'unknown')),
    term_text              text NOT NULL DEFAULT '',
    start_date             date,
    end_date               date,
    provider_status        text NOT NULL CHECK (provider_status IN ('active', 'blank', 'suspended', 'pending', 'expired', 'cancelled', 'discontinued', 'deleted', 'missing', 'unknown')),
    provider_status_text   text NOT NULL DEFAULT '',
    missing_confirmed_at   timestamptz, -- a person has seen that it is gone
    moved_from_account_id  uuid REFERENCES provider_accounts,
    raw                    jsonb,
    raw_hash               text NOT NULL DEFAULT '', -- of what the record means: the order of its keys and its request id do not count
    term_start             date, -- of the current term, as far as it is known
    request_id             text NOT NULL DEFAULT '',
    first_seen_at          timestamptz NOT NULL,
    facts_at               timestamptz NOT NULL,
    log_known              boolean NOT NULL DEFAULT false, -- the change log was read; log_seen names the entries it held
    log_seen               text NOT NULL DEFAULT '',

    -- People's side: no sync overwrites it.
    crm_account_id         uuid REFERENCES crm_accounts,
    contract_id            uuid REFERENCES billing_contracts,
    never_land             boolean NOT NULL DEFAULT false, -- left unticked in a contract's sync
    unit_price             numeric(20, 6) CHECK (unit_price >= 0),
    price_period           text NOT NULL DEFAULT '' CHECK (price_period IN ('', 'month', 'quarter', 'year', 'three_years', 'once')),
    currency               text NOT NULL DEFAULT '' CHECK (currency ~ '^([A-Z]{3})?$'),
    price_list_item_id     uuid REFERENCES price_list_items ON DELETE SET NULL,
    price_by_person        boolean NOT NULL DEFAULT false,
    proposed_item_id       uuid REFERENCES price_list_items ON DELETE SET NULL, -- offered at a renewal, until a person decides
    no_twin                boolean NOT NULL DEFAULT false, -- a person said: this is not another provider's subscription again
    twin_hold              boolean NOT NULL DEFAULT false,
    cutover_hold           boolean NOT NULL DEFAULT false,

    -- State (RULES 3), derived in Go and kept here so that lists can filter on it.
    state                  text NOT NULL CHECK (state IN ('held', 'active', 'inactive')),
    hold_reason            text CHECK (hold_reason IN ('unmapped', 'excluded', 'pending', 'twin', 'cutover')),
    deactivated_by         text CHECK (deactivated_by IN ('provider', 'person', 'cutover')),
    deactivated_on         date,
    -- The old twin of a cut-over is frozen from its switch day on: facts come in, seats do not count (RULES 9).
    frozen_from            date,
    frozen_quantity        integer CHECK (frozen_quantity >= 0),
    billable_from          date,
    billed_through         date, -- first day not yet billed
    history_since          date,
    billable_quantity      integer NOT NULL GENERATED ALWAYS AS
        (CASE WHEN state = 'inactive' THEN 0 ELSE coalesce(frozen_quantity, quantity) END) STORED,
    ledger_quantity        integer NOT NULL DEFAULT 0, -- kept by the ledger's trigger alone

    -- The review's standing verdict, kept for lists; empty while inactive.
    review                 text CHECK (review IN ('fail', 'warn', 'ok', 'signed')),
    version                integer NOT NULL DEFAULT 1,
    updated_at             timestamptz NOT NULL,
    CONSTRAINT subscriptions_external_id_key UNIQUE (provider_id, external_id),
    CONSTRAINT subscriptions_held_why CHECK ((state = 'held') = (hold_reason IS NOT NULL)),
    CONSTRAINT subscriptions_inactive_by CHECK ((state = 'inactive') = (deactivated_by IS NOT NULL)),
    CONSTRAINT subscriptions_inactive_on CHECK ((state = 'inactive') = (deactivated_on IS NOT NULL)),
    CONSTRAINT subscriptions_price_whole CHECK (unit_price IS NULL OR (price_period <> '' AND currency <> '')),
    CONSTRAINT subscriptions_contract_of_customer CHECK (contract_id IS NULL OR crm_account_id IS NOT NULL),
    CONSTRAINT subscriptions_frozen_whole CHECK ((frozen_from IS NULL) = (frozen_quantity IS NULL))
);
CREATE INDEX subscriptions_account ON subscriptions (account_id);
CREATE INDEX subscriptions_contract ON subscriptions (contract_id) WHERE contract_id IS NOT NULL;
CREATE INDEX subscriptions_crm_product ON subscriptions (crm_account_id, product_id) WHERE crm_account_id IS NOT NULL;
CREATE INDEX subscriptions_crm_sku ON subscriptions (crm_account_id, sku) WHERE crm_account_id IS NOT NULL AND sku <> '';
CREATE INDEX subscriptions_product ON subscriptions (product_id);
CREATE INDEX subscriptions_price_list_item ON subscriptions (price_list_item_id) WHERE price_list_item_id IS NOT NULL;
CREATE INDEX subscriptions_proposed_item ON subscriptions (proposed_item_id) WHERE proposed_item_id IS NOT NULL;
CREATE INDEX subscriptions_review ON subscriptions (review, id);
CREATE INDEX subscriptions_state ON subscriptions (state, hold_reason, review);
CREATE INDEX subscriptions_product_name ON subscriptions (lower(product_name), id);
CREATE INDEX subscriptions_vendor ON subscriptions (lower(vendor), lower(product_name), id);
CREATE INDEX subscriptions_external_id ON subscriptions (external_id, id);
CREATE INDEX subscriptions_quantity ON subscriptions (quantity, id);
CREATE INDEX subscriptions_end_date ON subscriptions (coalesce(end_date, 'infinity'), id);
CREATE INDEX subscriptions_search ON subscriptions USING gin ((lower(product_name || ' ' || part_number || ' ' || external_id)) gin_trgm_ops);

-- Rows of a listing that could not be read: kept for a person, never 0 and never gone (RULES 3).
CREATE TABLE unreadable_records (
    id          uuid PRIMARY KEY,
    provider_id uuid NOT NULL REFERENCES providers,
    account_id  uuid REFERENCES provider_accounts,
    external_id text NOT NULL DEFAULT '',
    what        text NOT NULL CHECK (what IN ('account', 'subscription')),
    reason      text NOT NULL,
    raw         text NOT NULL, -- text: what could not be read may be no JSON
    first_seen  timestamptz NOT NULL,
    resolved_at timestamptz
);
CREATE UNIQUE INDEX unreadable_records_once ON unreadable_records (provider_id, what, md5(coalesce(account_id::text, '') || external_id || reason || raw)) WHERE resolved_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON subscriptions, unreadable_records TO seatledger_app;
