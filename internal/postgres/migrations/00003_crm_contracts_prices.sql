-- +goose Up
CREATE TABLE crm_accounts (
    id            uuid PRIMARY KEY,
    external_id   text CONSTRAINT crm_accounts_external_id_given CHECK (external_id <> ''),
    name          text NOT NULL CONSTRAINT crm_accounts_name_given CHECK (name <> ''),
    website       text NOT NULL DEFAULT '',
    domain        text NOT NULL DEFAULT '', -- of website, lower case, without www
    email_domains text[] NOT NULL DEFAULT '{}',
    tenant_id     text NOT NULL DEFAULT '',
    street        text NOT NULL DEFAULT '',
    city          text NOT NULL DEFAULT '',
    state         text NOT NULL DEFAULT '',
    postal_code   text NOT NULL DEFAULT '',
    country       text NOT NULL DEFAULT '',
    phone         text NOT NULL DEFAULT '',
    parent_id     uuid CONSTRAINT crm_accounts_parent_known REFERENCES crm_accounts CONSTRAINT crm_accounts_not_own_parent CHECK (parent_id <> id),
    source        text NOT NULL CHECK (source IN ('person', 'csv', 'account')),
    version       integer NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    CONSTRAINT crm_accounts_external_id_key UNIQUE (external_id)
);
CREATE INDEX crm_accounts_name ON crm_accounts (lower(name), id);
CREATE INDEX crm_accounts_name_search ON crm_accounts USING gin (lower(name) gin_trgm_ops);
CREATE INDEX crm_accounts_search ON crm_accounts
    USING gin ((lower(name || ' ' || coalesce(external_id, '') || ' ' || domain || ' ' || tenant_id)) gin_trgm_ops);
CREATE INDEX crm_accounts_by_external_id ON crm_accounts (coalesce(external_id, ''), id);
CREATE INDEX crm_accounts_by_updated_at ON crm_accounts (updated_at, id);
CREATE INDEX crm_accounts_parent ON crm_accounts (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX crm_accounts_domain ON crm_accounts (domain) WHERE domain <> '';
CREATE INDEX crm_accounts_tenant ON crm_accounts (tenant_id) WHERE tenant_id <> '';

-- A product is keyed by (vendor, part number) and carries the distributor's number per API family (RULES 4).
CREATE TABLE products (
    id          uuid PRIMARY KEY,
    vendor      text NOT NULL CHECK (vendor <> ''),
    part_number text NOT NULL CHECK (part_number <> ''),
    name        text NOT NULL DEFAULT '',
    sku         text NOT NULL DEFAULT '', -- comprehensive API
    legacy_sku  text NOT NULL DEFAULT '', -- v1
    -- A price named a part number that no sync has brought yet, without its vendor: the first sync that brings it sets the vendor.
    vendor_assumed boolean NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX products_vendor_part_number_key ON products (lower(vendor), lower(part_number));
CREATE INDEX products_part_number ON products (lower(part_number));
CREATE INDEX products_sku ON products (sku) WHERE sku <> '';
CREATE INDEX products_legacy_sku ON products (legacy_sku) WHERE legacy_sku <> '';

CREATE TABLE price_lists (
    id         uuid PRIMARY KEY,
    name       text NOT NULL CONSTRAINT price_lists_name_given CHECK (name <> ''),
    currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    active     boolean NOT NULL,
    version    integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX price_lists_name_key ON price_lists (lower(name));

CREATE TABLE price_list_items (
    id                uuid PRIMARY KEY,
    price_list_id     uuid NOT NULL REFERENCES price_lists,
    product_id        uuid NOT NULL REFERENCES products,
    unit              text NOT NULL CHECK (unit IN ('month', 'quarter', 'year', 'three_years', 'once')),
    term              text NOT NULL CHECK (term IN ('monthly', 'quarterly', 'annual', 'triennial', 'one_time', 'trial', 'unknown')),
    billing_frequency text NOT NULL CHECK (billing_frequency IN ('monthly', 'quarterly', 'annual', 'triennial', 'one_time', 'trial', 'unknown')),
    unit_price        numeric(20, 6) NOT NULL CHECK (unit_price >= 0),
    effective_from    date NOT NULL,
    effective_to      date, -- first day on which it is no longer in force; null: open
    version           integer NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    CONSTRAINT price_list_items_period CHECK (effective_to > effective_from),
    CONSTRAINT price_list_items_key UNIQUE (price_list_id, product_id, term, billing_frequency, effective_from)
);
CREATE INDEX price_list_items_product ON price_list_items (product_id);

CREATE TABLE billing_contracts (
    id                uuid PRIMARY KEY,
    crm_account_id    uuid NOT NULL REFERENCES crm_accounts,
    name              text NOT NULL CONSTRAINT billing_contracts_name_given CHECK (name <> ''),
    currency          text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    billing_frequency text NOT NULL CHECK (billing_frequency IN ('monthly', 'quarterly', 'annual')),
    timing            text NOT NULL CHECK (timing IN ('advance', 'arrears')),
    billing_day       integer NOT NULL CHECK (billing_day BETWEEN 1 AND 28 OR billing_day = 31), -- 31: last day of the month
    price_list_id     uuid REFERENCES price_lists,
    start_date        date NOT NULL,
    end_date          date, -- first day that is no longer covered; null: open
    bill_from         date, -- first day Seatledger bills
    refunds           text NOT NULL CHECK (refunds IN ('global', 'yes', 'no')),
    payment_terms     text NOT NULL DEFAULT '',
    tax_code          text NOT NULL DEFAULT '',
    is_default        boolean NOT NULL,
    active            boolean NOT NULL,
    deactivated_at    timestamptz,
    version           integer NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    CONSTRAINT billing_contracts_period CHECK (end_date > start_date),
    CONSTRAINT billing_contracts_bill_from CHECK (bill_from >= start_date)
);
CREATE UNIQUE INDEX billing_contracts_name_key ON billing_contracts (crm_account_id, lower(name));
CREATE INDEX billing_contracts_by_name ON billing_contracts (lower(name), id);
CREATE INDEX billing_contracts_by_start ON billing_contracts (start_date, id);
CREATE INDEX billing_contracts_search ON billing_contracts USING gin (lower(name) gin_trgm_ops);
CREATE INDEX billing_contracts_price_list ON billing_contracts (price_list_id);

GRANT SELECT, INSERT, UPDATE ON crm_accounts, products, price_lists, billing_contracts TO seatledger_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON price_list_items TO seatledger_app;
