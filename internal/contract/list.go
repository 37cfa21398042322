package contract

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/paging"
	"seatledger/internal/postgres"
)

// Filter narrows the list.
type Filter struct {
	Search     string    // in the names of contract and customer, and the customer's external id
	Active     string    // yes, no or empty for both
	Default    string    // yes, no or empty for both
	CRMAccount uuid.UUID // uuid.Nil: all
	PriceList  uuid.UUID
}

// Row is one line of the list.
type Row struct {
	Contract
	CRMAccount    string `gorm:"column:crm_account"`
	PriceList     string
	Subscriptions int    // active or held
	SortText      string // the sort key as the database has it, for keys of text
}

// Sorts are the keys of the list.
func Sorts() paging.Sorts {
	return paging.Sorts{ID: "c.id", Default: "crm_account", Keys: []paging.Sort{
		{Key: "crm_account", Expr: "lower(a.name)", Kind: paging.Text},
		{Key: "name", Expr: "lower(c.name)", Kind: paging.Text},
		{Key: "start_date", Expr: "c.start_date", Kind: paging.Date},
	}}
}

const joined = ` FROM billing_contracts c JOIN crm_accounts a ON a.id = c.crm_account_id LEFT
	JOIN price_lists l ON l.id = c.price_list_id WHERE `

const listed = `c.*, a.name AS crm_account, coalesce(l.name, '') AS price_list`

func (f Filter) where() (string, []any) {
	conds, args := []string{"true"}, []any{}
	add := func(cond string, values ...any) {
		conds, args = append(conds, cond), append(args, values...)
	}
	if f.Search != "" {
		like := postgres.Contains(f.Search)
		add(`(lower(c.name) LIKE ? OR lower(a.name || ' ' || coalesce(a.external_id,
			'') || ' ' || a.domain || ' ' || a.tenant_id) LIKE ?)`, like, like)
	}
	if f.Active != "" {
		add("c.active = ?", f.Active == "yes")
	}
	if f.Default != "" {
		add("c.is_default = ?", f.Default == "yes")
	}
	if f.CRMAccount != uuid.Nil {
		add("c.crm_account_id = ?", f.CRMAccount)
	}
	if f.PriceList != uuid.Nil {
		add("c.price_list_id = ?", f.PriceList)
	}
	return strings.Join(conds, " AND "), args
}

// List reads one page and the token of the next.
func List(ctx context.Context, db *gorm.DB, f Filter, r paging.Request) ([]Row, string, error) {
	where, args := f.where()
	behind, more := r.Where()
	args = append(append(args, more...), r.Limit())
	var rows []Row
	err := db.WithContext(ctx).Raw(`WITH page AS (
			SELECT `+listed+`, (`+r.Order.Sort.Expr+`)::text AS sort_text, row_number() OVER (ORDER BY `+r.Order.SQL()+
		`) AS place
			`+joined+where+` AND `+behind+` ORDER BY `+r.Order.SQL()+` LIMIT ?)
		SELECT page.*, (SELECT count(*) FROM subscriptions s WHERE s.contract_id = page.id
		AND s.state <> 'inactive') AS subscriptions
		FROM page ORDER BY page.place`, args...).Scan(&rows).Error
	if err != nil {
		return nil, "", fmt.Errorf("list contracts: %w", err)
	}
	return paging.Cut(r, rows, func(c Row) (any, uuid.UUID) { return c.SortText, c.ID })
}

// Count is how many contracts a filter lets through.
func Count(ctx context.Context, db *gorm.DB, f Filter) (int, error) {
	where, args := f.where()
	var n int
	if err := db.WithContext(ctx).Raw(`SELECT count(*)`+joined+where, args...).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("count contracts: %w", err)
	}
	return n, nil
}

// Each hands over every contract of a filter in order, for the CSV; counts are left out.
func Each(ctx context.Context, db *gorm.DB, f Filter, o paging.Order, do func(Row) error) error {
	where, args := f.where()
	return postgres.Each(db.WithContext(ctx).Raw(`SELECT `+listed+joined+where+` ORDER BY `+o.SQL(), args...), do)
}
