-- +goose Up

-- Contracts that name nobody to send documents to, as the list and the page of what is due lead to them.
CREATE INDEX billing_contracts_unaddressed ON billing_contracts (customer_key, id)
    INCLUDE (active, is_default, price_list_id) WHERE recipients = '';
