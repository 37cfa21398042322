package list

import (
	"seatledger/internal/listing"
	"seatledger/internal/paging"
)

// All is the list of all subscriptions: what its page, its files and its counts are made of.
// The columns of the file are those of CONTRACT, then ours. provider_status is our word for
// the distributor's state (RULES 3); provider_status_text is the word as received.
var All = &listing.List[Row]{
	Name: "subscriptions", One: "subscription", Many: "subscriptions",
	Table: "subscriptions s", ID: "s.id", Default: "product",
	Joins: `
		JOIN providers p ON p.id = s.provider_id
		JOIN provider_accounts a ON a.id = s.account_id
		LEFT JOIN crm_accounts c ON c.id = s.crm_account_id
		LEFT JOIN billing_contracts b ON b.id = s.contract_id
		LEFT JOIN subscription_reviews v ON v.subscription_id = s.id
		LEFT JOIN sign_offs g ON g.subscription_id = s.id AND g.lapsed_at IS NULL`,
	Search: listing.Search{
		Label: "Search product, customer, part number or id",
		Where: "s.product_key LIKE ? OR words_beside(s.search_text, s.product_key) LIKE ?",
		IDs:   "s.id IN (SELECT subscriptions_like(?))",
		Head:  "s.product_key", Heads: "subscription_names", Beside: "s.id IN (SELECT subscriptions_like_beside(?))",
	},
	Columns: columns,
	Shown: []string{"product", "review", "crm_account", "provider", "external_id", "state", "quantity", "unit_price",
		"end_date"},
	Card:    []string{"crm_account", "review"},
	Ways:    true,
	Filters: filters,
	Counts:  "subscription_counts s",
	CountBy: []listing.CountBy{{Column: "provider_id", SQL: "s.provider_id"}, {Column: "state", SQL: "s.state"},
		{Column: "hold_reason", SQL: "coalesce(s.hold_reason, '')"}, {Column: "review", SQL: "coalesce(s.review, '')"},
		{Column: "kind", SQL: "s.kind"}, {Column: "vendor", SQL: "s.vendor"}, {Column: "moved", SQL: "s.moved"},
		{Column: "proposed_item_id", SQL: "CASE WHEN s.proposed_item_id IS NOT NULL THEN true END"}},
	Finer: listing.Finer{Filter: "check", Counts: "subscription_finding_counts s",
		From: "subscriptions s, unnest(s.findings) f", By: []listing.CountBy{{Column: "findings", SQL: "ARRAY[f]"}}},
	Words: "search_text",
}

