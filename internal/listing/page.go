package listing

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"seatledger/internal/paging"
	"seatledger/internal/postgres"
)

// Page is some rows of a list, with the tokens of the pages around them; empty where there is none.
type Page[R any] struct {
	Rows       []R
	Next, Prev string
	// Frequent: the term searched for stands in so many records that looking them all up was not tried.
	Frequent bool
}

// Page reads the rows that a query asks for. The keys are paged first and everything else is
// joined to them after, or the planner sizes each join for the whole table.
func (l *List[R]) Page(ctx context.Context, db *gorm.DB, q Query) (Page[R], error) {
	if q.looked() {
		p, _, err := l.found(ctx, db, q)
		return p, err
	}
	sql, args := l.Statement(q)
	rows, err := l.read(ctx, db, q, sql, args)
	return l.cut(q, rows, err)
}

// Statement is what Page asks the database, so that a test can ask how it would be carried out. Planning it costs more
// than carrying it out. The database keeps its plan where nothing that is asked for bears on it; where values of
// records or dates do, a limit that it does not know has it plan for each anew.
func (l *List[R]) Statement(q Query) (string, []any) {
	if q.looked() {
		return l.searched(q)
	}
	where, args := q.Where()
	behind, more := q.Page.Where()
	limit, rows := strconv.Itoa(q.Page.Limit()), []any(nil)
	if len(args) > 0 {
		limit, rows = "?", []any{q.Page.Limit()}
	}
	keys := fmt.Sprintf("SELECT %s AS page_id, %s AS page_key FROM %s WHERE %s AND %s ORDER BY %s LIMIT %s",
		l.ID, q.Page.Order.Sort.Expr, l.Table, where, behind, q.Page.Sorted().SQL(), limit)
	return l.dressed(q, keys), slices.Concat(args, more, rows, q.joined)
}

// keyed is a row with the sort key by which the next page finds it.
type keyed[R any] struct {
	row R
	key *string
	id  uuid.UUID
}

// dressed joins to a page of keys what its rows show.
func (l *List[R]) dressed(q Query, keys string) string {
	order := q.Page.Sorted()
	order.Sort.Expr, order.ID = "page.page_key", "page.page_id"
	return fmt.Sprintf(`SELECT %s%s, page.page_id FROM (%s) page
		JOIN %s ON %s = page.page_id %s ORDER BY %s`, l.shown(), keyText(order.Sort.Kind), keys, l.Table, l.ID,
		l.Joins, order.SQL())
}

// keyText is the SQL of a page's key as its address has it.
func keyText(k paging.Kind) string {
	if k == paging.Time {
		return `CASE WHEN isfinite(page.page_key) THEN to_char(page.page_key AT TIME ZONE 'UTC',
			'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') ELSE page.page_key::text END`
	}
	return "page.page_key::text"
}

// read scans the rows of a page; before takes what stands in each row before its columns.
func (l *List[R]) read(ctx context.Context, db *gorm.DB, q Query, sql string, args []any, before ...any) ([]keyed[R],
	error) {
	out := make([]keyed[R], 0, q.Page.Limit())
	err := postgres.Query(ctx, db, sql, args, func(rows pgx.Rows) error {
		out = out[:0]
		var into []any
		for rows.Next() {
			out = append(out, keyed[R]{})
			k := &out[len(out)-1]
			into = append(l.into(append(into[:0], before...), &k.row), &k.key, &k.id)
			if err := rows.Scan(into...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", l.Name, err)
	}
	return out, nil
}

// shown are the expressions of the columns that a page reads, each with its comma.
func (l *List[R]) shown() string {
	var b strings.Builder
	for _, c := range l.Columns {
		if c.Into != nil {
			b.WriteString(c.SQL)
			b.WriteString(", ")
		}
	}
	return b.String()
}

func (l *List[R]) into(into []any, row *R) []any {
	for _, c := range l.Columns {
		if c.Into != nil {
			into = append(into, c.Into(row))
		}
	}
	return into
}

// cut drops the surplus row that told whether there are more, and names the pages around.
func (l *List[R]) cut(q Query, rows []keyed[R], err error) (Page[R], error) {
	if err != nil {
		return Page[R]{}, err
	}
	surplus := len(rows) == q.Page.Limit()
	if surplus {
		rows = rows[:len(rows)-1]
	}
	back := q.Page.After == nil && q.Page.Before != nil
	if back {
		slices.Reverse(rows)
	}
	var p Page[R]
	for _, k := range rows {
		p.Rows = append(p.Rows, k.row)
	}
	if len(rows) == 0 {
		return p, nil
	}
	if surplus || back {
		p.Next, err = token(q.Page.Order, rows[len(rows)-1])
	}
	if err == nil && (q.Page.After != nil || back && surplus) {
		p.Prev, err = token(q.Page.Order, rows[0])
	}
	return p, err
}

func token[R any](o paging.Order, k keyed[R]) (string, error) { return o.Token(k.key, k.id) }

// Some are the records that a room asks for by itself, in an order that it says; both are constant SQL.
func (l *List[R]) Some(ctx context.Context, db *gorm.DB, where, order string, args ...any) ([]R, error) {
	sql := fmt.Sprintf("SELECT %sNULL::text, %s FROM %s %s WHERE %s ORDER BY %s",
		l.shown(), l.ID, l.Table, l.Joins, where, order)
	found, err := l.read(ctx, db, Query{}, sql, args)
	rows := make([]R, len(found))
	for i, k := range found {
		rows[i] = k.row
	}
	return rows, err
}
