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

-- What a cut-over holds back cannot be billed twice, so the old one is no double of it, and it can be signed before its switch.
CREATE OR REPLACE VIEW review_facts AS
SELECT s.id AS subscription_id, s.external_id, s.product_name,
       p.connector, p.name AS provider,
       a.id AS account_id, a.name AS account, a.state AS account_state, a.provider_status AS account_status,
       a.crm_account_id AS mapped_crm_account_id, mapped.name AS mapped_crm_account,
       s.crm_account_id, customer.name AS crm_account, moved.name AS moved_from,
       s.state, coalesce(s.hold_reason, '') AS hold_reason, s.deactivated_by, s.provider_status, s.provider_status_text,
       s.missing_confirmed_at IS NOT NULL AS missing_confirmed,
       s.contract_id, c.name AS contract, c.crm_account_id AS contract_crm_account_id, c.active AS contract_active,
       c.currency AS contract_currency, c.billing_frequency AS contract_frequency, c.price_list_id AS contract_price_list_id,
       c.start_date AS contract_start, c.end_date AS contract_end,
       s.vendor, s.kind, s.product_id, s.part_number, s.term, s.term_text, s.billing_frequency, s.billing_frequency_text,
       s.start_date, s.end_date, s.term_start, s.quantity, s.billable_quantity, s.ledger_quantity,
       s.unit_price, s.price_period, s.currency, s.price_by_person, s.price_list_item_id,
       item.unit_price AS item_price, item.unit AS item_unit, item.price_list_id AS item_price_list_id, item.product_id AS item_product_id,
       item.term AS item_term, item.billing_frequency AS item_frequency, item.effective_from AS item_from, item.effective_to AS item_to,
       EXISTS (SELECT FROM price_list_items n WHERE n.price_list_id = item.price_list_id AND n.product_id = item.product_id AND n.term = item.term
           AND n.billing_frequency = item.billing_frequency AND n.effective_from > item.effective_from AND n.effective_from <= s.term_start
           AND (n.effective_to IS NULL OR n.effective_to > s.term_start)) AS item_overtaken, -- by a newer one, when the term began
       proposed.unit_price AS proposed_price, proposed.unit AS proposed_unit,
       s.unit_cost, s.cost_period, s.cost_currency, s.cost_currency_assumed, s.suggested_price,
       twin.provider AS twin_provider, twin.external_id AS twin_external_id, twin.id AS twin_id
FROM subscriptions s
JOIN providers p ON p.id = s.provider_id
JOIN provider_accounts a ON a.id = s.account_id
LEFT JOIN crm_accounts mapped ON mapped.id = a.crm_account_id
LEFT JOIN crm_accounts customer ON customer.id = s.crm_account_id
LEFT JOIN provider_accounts moved ON moved.id = s.moved_from_account_id
LEFT JOIN billing_contracts c ON c.id = s.contract_id
LEFT JOIN price_list_items item ON item.id = s.price_list_item_id
LEFT JOIN price_list_items proposed ON proposed.id = s.proposed_item_id
LEFT JOIN LATERAL (
    SELECT o.id, o.external_id, op.name AS provider
    FROM subscriptions o JOIN providers op ON op.id = o.provider_id
    WHERE s.crm_account_id IS NOT NULL AND NOT s.no_twin AND NOT s.cutover_hold AND o.crm_account_id = s.crm_account_id
      AND o.provider_id <> s.provider_id AND o.state = 'active' AND (s.twin_hold OR NOT o.no_twin)
      AND (o.product_id = s.product_id OR s.sku <> '' AND o.sku = s.sku)
    ORDER BY o.id LIMIT 1) twin ON true;

GRANT SELECT, INSERT ON cutovers, cutover_customers, cutover_pairs, cutover_acknowledgements TO seatledger_app;
GRANT UPDATE (switch_day, state, access_requested_at, access_requested_by, ended_at, ended_by, version) ON cutovers TO seatledger_app;
GRANT UPDATE (switch_day, state, confirmed_at, confirmed_by, reassigned_at, reassigned_by, retired_at, retired_by, version) ON cutover_customers TO seatledger_app;
GRANT UPDATE (day, placement, through_before, closed_old, undone_at, undone_by) ON cutover_pairs TO seatledger_app;
