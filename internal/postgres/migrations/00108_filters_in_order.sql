-- +goose Up
-- After a first sync, and in any order, records of one provider, vendor, event or state stand together, so that a walk
-- along the order of a list goes past very many before it meets one. The index of such a filter has the usual order of
-- its list behind it, and the id: the page is its first rows, and no row is visited for its key.
DROP INDEX license_change_status_provider;
CREATE INDEX license_change_status_provider ON license_change_status (change_provider_id, change_seq, change_id);
DROP INDEX license_change_status_event;
CREATE INDEX license_change_status_event ON license_change_status (change_event, change_seq, change_id);
DROP INDEX license_change_status_billing;
CREATE INDEX license_change_status_billing ON license_change_status (billing_state, change_seq, change_id);
DROP INDEX license_change_status_aside;
CREATE INDEX license_change_status_aside ON license_change_status (change_seq, change_id) WHERE NOT counted;
DROP INDEX license_change_status_estimated;
CREATE INDEX license_change_status_estimated ON license_change_status (change_seq, change_id) WHERE change_estimated;
DROP INDEX license_change_status_run;
CREATE INDEX license_change_status_run ON license_change_status (change_run_id, change_seq, change_id)
	INCLUDE (change_effective_at) WHERE change_run_id IS NOT NULL;

DROP INDEX invoices_state;
CREATE INDEX invoices_state ON invoices (state, number_sort, id);
DROP INDEX invoices_kind;
CREATE INDEX invoices_kind ON invoices (kind, number_sort, id);
DROP INDEX invoices_currency;
CREATE INDEX invoices_currency ON invoices (currency, number_sort, id);

DROP INDEX subscriptions_by_product; -- carries the days on which it is billed too
CREATE INDEX subscriptions_by_product ON subscriptions (product_key, id)
	INCLUDE (provider_id, state, hold_reason, review, kind, vendor, end_key, moved, findings, sold_in, bought_in,
		margin_in, billed_from, billed_to);
DROP INDEX subscriptions_kind;
CREATE INDEX subscriptions_kind ON subscriptions (kind, product_key, id);
CREATE INDEX subscriptions_vendor ON subscriptions (vendor, product_key, id);
CREATE INDEX subscriptions_proposal ON subscriptions (product_key, id) WHERE proposed_item_id IS NOT NULL;

CREATE INDEX provider_accounts_provider ON provider_accounts (provider_id, to_do_key, id);
DROP INDEX provider_accounts_state;
CREATE INDEX provider_accounts_state ON provider_accounts (state, to_do_key, id) INCLUDE (provider_id, provider_status);
DROP INDEX provider_accounts_standing;
CREATE INDEX provider_accounts_standing ON provider_accounts (provider_status, to_do_key, id)
	WHERE provider_status <> 'active';

-- Contracts that name somebody, which may be none of a million.
CREATE INDEX billing_contracts_addressed ON billing_contracts (customer_key, id)
	INCLUDE (active, is_default, price_list_id) WHERE recipients <> '';
