package price

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/paging"
	"seatledger/internal/postgres"
)

// ListFilter narrows the list of price lists.
type ListFilter struct {
	Search string // in the name
	Active string // yes, no or empty for both
}

// ListRow is one line of the list of price lists.
type ListRow struct {
	List
	Items     int
	Contracts int // active ones that price by it
	LowerName string
}

// ListSorts are the keys of the list of price lists.
func ListSorts() paging.Sorts {
	return paging.Sorts{ID: "l.id", Default: "name", Keys: []paging.Sort{
		{Key: "name", Expr: "lower(l.name)", Kind: paging.Text},
	}}
}

func (f ListFilter) where() (string, []any) {
	conds, args := []string{"true"}, []any{}
	if f.Search != "" {
		conds, args = append(conds, `lower(l.name) LIKE ?`), append(args, postgres.Contains(f.Search))
	}
	if f.Active != "" {
		conds, args = append(conds, "l.active = ?"), append(args, f.Active == "yes")
	}
	return strings.Join(conds, " AND "), args
}

const listColumns = `l.*, lower(l.name) AS lower_name, (SELECT count(*) FROM price_list_items i
	WHERE i.price_list_id = l.id) AS items,
	(SELECT count(*) FROM billing_contracts c WHERE c.price_list_id = l.id AND c.active) AS contracts`

// Lists reads one page of price lists and the token of the next.
func Lists(ctx context.Context, db *gorm.DB, f ListFilter, r paging.Request) ([]ListRow, string, error) {
	where, args := f.where()
	behind, more := r.Where()
	args = append(append(args, more...), r.Limit())
	var rows []ListRow
	err := db.WithContext(ctx).Raw(`SELECT `+listColumns+` FROM price_lists l WHERE `+where+` AND `+behind+
		` ORDER BY `+r.Order.SQL()+` LIMIT ?`, args...).Scan(&rows).Error
	if err != nil {
		return nil, "", fmt.Errorf("list price lists: %w", err)
	}
	return paging.Cut(r, rows, func(l ListRow) (any, uuid.UUID) { return l.LowerName, l.ID })
}

// AllLists gives every price list that a filter lets through, by name: for the CSV and for selects.
func AllLists(ctx context.Context, db *gorm.DB, f ListFilter, o paging.Order) ([]ListRow, error) {
	where, args := f.where()
	var rows []ListRow
	err := db.WithContext(ctx).Raw(`SELECT `+listColumns+` FROM price_lists l WHERE `+where+` ORDER BY `+o.SQL(),
		args...).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read price lists: %w", err)
	}
	return rows, nil
}
