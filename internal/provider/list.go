package provider

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/listing"
	"seatledger/internal/paging"
)

// Row is one line of the list.
type Row struct {
	Provider
	Accounts int // that the distributor still lists
	Unmapped int // of all its accounts
}

// connectivity says in SQL what Provider.Connectivity says in Go.
const connectivity = `CASE
	WHEN p.connector = 'manual' THEN 'not_applicable'
	WHEN p.checked_at IS NULL THEN 'unverified'
	WHEN p.checked_at < p.credentials_at THEN 'stale'
	WHEN p.check_result = 'failed' THEN 'failed'
	WHEN p.check_result = 'warning' THEN 'warning'
	ELSE 'verified' END`

// An account's counts are kept (account_counts), as a provider may have a million.
const (
	accountsOf = `(SELECT coalesce(sum(n), 0) FROM account_counts a
		WHERE a.provider_id = p.id AND a.provider_status <> 'gone')`
	unmappedOf = `(SELECT coalesce(sum(n), 0) FROM account_counts a
		WHERE a.provider_id = p.id AND a.state = 'unmapped')`
	unreadable = `EXISTS (SELECT 1 FROM unreadable_records u WHERE u.provider_id = p.id AND u.resolved_at IS NULL)`
)

// All is the list of all providers. A reseller has a handful, so nothing here needs an index of its own.
// The screen names connectors and connectivity (Spec.Filter).
var All = &listing.List[Row]{
	Name: "providers", One: "provider", Many: "providers",
	Table: "providers p", ID: "p.id", Default: "name", Ways: true,
	Search: listing.Search{Label: "Search name, host or reseller number",
		Where: "lower(p.name || ' ' || p.host || ' ' || p.reseller_number || ' ' || p.user_name) LIKE ?"},
	Columns: columns,
	Shown: []string{"name", "connector", "active", "connectivity", "checked_at", "reseller_number", "accounts",
		"unmapped"},
	Card: []string{"connectivity", "unmapped"},
	Filters: []listing.Filter{
		{Name: "active", Label: "State", Choices: []listing.Choice{
			{Value: "true", Label: "Active", Where: "p.active"}, {Value: "false", Label: "Inactive",
				Where: "NOT p.active"}}},
		{Name: "connectivity", Label: "Connectivity", Where: connectivity + " = ?"},
		{Name: "connector", Label: "Connector", Where: "p.connector = ?"},
		{Name: "unreadable", Label: "Unreadable records", Choices: []listing.Choice{
			{Value: "yes", Label: "Some", Where: unreadable}, {Value: "no", Label: "None",
				Where: "NOT " + unreadable}}},
	},
}

var columns = []listing.Column[Row]{
	{Key: "id", SQL: "p.id", Kind: listing.Word, Into: func(r *Row) any { return &r.ID }},
	{Key: "name", Label: "Name", SQL: "p.name", Into: func(r *Row) any { return &r.Name },
		Sort: listing.Sort{Expr: "lower(p.name)", Kind: paging.Text}},
	{Key: "connector", Label: "Connector", SQL: "p.connector", Kind: listing.Word,
		Into: func(r *Row) any { return &r.Connector }},
	{Key: "active", Label: "State", SQL: "p.active", Kind: listing.YesNo, Into: func(r *Row) any { return &r.Active }},
	{Key: "connectivity", Label: "Connectivity", SQL: connectivity, Kind: listing.Word},
	{Key: "checked_at", Label: "Checked", SQL: "date_trunc('second', p.checked_at)", Kind: listing.Moment,
		Sort: listing.Sort{Expr: "p.checked_at", Kind: paging.Time, Nullable: true}},
	{Key: "internal_name", Label: "Internal name", SQL: "p.internal_name",
		Into: func(r *Row) any { return &r.InternalName }},
	{Key: "user_name", Label: "User", SQL: "p.user_name", Into: func(r *Row) any { return &r.UserName }},
	{Key: "url", Label: "Address", SQL: "p.url", Into: func(r *Row) any { return &r.URL }},
	{Key: "reseller_number", Label: "Reseller number", SQL: "p.reseller_number",
		Into: func(r *Row) any { return &r.ResellerNumber }},
	{Key: "currency", Label: "Currency", SQL: "p.currency", Kind: listing.Word,
		Into: func(r *Row) any { return &r.Currency }},
	{Key: "accounts", Label: "Accounts", SQL: accountsOf, Kind: listing.Whole,
		Into: func(r *Row) any { return &r.Accounts }},
	{Key: "unmapped", Label: "To map", SQL: unmappedOf, Kind: listing.Whole,
		Into: func(r *Row) any { return &r.Unmapped }},
	{Key: "created_at", Label: "Made", SQL: "date_trunc('second', p.created_at)", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.CreatedAt }, Sort: listing.Sort{Expr: "p.created_at", Kind: paging.Time}},
	{SQL: "p.host", Into: func(r *Row) any { return &r.Host }},
	{SQL: "p.checked_at", Into: func(r *Row) any { return &r.CheckedAt }}, // with what connectivity compares
	{SQL: "p.credentials_at", Into: func(r *Row) any { return &r.CredentialsAt }},
	{SQL: "p.check_result", Into: func(r *Row) any { return &r.CheckResult }},
}

// Every gives all providers by name, for selects and figures.
func Every(ctx context.Context, db *gorm.DB) ([]Row, error) {
	var rows []Row
	err := db.WithContext(ctx).Raw(`SELECT p.*, ` + accountsOf + ` AS accounts, ` + unmappedOf + ` AS unmapped
		FROM providers p ORDER BY lower(p.name), p.id`).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read providers: %w", err)
	}
	return rows, nil
}
