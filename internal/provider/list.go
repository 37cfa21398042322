package provider

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
	Search       string // in name, host, reseller number and user name
	Active       string // true, false or empty for both
	Connectivity string // a word of Connectivity, or empty
	Connector    string
	Unreadable   string // yes: with records that wait because they could not be read; no; or empty for both
}

// Row is one line of the list.
type Row struct {
	Provider
	Accounts  int    // that the distributor still lists
	Unmapped  int    // of all its accounts
	LowerName string // as the database lowers it: the key of the sort by name
}

// Sorts are the keys of the list. A reseller has a handful of providers, so none needs an index of its own.
func Sorts() paging.Sorts {
	return paging.Sorts{ID: "p.id", Default: "name", Keys: []paging.Sort{
		{Key: "name", Expr: "lower(p.name)", Kind: paging.Text},
		{Key: "checked_at", Expr: "p.checked_at", Kind: paging.Time, Nullable: true},
		{Key: "created_at", Expr: "p.created_at", Kind: paging.Time},
	}}
}

// connectivity says in SQL what Provider.Connectivity says in Go.
const connectivity = `CASE
	WHEN p.connector = 'manual' THEN 'not_applicable'
	WHEN p.checked_at IS NULL THEN 'unverified'
	WHEN p.checked_at < p.credentials_at THEN 'stale'
	WHEN p.check_result = 'failed' THEN 'failed'
	WHEN p.check_result = 'warning' THEN 'warning'
	ELSE 'verified' END`

const rowColumns = `p.*, lower(p.name) AS lower_name,
	(SELECT coalesce(sum(n), 0) FROM account_counts a WHERE a.provider_id = p.id AND a.provider_status <> 'gone')
		AS accounts,
	(SELECT coalesce(sum(n), 0) FROM account_counts a WHERE a.provider_id = p.id AND a.state = 'unmapped') AS unmapped`

func (f Filter) where() (string, []any) {
	conds, args := []string{"true"}, []any{}
	add := func(cond string, arg any) {
		conds, args = append(conds, cond), append(args, arg)
	}
	if f.Search != "" {
		add(`lower(p.name || ' ' || p.host || ' ' || p.reseller_number || ' ' || p.user_name) LIKE ?`,
			postgres.Contains(f.Search))
	}
	if f.Active != "" {
		add(`p.active = ?`, f.Active == "true")
	}
	if f.Connectivity != "" {
		add(connectivity+` = ?`, f.Connectivity)
	}
	if f.Connector != "" {
		add(`p.connector = ?`, f.Connector)
	}
	switch f.Unreadable {
	case "yes":
		conds = append(conds, unreadable)
	case "no":
		conds = append(conds, "NOT "+unreadable)
	}
	return strings.Join(conds, " AND "), args
}

const unreadable = `EXISTS (SELECT 1 FROM unreadable_records u WHERE u.provider_id = p.id AND u.resolved_at IS NULL)`

// List reads one page and the token of the next.
func List(ctx context.Context, db *gorm.DB, f Filter, r paging.Request) ([]Row, string, error) {
	where, args := f.where()
	behind, more := r.Where()
	args = append(append(args, more...), r.Limit())
	var rows []Row
	err := db.WithContext(ctx).Raw(`SELECT `+rowColumns+` FROM providers p WHERE `+where+` AND `+behind+`
		ORDER BY `+r.Order.SQL()+` LIMIT ?`, args...).Scan(&rows).Error
	if err != nil {
		return nil, "", fmt.Errorf("list providers: %w", err)
	}
	return paging.Cut(r, rows, func(p Row) (any, uuid.UUID) { return p.sortKey(r.Order.Sort.Key), p.ID })
}

func (r Row) sortKey(key string) any {
	switch key {
	case "checked_at":
		return r.CheckedAt
	case "created_at":
		return r.CreatedAt
	}
	return r.LowerName
}

// Count is how many providers a filter lets through.
func Count(ctx context.Context, db *gorm.DB, f Filter) (int, error) {
	where, args := f.where()
	var n int
	if err := db.WithContext(ctx).Raw(`SELECT count(*) FROM providers p WHERE `+where,
		args...).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("count providers: %w", err)
	}
	return n, nil
}

// Each hands over every provider of a filter in order, for the CSV.
func Each(ctx context.Context, db *gorm.DB, f Filter, o paging.Order, do func(Row) error) error {
	where, args := f.where()
	return postgres.Each(db.WithContext(ctx).Raw(`SELECT `+rowColumns+` FROM providers p WHERE `+where+` ORDER BY `+
		o.SQL(), args...), do)
}
