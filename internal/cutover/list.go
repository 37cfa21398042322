package cutover

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/listing"
	"seatledger/internal/paging"
)

// Row is one line of the list of cut-overs.
type Row struct {
	Run
	Customers int // with a row of their own: somebody has decided something about them
	Retired   int // of them
}

// All is the list of all cut-overs. A reseller has a few in years, so nothing here needs an index of its own.
var All = &listing.List[Row]{
	Name: "cutovers", One: "cut-over", Many: "cut-overs",
	Table: "cutovers r", ID: "r.id", Default: "-created_at",
	Joins: "JOIN providers o ON o.id = r.old_provider_id JOIN providers n ON n.id = r.new_provider_id",
	Search: listing.Search{Label: "Search name or provider", Where: `lower(r.name) LIKE ? OR EXISTS (SELECT FROM providers p
		WHERE p.id IN (r.old_provider_id, r.new_provider_id) AND lower(p.name) LIKE ?)`},
	Columns: columns,
	Shown:   []string{"name", "state", "old_provider", "new_provider", "customers", "retired", "created_at", "ended_at"},
	Card:    []string{"state", "retired"},
	Filters: []listing.Filter{
		{Name: "state", Label: "State", Where: "r.state = ?", Choices: []listing.Choice{
			{Value: string(RunOpen), Label: "Open"}, {Value: string(RunFinished), Label: "Finished"},
			{Value: string(RunAbandoned), Label: "Abandoned"}}},
		{Name: "provider", Label: "Provider", Where: "? IN (r.old_provider_id, r.new_provider_id)", IsID: true,
			NameSQL: "SELECT name FROM providers WHERE id = ?"},
	},
}

// customersOf counts the customers of a cut-over that somebody has decided something about.
const customersOf = "(SELECT words.Counted(*) FROM cutover_customers c WHERE c.cutover_id = r.id"

var columns = []listing.Column[Row]{
	{Key: "id", SQL: "r.id", Kind: listing.Word, Into: func(r *Row) any { return &r.ID }},
	{Key: "name", Label: "Cut-over", SQL: "r.name", Into: func(r *Row) any { return &r.Name },
		Sort: listing.Sort{Expr: "lower(r.name)", Kind: paging.Text}},
	{Key: "state", Label: "State", SQL: "r.state", Kind: listing.Word, Into: func(r *Row) any { return &r.State },
		Sort: listing.Sort{Expr: "r.state", Kind: paging.Text}},
	{Key: "old_provider_id", SQL: "r.old_provider_id", Kind: listing.Word,
		Into: func(r *Row) any { return &r.OldProviderID }},
	{Key: "old_provider", Label: "From", SQL: "o.name", Into: func(r *Row) any { return &r.OldProvider }},
	{Key: "new_provider_id", SQL: "r.new_provider_id", Kind: listing.Word,
		Into: func(r *Row) any { return &r.NewProviderID }},
	{Key: "new_provider", Label: "To", SQL: "n.name", Into: func(r *Row) any { return &r.NewProvider }},
	{Key: "switch_day", Label: "Switch day", SQL: "r.switch_day", Kind: listing.Day,
		Into: func(r *Row) any { return &r.SwitchDay },
		Sort: listing.Sort{Expr: "r.switch_day", Kind: paging.Date, Nullable: true}},
	{Key: "customers", Label: "Decided customers", SQL: customersOf + ")", Kind: listing.Whole,
		Into: func(r *Row) any { return &r.Customers }},
	{Key: "retired", Label: "Retired", SQL: customersOf + " AND c.state = 'retired')", Kind: listing.Whole,
		Into: func(r *Row) any { return &r.Retired }},
	{Key: "created_at", Label: "Begun", SQL: "date_trunc('second', r.created_at)", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.CreatedAt }, Sort: listing.Sort{Expr: "r.created_at", Kind: paging.Time}},
	{Key: "created_by", Label: "By", SQL: "r.created_by", Into: func(r *Row) any { return &r.CreatedBy }},
	{Key: "ended_at", Label: "Ended", SQL: "date_trunc('second', r.ended_at)", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.EndedAt },
		Sort: listing.Sort{Expr: "r.ended_at", Kind: paging.Time, Nullable: true}},
	{Key: "ended_by", Label: "Ended by", SQL: "r.ended_by", Into: func(r *Row) any { return &r.EndedBy }},
}

// Open are the cut-overs that are under way, the newest first.
func Open(ctx context.Context, db *gorm.DB) ([]Row, error) {
	return All.Some(ctx, db, "r.state = 'open'", "r.created_at DESC, r.id")
}
