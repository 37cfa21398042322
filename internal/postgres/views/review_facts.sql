-- Everything a verdict reads, one row a subscription, so that any number of them is judged in one query.
-- Prices that lie about are told apart from prices that were set; the words are made in the review room.
-- What a cut-over holds back cannot be billed twice, so the old one is no double of it, and it can be signed before
-- its switch.
CREATE VIEW review_facts AS
SELECT s.id AS subscription_id, s.external_id, s.product_name,
       p.connector, p.name AS provider,
       a.id AS account_id, a.name AS account, a.state AS account_state, a.provider_status AS account_status,
       a.crm_account_id AS mapped_crm_account_id, mapped.name AS mapped_crm_account,
       s.crm_account_id, customer.name AS crm_account, moved.name AS moved_from,
       s.state, coalesce(s.hold_reason, '') AS hold_reason, s.deactivated_by,
       s.provider_status, s.provider_status_text,
       s.missing_confirmed_at IS NOT NULL AS missing_confirmed,
       s.contract_id, c.name AS contract, c.crm_account_id AS contract_crm_account_id, c.active AS contract_active,
       c.currency AS contract_currency, c.billing_frequency AS contract_frequency,
       c.price_list_id AS contract_price_list_id,
       c.start_date AS contract_start, c.end_date AS contract_end,
       s.vendor, s.kind, s.product_id, s.part_number, s.term, s.term_text,
       s.billing_frequency, s.billing_frequency_text,
       s.start_date, s.end_date, s.term_start, s.quantity, s.billable_quantity, s.ledger_quantity,
       s.unit_price, s.price_period, s.currency, s.price_by_person, s.price_list_item_id,
       item.unit_price AS item_price, item.unit AS item_unit,
       item.price_list_id AS item_price_list_id, item.product_id AS item_product_id,
       item.term AS item_term, item.billing_frequency AS item_frequency,
       item.effective_from AS item_from, item.effective_to AS item_to,
       EXISTS (SELECT FROM price_list_items n
           WHERE n.price_list_id = item.price_list_id AND n.product_id = item.product_id AND n.term = item.term
             AND n.billing_frequency = item.billing_frequency
             AND n.effective_from > item.effective_from AND n.effective_from <= s.term_start
             AND (n.effective_to IS NULL OR n.effective_to > s.term_start)
       ) AS item_overtaken, -- by a newer one, when the term began
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
    FROM subscriptions o
    JOIN providers op ON op.id = o.provider_id
    WHERE s.crm_account_id IS NOT NULL AND NOT s.no_twin AND NOT s.cutover_hold
      AND o.crm_account_id = s.crm_account_id AND o.provider_id <> s.provider_id AND o.state = 'active'
      AND (s.twin_hold OR NOT o.no_twin)
      AND (o.product_id = s.product_id OR s.sku <> '' AND o.sku = s.sku)
    ORDER BY o.id LIMIT 1) twin ON true;

GRANT SELECT ON review_facts TO seatledger_app;
