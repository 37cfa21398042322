package price

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/paging"
	"seatledger/internal/postgres"
)

// ItemFilter narrows the items of a list.
type ItemFilter struct {
	ListID  uuid.UUID
	Search  string // in part number and product name
	Term    string
	InForce string     // yes: those that count on a day, no: the others
	On      clock.Date // that day
}

// ItemRow is one line of a list's items.
type ItemRow struct {
	Item
	Used     int    // subscriptions priced by it
	Newer    bool   // another item of the same product, term and frequency has taken over
	SortText string // the sort key as the database has it
}

// ItemSorts are the keys of a list's items.
func ItemSorts() paging.Sorts {
	return paging.Sorts{ID: "i.id", Default: "product_name", Keys: []paging.Sort{
		{Key: "product_name", Expr: "lower(p.name || ' ' || p.part_number)", Kind: paging.Text},
		{Key: "part_number", Expr: "lower(p.part_number)", Kind: paging.Text},
		{Key: "effective_from", Expr: "i.effective_from", Kind: paging.Date},
	}}
}

const itemJoin = ` FROM price_list_items i JOIN products p ON p.id = i.product_id WHERE `

// inForce is true for the item that InForce would give on a day.
const inForce = `(i.effective_from <= ?::date AND (i.effective_to IS NULL OR i.effective_to > ?::date) AND NOT EXISTS (
	SELECT 1 FROM price_list_items n WHERE n.price_list_id = i.price_list_id AND n.product_id = i.product_id
	AND n.term = i.term
		AND n.billing_frequency = i.billing_frequency AND n.effective_from > i.effective_from
		AND n.effective_from <= ?::date
		AND (n.effective_to IS NULL OR n.effective_to > ?::date)))`

func (f ItemFilter) where() (string, []any) {
	conds, args := []string{"i.price_list_id = ?"}, []any{f.ListID}
	if f.Search != "" {
		conds, args = append(conds, `lower(p.name || ' ' || p.part_number || ' ' || p.vendor) LIKE ?`),
			append(args, postgres.Contains(f.Search))
	}
	if f.Term != "" {
		conds, args = append(conds, "i.term = ?"), append(args, f.Term)
	}
	if f.InForce != "" {
		cond := inForce
		if f.InForce == "no" {
			cond = "NOT " + cond
		}
		conds, args = append(conds, cond), append(args, f.On, f.On, f.On, f.On)
	}
	return strings.Join(conds, " AND "), args
}

// Items reads one page of a list's items and the token of the next.
func Items(ctx context.Context, db *gorm.DB, f ItemFilter, r paging.Request) ([]ItemRow, string, error) {
	where, args := f.where()
	behind, more := r.Where()
	args = append([]any{f.On, f.On}, append(append(args, more...), r.Limit())...)
	var rows []ItemRow
	err := db.WithContext(ctx).Raw(`SELECT `+itemColumns+`, (`+r.Order.Sort.Expr+`)::text AS sort_text,
			(SELECT count(*) FROM subscriptions s WHERE s.price_list_item_id = i.id) AS used,
			EXISTS (SELECT 1 FROM price_list_items n WHERE n.price_list_id = i.price_list_id
			AND n.product_id = i.product_id AND n.term = i.term
				AND n.billing_frequency = i.billing_frequency AND n.effective_from > i.effective_from
				AND n.effective_from <= ?::date
				AND (n.effective_to IS NULL OR n.effective_to > ?::date)) AS newer`+
		itemJoin+where+` AND `+behind+` ORDER BY `+r.Order.SQL()+` LIMIT ?`, args...).Scan(&rows).Error
	if err != nil {
		return nil, "", fmt.Errorf("list prices: %w", err)
	}
	return paging.Cut(r, rows, func(i ItemRow) (any, uuid.UUID) { return i.SortText, i.ID })
}

// CountItems is how many items a filter lets through.
func CountItems(ctx context.Context, db *gorm.DB, f ItemFilter) (int, error) {
	where, args := f.where()
	var n int
	if err := db.WithContext(ctx).Raw(`SELECT count(*)`+itemJoin+where, args...).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("count prices: %w", err)
	}
	return n, nil
}

// EachItem hands over every item of a filter in order, for the CSV.
func EachItem(ctx context.Context, db *gorm.DB, f ItemFilter, o paging.Order, do func(Item) error) error {
	where, args := f.where()
	return postgres.Each(db.WithContext(ctx).Raw(`SELECT `+itemColumns+itemJoin+where+` ORDER BY `+o.SQL(),
		args...), do)
}
