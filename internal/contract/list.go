package contract

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/listing"
	"seatledger/internal/paging"
)

// Row is one line of the list.
type Row struct {
	Contract
	CRMAccount    string
	PriceList     string
	Subscriptions int // active or held
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
		"bill_from", "subscriptions"},
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
	{Key: "bill_together", SQL: "c.bill_together", Kind: listing.YesNo},
	{Key: "subscriptions", Label: "Subscriptions", Unfiled: true, Kind: listing.Whole,
		SQL:  "(SELECT count(*) FROM subscriptions s WHERE s.contract_id = c.id AND s.state <> 'inactive')",
		Into: func(r *Row) any { return &r.Subscriptions }},
}

// CountActive is how many contracts are active.
func CountActive(ctx context.Context, db *gorm.DB) (int, error) {
	return All.Count(ctx, db, All.Ask(listing.Values{"active": "yes"}), 0)
}