var columns = []listing.Column[Row]{
	{Key: "id", SQL: "s.id", Kind: listing.Word, Into: func(r *Row) any { return &r.ID }},
	{Key: "provider_id", SQL: "s.provider_id", Kind: listing.Word, Into: func(r *Row) any { return &r.ProviderID }},
	{Key: "provider", Label: "Provider", SQL: "p.name", Into: func(r *Row) any { return &r.Provider }},
	{Key: "external_id", Label: "Id", SQL: "s.external_id", Into: func(r *Row) any { return &r.ExternalID },
		Sort: listing.Sort{Expr: "s.external_id", Kind: paging.Text}},
	{Key: "account_external_id", SQL: "a.external_id", Into: func(r *Row) any { return &r.AccountExternalID }},
	{Key: "crm_account_id", SQL: "s.crm_account_id", Kind: listing.Word,
		Into: func(r *Row) any { return &r.CRMAccountID }},
	{Key: "crm_account", Label: "Customer", SQL: "coalesce(c.name, '')",
		Into: func(r *Row) any { return &r.CRMAccount }, Sort: listing.Sort{Expr: "s.customer_key", Kind: paging.Text}},
	{Key: "contract_id", SQL: "s.contract_id", Kind: listing.Word, Into: func(r *Row) any { return &r.ContractID }},
	{Key: "contract", Label: "Contract", SQL: "coalesce(b.name, '')", Into: func(r *Row) any { return &r.Contract }},
	{Key: "vendor", Label: "Vendor", SQL: "s.vendor", Into: func(r *Row) any { return &r.Vendor }},
	{Key: "kind", Label: "Kind", SQL: "s.kind", Kind: listing.Word, Into: func(r *Row) any { return &r.Kind }},
	{Key: "product", Label: "Product", SQL: "s.product_name", Into: func(r *Row) any { return &r.Product },
		Sort: listing.Sort{Expr: "s.product_key", Kind: paging.Text}},
	{Key: "part_number", Label: "Part number", SQL: "s.part_number", Into: func(r *Row) any { return &r.PartNumber }},
	{Key: "quantity", Label: "Seats", SQL: "s.quantity", Kind: listing.Whole,
		Into: func(r *Row) any { return &r.Quantity }, Sort: listing.Sort{Expr: "s.quantity", Kind: paging.Integer}},
	{Key: "unit_cost", Label: "Cost", SQL: "s.unit_cost", Kind: listing.Amount,
		Into: func(r *Row) any { return &r.UnitCost }},
	{Key: "cost_period", SQL: "s.cost_period", Kind: listing.Word, Into: func(r *Row) any { return &r.CostPeriod }},
	{Key: "cost_currency", SQL: "s.cost_currency", Kind: listing.Word,
		Into: func(r *Row) any { return &r.CostCurrency }},
	{Key: "unit_price", Label: "Price", SQL: "s.unit_price", Kind: listing.Amount,
		Into: func(r *Row) any { return &r.UnitPrice }, Sort: listing.Sort{Expr: "s.price_key", Kind: paging.Numeric}},
	{Key: "price_period", SQL: "s.price_period", Kind: listing.Word, Into: func(r *Row) any { return &r.PricePeriod }},
	{Key: "currency", SQL: "s.currency", Kind: listing.Word, Into: func(r *Row) any { return &r.Currency }},
	{Key: "billing_frequency", Label: "Billed", SQL: "s.billing_frequency", Kind: listing.Word,
		Into: func(r *Row) any { return &r.Frequency }},
	{Key: "term", Label: "Term", SQL: "s.term", Kind: listing.Word, Into: func(r *Row) any { return &r.Term }},
	{Key: "start_date", Label: "Started", SQL: "s.start_date", Kind: listing.Day,
		Into: func(r *Row) any { return &r.Start }},
	{Key: "end_date", Label: "Ends", SQL: "s.end_date", Kind: listing.Day, Into: func(r *Row) any { return &r.End },
		Sort: listing.Sort{Expr: "s.end_key", Kind: paging.Date}},
	{Key: "provider_status", Label: "Distributor says", SQL: "s.provider_status", Kind: listing.Word,
		Into: func(r *Row) any { return &r.Status }},
	{Key: "state", Label: "State", SQL: "s.state", Kind: listing.Word, Into: func(r *Row) any { return &r.State }},
	{Key: "hold_reason", SQL: "coalesce(s.hold_reason, '')", Kind: listing.Word,
		Into: func(r *Row) any { return &r.HoldReason }},
	{Key: "deactivated_by", SQL: "coalesce(s.deactivated_by, '')", Kind: listing.Word,
		Into: func(r *Row) any { return &r.DeactivatedBy }},
	{Key: "billed_through", Label: "Billed through", SQL: "s.billed_through", Kind: listing.Day,
		Into: func(r *Row) any { return &r.BilledThrough }},
	{Key: "review", Label: "Review", SQL: "coalesce(s.review, '')", Kind: listing.Word,
		Into: func(r *Row) any { return &r.Review }, Sort: listing.Sort{Expr: "s.review_key", Kind: paging.Integer}},
	{Key: "checks", Label: "Findings", SQL: "array_to_string(array_remove(s.findings, '!' || s.cause), ' ')",
		Kind: listing.Word,
		Into: func(r *Row) any { return &r.Checks }},
	{Key: "at_end", SQL: "s.at_end", Kind: listing.Word, Into: func(r *Row) any { return &r.AtEnd }},
	{Key: "auto_renew", SQL: "CASE s.auto_renew WHEN 'yes' THEN 'true' WHEN 'no' THEN 'false' ELSE '' END",
		Kind: listing.Word},
	{Key: "provider_status_text", SQL: "s.provider_status_text", Into: func(r *Row) any { return &r.StatusText }},
	{Key: "account_id", SQL: "s.account_id", Kind: listing.Word, Into: func(r *Row) any { return &r.AccountID }},
	{Key: "account", Label: "Account", SQL: "a.name", Into: func(r *Row) any { return &r.Account }},
	{Key: "contract_no", SQL: "s.contract_no", Into: func(r *Row) any { return &r.ContractNo }},
	{Key: "vendor_subscription_id", Label: "Vendor's id", SQL: "s.vendor_subscription_id",
		Into: func(r *Row) any { return &r.VendorSubscriptionID }},
	{Key: "sku", SQL: "s.sku", Into: func(r *Row) any { return &r.SKU }},
	{Key: "billing_frequency_text", SQL: "s.billing_frequency_text",
		Into: func(r *Row) any { return &r.FrequencyText }},
	{Key: "term_text", SQL: "s.term_text", Into: func(r *Row) any { return &r.TermText }},
	{Key: "term_start", SQL: "s.term_start", Kind: listing.Day, Into: func(r *Row) any { return &r.TermStart }},
	{Key: "billable_quantity", Label: "Billable", SQL: "s.billable_quantity", Kind: listing.Whole,
		Into: func(r *Row) any { return &r.BillableQuantity }},
	{Key: "ledger_quantity", SQL: "s.ledger_quantity", Kind: listing.Whole,
		Into: func(r *Row) any { return &r.LedgerQuantity }},
	{Key: "cost_currency_assumed", SQL: "s.cost_currency_assumed", Kind: listing.YesNo,
		Into: func(r *Row) any { return &r.CostCurrencyAssumed }},
	{Key: "price_by_person", SQL: "s.price_by_person", Kind: listing.YesNo,
		Into: func(r *Row) any { return &r.PriceByPerson }},
	{Key: "deactivated_on", SQL: "s.deactivated_on", Kind: listing.Day,
		Into: func(r *Row) any { return &r.DeactivatedOn }},
	{Key: "signed_by", Label: "Signed by", SQL: "coalesce(g.signed_by, '')",
		Into: func(r *Row) any { return &r.SignedBy }},
	{Key: "signed_at", SQL: "g.signed_at", Kind: listing.Moment, Into: func(r *Row) any { return &r.SignedAt }},
	{Key: "first_seen_at", Label: "First seen", SQL: "s.first_seen_at", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.FirstSeenAt }},
	{Key: "cost_period_assumed", SQL: "s.cost_period_assumed", Kind: listing.YesNo,
		Into: func(r *Row) any { return &r.CostPeriodAssumed }},
	{Key: "moved", SQL: "s.moved", Kind: listing.YesNo, Into: func(r *Row) any { return &r.Moved }},
	{Key: "ends_on", SQL: "s.ends_on", Kind: listing.Day, Into: func(r *Row) any { return &r.EndsOn }},
	// A month at the price and cost of today, for the seats that count today; empty where it is not known.
	{Key: "seats_today", SQL: "s.billable_quantity - s.seats_ahead", Kind: listing.Whole},
	{Key: "month_revenue", Label: "Revenue a month", Kind: listing.Amount, SQL: monthly("s.sold_in", "s.unit_price",
		"s.price_period"), Into: func(r *Row) any { return &r.MonthRevenue }},
	{Key: "month_cost", Label: "Cost a month", Kind: listing.Amount, SQL: monthly("s.bought_in", "s.unit_cost",
		"s.cost_period"), Into: func(r *Row) any { return &r.MonthCost }},
	{Key: "month_margin", Label: "Margin a month", Kind: listing.Amount,
		SQL: `CASE WHEN s.margin_in <> '' THEN
			round((s.billable_quantity - s.seats_ahead) * (per_month(s.unit_price, s.price_period)
				- per_month(s.unit_cost, s.cost_period)), 6) END`,
		Into: func(r *Row) any { return &r.MonthMargin }},
	{Key: "billed_from", SQL: "nullif(s.billed_from, 'infinity')", Kind: listing.Day},
	{Key: "billed_to", SQL: "nullif(s.billed_to, 'infinity')", Kind: listing.Day},
	{Key: "start_text", SQL: "s.start_text", Into: func(r *Row) any { return &r.StartText }},
	{Key: "end_text", SQL: "s.end_text", Into: func(r *Row) any { return &r.EndText }},
	{Key: "cause", SQL: "s.cause", Kind: listing.Word, Into: func(r *Row) any { return &r.Cause }},
	{SQL: "coalesce(v.fingerprint, '')", Into: func(r *Row) any { return &r.Fingerprint }},
}

// monthly is the SQL of what the seats of today come to in a month, for which there is a currency where it is known.
func monthly(currency, amount, period string) string {
	return "CASE WHEN " + currency + " <> '' THEN round((s.billable_quantity - s.seats_ahead) * per_month(" + amount +
		", " + period + "), 6) END"
}
