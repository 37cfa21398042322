package contract

import (
	"context"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/listing"
	"seatledger/internal/paging"
)

// Row is one line of the list.
type Row struct {
	Contract
	CRMAccount    string
	PriceList     string
	Subscriptions int             // active or held
	Value         decimal.Decimal // what is billed of it a month, at the prices of the billing day, in its currency
	BilledTo      clock.Date      // first day that no live full cycle has; zero: none was billed
	Open          decimal.Decimal // unpaid of its invoices
}

// All is the list of all contracts. The columns of the file are those of CONTRACT, then ours.
var All = &listing.List[Row]{
	Name: "contracts", One: "contract", Many: "contracts",
	Table: "billing_contracts c", ID: "c.id", Default: "crm_account", Ways: true,
	Joins: `JOIN crm_accounts a ON a.id = c.crm_account_id LEFT JOIN price_lists l ON l.id = c.price_list_id`,
	Search: listing.Search{Label: "Search contract or customer",
		Where: "c.search_text LIKE ?", IDs: "c.id IN (SELECT contracts_like(?))"},
	Columns: columns,
	Shown: []string{"name", "crm_account", "active", "currency", "billing_frequency", "price_list", "start_date",
		"bill_from", "subscriptions", "value", "billed_to", "open"},
	Card: []string{"crm_account", "subscriptions"},
	Filters: []listing.Filter{
		{Name: "active", Label: "State", Counted: true, Choices: []listing.Choice{
			{Value: "yes", Label: "Active", Where: "c.active"},
			{Value: "no", Label: "Inactive", Where: "NOT c.active"}}},
		{Name: "default", Label: "Default", Counted: true, Choices: []listing.Choice{
			{Value: "yes", Label: "Default contracts", Where: "c.is_default"},
			{Value: "no", Label: "Others", Where: "NOT c.is_default"}}},
		{Name: "recipients", Label: "Documents go to", Choices: []listing.Choice{
			{Value: "none", Label: "Nobody", Where: "c.recipients = ''"},
			{Value: "named", Label: "Somebody", Where: "c.recipients <> ''"}}},
		{Name: "crm_account", Label: "Customer", IsID: true, Where: "c.crm_account_id = ?",
			NameSQL: "SELECT name FROM crm_accounts WHERE id = ?"},
		{Name: "price_list", Label: "Price list", IsID: true, Counted: true, Where: "c.price_list_id = ?",
			NameSQL: "SELECT name FROM price_lists WHERE id = ?"},
	},
	Counts: "contract_counts c",
	CountBy: []listing.CountBy{{Column: "active", SQL: "c.active"}, {Column: "is_default", SQL: "c.is_default"},
		{Column: "price_list_id", SQL: "c.price_list_id"}},
	Words: "search_text",
}

