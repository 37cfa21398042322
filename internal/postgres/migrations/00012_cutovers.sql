-- +goose Up
-- A cut-over moves a customer base from an old provider to a new one (RULES 9).
CREATE TABLE cutovers (
    id                  uuid PRIMARY KEY,
    name                text NOT NULL CONSTRAINT cutovers_name_given CHECK (name <> ''),
    old_provider_id     uuid NOT NULL REFERENCES providers,
    new_provider_id     uuid NOT NULL REFERENCES providers,
    switch_day          date, -- of customers that have none of their own
    state               text NOT NULL CHECK (state IN ('open', 'finished', 'abandoned')),
    access_requested_at timestamptz,
    access_requested_by text NOT NULL DEFAULT '',
    created_at          timestamptz NOT NULL,
    created_by          text NOT NULL CHECK (created_by <> ''),
    ended_at            timestamptz,
    ended_by            text NOT NULL DEFAULT '',
    version             integer NOT NULL DEFAULT 1,
    CONSTRAINT cutovers_two_providers CHECK (old_provider_id <> new_provider_id),
    CONSTRAINT cutovers_ended_when CHECK ((state = 'open') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX cutovers_name_key ON cutovers (lower(name));
CREATE UNIQUE INDEX cutovers_one_open_old ON cutovers (old_provider_id) WHERE state = 'open';
CREATE UNIQUE INDEX cutovers_one_open_new ON cutovers (new_provider_id) WHERE state = 'open';
CREATE INDEX cutovers_created ON cutovers (created_at, id);

-- How far a customer has come. A row is made with the first decision about the customer.
CREATE TABLE cutover_customers (
    id             uuid PRIMARY KEY,
    cutover_id     uuid NOT NULL REFERENCES cutovers,
    crm_account_id uuid NOT NULL REFERENCES crm_accounts,
    switch_day     date, -- first day that belongs to the new subscriptions
    state          text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'confirmed', 'reassigned', 'retired')),
    confirmed_at   timestamptz,
    confirmed_by   text NOT NULL DEFAULT '',
    reassigned_at  timestamptz,
    reassigned_by  text NOT NULL DEFAULT '',
    retired_at     timestamptz,
    retired_by     text NOT NULL DEFAULT '',
    version        integer NOT NULL DEFAULT 1,
    CONSTRAINT cutover_customers_once UNIQUE (cutover_id, crm_account_id),
    CONSTRAINT cutover_customers_day_before_confirming CHECK (state = 'open' OR switch_day IS NOT NULL),
    CONSTRAINT cutover_customers_steps CHECK (
        (confirmed_at IS NOT NULL) = (state <> 'open')
        AND (reassigned_at IS NOT NULL) = (state IN ('reassigned', 'retired'))
        AND (retired_at IS NOT NULL) = (state = 'retired'))
);
CREATE INDEX cutover_customers_crm ON cutover_customers (crm_account_id);

-- What people (or the exact match that they accepted) said about old and new subscriptions.
CREATE TABLE cutover_pairs (
    id                  uuid PRIMARY KEY,
    customer_id         uuid NOT NULL REFERENCES cutover_customers,
    old_subscription_id uuid REFERENCES subscriptions,
    new_subscription_id uuid REFERENCES subscriptions,
    kind                text NOT NULL CHECK (kind IN ('twin', 'new', 'ended')),
    confidence          text NOT NULL CHECK (confidence IN ('exact', 'likely', 'person')),
    reason              text NOT NULL,
    decided_at          timestamptz NOT NULL,
    decided_by          text NOT NULL CHECK (decided_by <> ''),
    -- What the steps did to it; empty until then, and again once they are undone.
    day                 date, -- first day that no longer belongs to the old one: the switch day, or earlier where it had ended before
    placement           jsonb, -- people's side of the new one before it was confirmed, where that changed it
    through_before      date, -- billed_through of the new one before it was released
    closed_old          boolean NOT NULL DEFAULT false, -- the old one was ended by this cut-over
    undone_at           timestamptz,
    undone_by           text NOT NULL DEFAULT '',
    CONSTRAINT cutover_pairs_sides CHECK (CASE kind WHEN 'twin' THEN old_subscription_id IS NOT NULL AND new_subscription_id IS NOT NULL
        WHEN 'new' THEN old_subscription_id IS NULL AND new_subscription_id IS NOT NULL
        ELSE old_subscription_id IS NOT NULL AND new_subscription_id IS NULL END),
    CONSTRAINT cutover_pairs_undone_whole CHECK ((undone_at IS NULL) = (undone_by = ''))
);
-- A subscription is in one standing decision, over all cut-overs.
CREATE UNIQUE INDEX cutover_pairs_one_old ON cutover_pairs (old_subscription_id) WHERE undone_at IS NULL;
CREATE UNIQUE INDEX cutover_pairs_one_new ON cutover_pairs (new_subscription_id) WHERE undone_at IS NULL;
CREATE INDEX cutover_pairs_customer ON cutover_pairs (customer_id);

-- A real change over the switch day that a person has seen. Other figures need another one.
CREATE TABLE cutover_acknowledgements (
    id              uuid PRIMARY KEY,
    cutover_id      uuid NOT NULL REFERENCES cutovers,
    crm_account_id  uuid NOT NULL REFERENCES crm_accounts,
    product_key     text NOT NULL, -- part number, or the SKU where there is none
    what            text NOT NULL CHECK (what IN ('quantity', 'price', 'ended', 'new')),
    fingerprint     text NOT NULL CHECK (fingerprint <> ''), -- of the figures that were seen
    acknowledged_at timestamptz NOT NULL,
    acknowledged_by text NOT NULL CHECK (acknowledged_by <> ''),
    note            text NOT NULL DEFAULT '',
    CONSTRAINT cutover_acknowledgements_once UNIQUE (cutover_id, crm_account_id, product_key, what, fingerprint)
);

GRANT SELECT, INSERT ON cutovers, cutover_customers, cutover_pairs, cutover_acknowledgements TO seatledger_app;
GRANT UPDATE (switch_day, state, access_requested_at, access_requested_by, ended_at, ended_by, version) ON cutovers TO seatledger_app;
GRANT UPDATE (switch_day, state, confirmed_at, confirmed_by, reassigned_at, reassigned_by, retired_at, retired_by, version) ON cutover_customers TO seatledger_app;
GRANT UPDATE (day, placement, through_before, closed_old, undone_at, undone_by) ON cutover_pairs TO seatledger_app;
