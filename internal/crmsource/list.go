package crmsource

import (
	"seatledger/internal/listing"
	"seatledger/internal/paging"
	"seatledger/internal/words"
)

// Row is one line of the list.
type Row struct {
	Source
	Figures
	Stands Connectivity // as of its last check
}

// connectivity says in SQL what Source.Connectivity says in Go.
const connectivity = `CASE
	WHEN s.checked_at IS NULL OR s.check_result IS NULL THEN 'unverified'
	WHEN s.checked_at < s.credentials_at THEN 'stale'
	WHEN s.check_result = 'failed' THEN 'failed'
	WHEN s.check_result = 'warning' THEN 'warning'
	ELSE 'verified' END`

// All is the list of all sources. A reseller has a handful, so nothing here needs an index of its own.
var All = &listing.List[Row]{
	Name: "crm-sources", One: "CRM source", Many: "CRM sources",
	Table: "crm_sources s", ID: "s.id", Default: "name",
	Search: listing.Search{Label: "Search name, address or directory",
		Where: "lower(s.name || ' ' || s.url || ' ' || s.tenant) LIKE ?"},
	Columns: columns,
	Shown:   []string{"name", "active", "connectivity", "read_at", "next_at", "customers", "gone"},
	Card:    []string{"connectivity", "read_at"},
	Filters: []listing.Filter{
		{Name: "active", Label: "State", Choices: []listing.Choice{
			{Value: "true", Label: "Active", Where: "s.active"}, {Value: "false", Label: "Inactive",
				Where: "NOT s.active"}}},
		{Name: "connectivity", Label: "Connectivity", Where: connectivity + " = ?", Choices: connectivities()},
	},
}

func connectivities() []listing.Choice {
	var out []listing.Choice
	for _, c := range []Connectivity{Unverified, Verified, Warning, CheckFailed, Stale} {
		out = append(out, listing.Choice{Value: string(c), Label: words.Capital(string(c))})
	}
	return out
}

// What a source has brought, over its records.
const (
	recordsOf   = "(SELECT count(*) FROM crm_source_records r WHERE r.source_id = s.id AND "
	customersOf = recordsOf + "r.crm_account_id IS NOT NULL)"
	goneOf      = recordsOf + "r.status = 'gone' AND r.crm_account_id IS NOT NULL)"
	refusedOf   = recordsOf + "r.status = 'refused')"
)

var columns = []listing.Column[Row]{
	{Key: "id", SQL: "s.id", Kind: listing.Word, Into: func(r *Row) any { return &r.ID }},
	{Key: "name", Label: "Name", SQL: "s.name", Into: func(r *Row) any { return &r.Name },
		Sort: listing.Sort{Expr: "lower(s.name)", Kind: paging.Text}},
	{Key: "url", Label: "Address", SQL: "s.url", Into: func(r *Row) any { return &r.URL }},
	{Key: "active", Label: "State", SQL: "s.active", Kind: listing.YesNo, Into: func(r *Row) any { return &r.Active }},
	{Key: "nightly", Label: "Every night", SQL: "s.nightly", Kind: listing.YesNo,
		Into: func(r *Row) any { return &r.Nightly }},
	{Key: "connectivity", Label: "Connectivity", SQL: connectivity, Kind: listing.Word,
		Into: func(r *Row) any { return &r.Stands }},
	{Key: "checked_at", Label: "Checked", SQL: "date_trunc('second', s.checked_at)", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.CheckedAt },
		Sort: listing.Sort{Expr: "s.checked_at", Kind: paging.Time, Nullable: true}},
	{Key: "read_at", Label: "Read", SQL: "date_trunc('second', s.read_at)", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.ReadAt },
		Sort: listing.Sort{Expr: "s.read_at", Kind: paging.Time, Nullable: true}},
	{Key: "customers", Label: "Customers", SQL: customersOf, Kind: listing.Whole,
		Into: func(r *Row) any { return &r.Customers }},
	{Key: "gone", Label: "Gone there", SQL: goneOf, Kind: listing.Whole, Into: func(r *Row) any { return &r.Gone }},
	{Key: "refused", Label: "Refused", SQL: refusedOf, Kind: listing.Whole,
		Into: func(r *Row) any { return &r.Refused }},
	{Key: "next_at", Label: "Next", SQL: "date_trunc('second', " + nextOf + ")", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.NextAt }},
}
