package crm

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/listing"
	"seatledger/internal/paging"
)

// Row is one line of the list.
type Row struct {
	Account
	Parent    string // the parent's name
	Accounts  int    // provider accounts mapped to it
	Contracts int    // active contracts
}

// All is the list of all CRM accounts. Its file begins with the columns of CONTRACT, which are those of
// the import too.
var All = &listing.List[Row]{
	Name: "crm-accounts", One: "CRM account", Many: "CRM accounts",
	Table: "crm_accounts a", ID: "a.id", Default: "name", Ways: true,
	Joins: "LEFT JOIN crm_accounts p ON p.id = a.parent_id",
	Search: listing.Search{
		Label: "Search name, external id, domain or tenant id",
		Where: "lower(a.name || ' ' || coalesce(a.external_id, '') || ' ' || a.domain || ' ' || a.tenant_id) LIKE ?",
		IDs:   "a.id IN (SELECT crm_accounts_like(?))",
	},
	Columns: listColumns,
	Shown:   []string{"name", "external_id", "domain", "tenant_id", "accounts", "contracts", "updated_at"},
	Card:    []string{"accounts", "contracts"},
	Filters: []listing.Filter{
		{Name: "mapped", Label: "Mapped", Counted: true, Choices: []listing.Choice{
			{Value: "yes", Label: "To a provider account", Where: "a.mapped_accounts > 0"},
			{Value: "no", Label: "Not mapped", Where: "a.mapped_accounts = 0"}}},
		{Name: "contract", Label: "Active contract", Counted: true, Choices: []listing.Choice{
			{Value: "yes", Label: "With one", Where: "a.active_contracts > 0"},
			{Value: "no", Label: "Without", Where: "a.active_contracts = 0"}}},
	},
	// None, or some.
	Counts: "crm_account_counts a",
	CountBy: []listing.CountBy{{Column: "mapped_accounts", SQL: "least(a.mapped_accounts, 1)"},
		{Column: "active_contracts", SQL: "least(a.active_contracts, 1)"}},
}

var listColumns = []listing.Column[Row]{
	{Key: "id", SQL: "a.id", Kind: listing.Word, Into: func(r *Row) any { return &r.ID }},
	{Key: "external_id", Label: "External id", SQL: "coalesce(a.external_id, '')",
		Into: func(r *Row) any { return &r.ExternalID },
		Sort: listing.Sort{Expr: "coalesce(a.external_id, '')", Kind: paging.Text}},
	{Key: "name", Label: "Name", SQL: "a.name", Into: func(r *Row) any { return &r.Name },
		Sort: listing.Sort{Expr: "lower(a.name)", Kind: paging.Text}},
	{Key: "website", Label: "Website", SQL: "a.website", Into: func(r *Row) any { return &r.Website }},
	{Key: "email_domains", Label: "Mail domains", SQL: "array_to_string(a.email_domains, ' ')",
		Into: func(r *Row) any { return &r.EmailDomains }},
	{Key: "tenant_id", Label: "Tenant id", SQL: "a.tenant_id", Into: func(r *Row) any { return &r.TenantID }},
	{Key: "street", Label: "Street", SQL: "a.street", Into: func(r *Row) any { return &r.Street }},
	{Key: "city", Label: "City", SQL: "a.city", Into: func(r *Row) any { return &r.City }},
	{Key: "state", Label: "State", SQL: "a.state", Into: func(r *Row) any { return &r.State }},
	{Key: "postal_code", Label: "Postal code", SQL: "a.postal_code", Into: func(r *Row) any { return &r.PostalCode }},
	{Key: "country", Label: "Country", SQL: "a.country", Into: func(r *Row) any { return &r.Country }},
	{Key: "phone", Label: "Phone", SQL: "a.phone", Into: func(r *Row) any { return &r.Phone }},
	{Key: "tax_id", Label: "Tax id", SQL: "a.tax_id", Into: func(r *Row) any { return &r.TaxID }},
	{Key: "domain", Label: "Domain", SQL: "a.domain", Into: func(r *Row) any { return &r.Domain }},
	{Key: "parent_id", SQL: "a.parent_id", Kind: listing.Word, Into: func(r *Row) any { return &r.ParentID }},
	{Key: "parent", Label: "Part of", SQL: "coalesce(p.name, '')", Into: func(r *Row) any { return &r.Parent }},
	{Key: "source", Label: "From", SQL: "a.source", Kind: listing.Word, Into: func(r *Row) any { return &r.Source }},
	{Key: "updated_at", Label: "Changed", SQL: "date_trunc('second', a.updated_at)", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.UpdatedAt }, Sort: listing.Sort{Expr: "a.updated_at", Kind: paging.Time}},
	{Key: "bill_to_parent", SQL: "a.bill_to_parent", Kind: listing.YesNo,
		Into: func(r *Row) any { return &r.BillToParent }},
	{Key: "accounts", Label: "Mapped", SQL: "a.mapped_accounts", Kind: listing.Whole,
		Into: func(r *Row) any { return &r.Accounts },
		Sort: listing.Sort{Expr: "a.mapped_accounts", Kind: paging.Integer}},
	{Key: "contracts", Label: "Contracts", SQL: "a.active_contracts", Kind: listing.Whole,
		Into: func(r *Row) any { return &r.Contracts },
		Sort: listing.Sort{Expr: "a.active_contracts", Kind: paging.Integer}},
}

// Search finds the first accounts that a term fits, by name, and tells whether there are more.
func Search(ctx context.Context, db *gorm.DB, term string, most int) (found []Row, more bool, err error) {
	q := All.Ask(nil)
	q.Search, q.Page.Size = term, most
	page, err := All.Page(ctx, db, q)
	return page.Rows, page.Next != "", err
}