var columns = []listing.Column[Row]{
	{Key: "id", SQL: "c.id", Kind: listing.Word, Into: func(r *Row) any { return &r.ID }},
	{Key: "crm_account_id", SQL: "c.crm_account_id", Kind: listing.Word,
		Into: func(r *Row) any { return &r.CRMAccountID }},
	{Key: "crm_account", Label: "CRM account", SQL: "a.name", Into: func(r *Row) any { return &r.CRMAccount },
		Sort: listing.Sort{Expr: "c.customer_key", Kind: paging.Text}},
	{Key: "name", Label: "Contract", SQL: "c.name", Into: func(r *Row) any { return &r.Name },
		Sort: listing.Sort{Expr: "c.name_key", Kind: paging.Text}},
	{Key: "currency", Label: "Currency", SQL: "c.currency", Kind: listing.Word,
		Into: func(r *Row) any { return &r.Currency }},
	{Key: "billing_frequency", Label: "Billed", SQL: "c.billing_frequency", Kind: listing.Word,
		Into: func(r *Row) any { return &r.BillingFrequency }},
	{Key: "timing", SQL: "c.timing", Kind: listing.Word, Into: func(r *Row) any { return &r.Timing }},
	{Key: "bill_from", Label: "Billed from", SQL: "c.bill_from", Kind: listing.Day,
		Into: func(r *Row) any { return &r.BillFrom }},
	{Key: "active", Label: "State", SQL: "c.active", Kind: listing.YesNo, Into: func(r *Row) any { return &r.Active }},
	{Key: "billing_day", SQL: "CASE c.billing_day WHEN 31 THEN 'last' ELSE c.billing_day::text END",
		Kind: listing.Word},
	{Key: "price_list_id", SQL: "c.price_list_id", Kind: listing.Word,
		Into: func(r *Row) any { return &r.PriceListID }},
	{Key: "price_list", Label: "Price list", SQL: "coalesce(l.name, '')",
		Into: func(r *Row) any { return &r.PriceList }},
	{Key: "start_date", Label: "Starts", SQL: "c.start_date", Kind: listing.Day,
		Into: func(r *Row) any { return &r.StartDate }, Sort: listing.Sort{Expr: "c.start_date", Kind: paging.Date}},
	{Key: "end_date", Label: "Ends", SQL: "c.end_date", Kind: listing.Day,
		Into: func(r *Row) any { return &r.EndDate }},
	{Key: "refunds", SQL: "c.refunds", Kind: listing.Word},
	{Key: "payment_terms", Label: "Payment terms", SQL: "c.payment_terms",
		Into: func(r *Row) any { return &r.PaymentTerms }},
	{Key: "tax_code", Label: "Tax code", SQL: "c.tax_code", Into: func(r *Row) any { return &r.TaxCode }},
	{Key: "is_default", SQL: "c.is_default", Kind: listing.YesNo, Into: func(r *Row) any { return &r.IsDefault }},
	{Key: "purchase_order", Label: "Purchase order", SQL: "c.purchase_order",
		Into: func(r *Row) any { return &r.PurchaseOrder }},
	{Key: "recipients", Label: "Documents go to", SQL: "c.recipients",
		Into: func(r *Row) any { return &r.Recipients }},
	{Key: "language", SQL: "c.language", Kind: listing.Word},
	{Key: "renewal", SQL: "c.renewal", Kind: listing.Word},
	{Key: "usage_rule", SQL: "c.usage_rule", Kind: listing.Word},
	{Key: "bill_together", SQL: "c.bill_together", Kind: listing.YesNo},
	{Key: "subscriptions", Label: "Subscriptions", Unfiled: true, Kind: listing.Whole,
		SQL:  "(SELECT count(*) FROM subscriptions s WHERE s.contract_id = c.id AND s.state <> 'inactive')",
		Into: func(r *Row) any { return &r.Subscriptions }},
	{Key: "value", Label: "Value a month", Unfiled: true, Kind: listing.Amount,
		SQL: `(SELECT coalesce(round(sum((s.billable_quantity - s.seats_ahead)
				* per_month(s.unit_price, s.price_period)), 6), 0)
			FROM subscriptions s, billing_day d WHERE s.contract_id = c.id AND s.billed_from <= d.today
				AND s.billed_to > d.today AND s.sold_in = c.currency)`,
		Into: func(r *Row) any { return &r.Value }},
	{Key: "billed_to", Label: "Billed to", Unfiled: true, Kind: listing.Day,
		SQL:  BilledToSQL("c.id"),
		Into: func(r *Row) any { return &r.BilledTo }},
	{Key: "open", Label: "Open", Unfiled: true, Kind: listing.Amount,
		SQL:  `(SELECT coalesce(sum(i.open_amount), 0) FROM invoices i WHERE i.contract_id = c.id AND i.state = 'billed')`,
		Into: func(r *Row) any { return &r.Open }},
}

// BilledToSQL reads the first day that no live full cycle of a contract has; none was billed where it is NULL.
func BilledToSQL(contractID string) string {
	return `(SELECT max(coalesce(i.run_to, i.period_end)) FROM invoices i
		WHERE i.contract_id = ` + contractID + ` AND i.kind = 'full_cycle' AND i.state <> 'void')`
}

// CountActive is how many contracts are active.
func CountActive(ctx context.Context, db *gorm.DB) (int, error) {
	return All.Count(ctx, db, All.Ask(listing.Values{"active": "yes"}), 0)
}
