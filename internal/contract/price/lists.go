package price

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/listing"
	"seatledger/internal/paging"
)

// ListRow is one line of the list of price lists.
type ListRow struct {
	List
	Items     int
	Contracts int // active ones that price by it
}

const (
	itemsOf     = "(SELECT count(*) FROM price_list_items i WHERE i.price_list_id = l.id)"
	contractsOf = "(SELECT coalesce(sum(n), 0)::bigint FROM contract_counts c WHERE c.price_list_id = l.id " +
		"AND c.active)"
)

// Lists is the list of all price lists. It is never long: somebody made each by hand.
var Lists = &listing.List[ListRow]{
	Name: "price-lists", One: "price list", Many: "price lists",
	Table: "price_lists l", ID: "l.id", Default: "name",
	Search: listing.Search{Label: "Search price lists", Where: "lower(l.name) LIKE ?"},
	Columns: []listing.Column[ListRow]{
		{Key: "id", SQL: "l.id", Kind: listing.Word, Into: func(r *ListRow) any { return &r.ID }},
		{Key: "name", Label: "Name", SQL: "l.name", Into: func(r *ListRow) any { return &r.Name },
			Sort: listing.Sort{Expr: "lower(l.name)", Kind: paging.Text}},
		{Key: "currency", Label: "Currency", SQL: "l.currency", Kind: listing.Word,
			Into: func(r *ListRow) any { return &r.Currency }},
		{Key: "active", Label: "State", SQL: "l.active", Kind: listing.YesNo,
			Into: func(r *ListRow) any { return &r.Active }},
		{Key: "items", Label: "Prices", SQL: itemsOf, Kind: listing.Whole,
			Into: func(r *ListRow) any { return &r.Items }},
		{Key: "contracts", Label: "Active contracts", SQL: contractsOf, Kind: listing.Whole,
			Into: func(r *ListRow) any { return &r.Contracts }},
	},
	Shown: []string{"name", "active", "currency", "items", "contracts"},
	Card:  []string{"currency", "items"},
	Filters: []listing.Filter{{Name: "active", Label: "State", Choices: []listing.Choice{
		{Value: "yes", Label: "Active", Where: "l.active"}, {Value: "no", Label: "Inactive", Where: "NOT l.active"}}}},
}

// Filled counts the price lists that hold a price, and gives one that is in use; uuid.Nil when there is none.
func Filled(ctx context.Context, db *gorm.DB) (n int, inUse uuid.UUID, err error) {
	var one uuid.NullUUID
	err = db.WithContext(ctx).Raw(`SELECT count(*), (SELECT id FROM price_lists WHERE active ORDER BY lower(name) LIMIT 1)
		FROM price_lists l WHERE EXISTS (SELECT FROM price_list_items i WHERE i.price_list_id = l.id)`).
		Row().Scan(&n, &one)
	if err != nil {
		return 0, uuid.Nil, fmt.Errorf("count price lists: %w", err)
	}
	return n, one.UUID, nil
}

// AllLists gives every price list by name, for selects.
func AllLists(ctx context.Context, db *gorm.DB) ([]ListRow, error) {
	var rows []ListRow
	err := db.WithContext(ctx).Raw(`SELECT l.*, ` + itemsOf + ` AS items, ` + contractsOf + ` AS contracts
		FROM price_lists l ORDER BY lower(l.name)`).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read price lists: %w", err)
	}
	return rows, nil
}
