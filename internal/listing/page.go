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

// Page reads the rows that a query asks for. The keys are paged first and everything else is joined to them after, or
// the planner sizes each join for the whole table. What is asked beside goes with it, but beside a frequent term.
func (l *List[R]) Page(ctx context.Context, db *gorm.DB, q Query, beside ...postgres.Ask) (Page[R], error) {
	p, _, err := l.look(ctx, db, q, "NULL::int", nil, beside)
	return p, err
}

// look reads a page, with a count that is constant SQL but for its arguments, and what else is asked with it.
func (l *List[R]) look(ctx context.Context, db *gorm.DB, q Query, count string, counted []any, beside []postgres.Ask) (
	Page[R], *int, error) {
	if q.looked() {
		return l.found(ctx, db, q, beside)
	}
	sql, args := l.Statement(q)
	var n *int
	if q.isKept() {
		var rows []keyed[R]
		asks := []postgres.Ask{{SQL: "SELECT (" + count + "), " + strings.TrimPrefix(sql, "SELECT "),
			Args: slices.Concat(counted, args), Read: l.reading(q, &rows, &n)}}
		if err := postgres.Together(ctx, db, append(asks, beside...)...); err != nil {
			return Page[R]{}, nil, fmt.Errorf("list %s: %w", l.Name, err)
		}
		rows, more := fit(q, rows)
		p, err := l.cut(q, rows, more)
		return p, n, err
	}
	rows, err := l.keys(ctx, db, q, "SELECT ("+count+"), "+strings.TrimPrefix(sql, "SELECT "),
		slices.Concat(counted, args), &n)
	if err != nil {
		return Page[R]{}, nil, err
	}
	p, err := l.dress(ctx, db, q, rows, beside)
	return p, n, err
}

// isKept tells whether the database keeps its plan for a query: nothing that is asked for bears on it.
func (q Query) isKept() bool {
	_, args := q.narrow()
	return len(args) == 0 && !q.looked()
}

// Statement is what Page asks the database first, so that a test can ask how it would be carried out. Where nothing
// that is asked for bears on its plan, it is the whole page, and the database keeps the plan. Where values of records
// or dates do, planning costs more than carrying out, and a limit that the database does not know has it plan for each
// anew: then it is the keys alone, which are planned in a fraction of the time, and what their rows show is joined in a
// statement whose plan is kept.
func (l *List[R]) Statement(q Query) (string, []any) {
	if q.looked() {
		return l.searched(q)
	}
	where, args := q.Where()
	some, more := l.someOf(q)
	where, args = where+some, append(args, more...)
	behind, more := q.Page.Where()
	args = append(args, more...)
	keys := func(and, limit string) string {
		return fmt.Sprintf("SELECT %s AS page_id, %s AS page_key FROM %s WHERE %s AND %s%s ORDER BY %s LIMIT %s",
			l.ID, q.Page.Order.Sort.Expr, l.Table, where, behind, and, q.Page.Sorted().SQL(), limit)
	}
	limit := strconv.Itoa(q.Page.Limit())
	if heads, first := l.headsOf(q, func(and string) string { return keys(and, limit) }); heads != "" {
		return bareKeys(q, heads), append(first, args...)
	}
	if !q.isKept() {
		return bareKeys(q, keys("", "?")), append(args, q.Page.Limit())
	}
	return l.dressed(q, keys("", limit)), append(args, q.joined...)
}

// bareKeys are a page's keys alone, as its address has them.
func bareKeys(q Query, keys string) string {
	order := paged(q)
	return fmt.Sprintf("SELECT %s, page.page_id FROM (%s) page ORDER BY %s", keyText(order.Sort.Kind), keys,
		order.SQL())
}

// paged is the order of a query over the keys of its page.
func paged(q Query) paging.Order {
	order := q.Page.Sorted()
	order.Sort.Expr, order.ID = "page.page_key", "page.page_id"
	return order
}

// keyed is a row with the sort key by which the next page finds it.
type keyed[R any] struct {
	row R
	key *string
	id  uuid.UUID
}

// dressed joins to a page of keys what its rows show.
func (l *List[R]) dressed(q Query, keys string) string {
	order := paged(q)
	return fmt.Sprintf(`SELECT %s%s, page.page_id FROM (%s) page
		JOIN %s ON %s = page.page_id %s ORDER BY %s`, l.shown(), keyText(order.Sort.Kind), keys, l.Table, l.ID,
		l.Joins, order.SQL())
}

// keys reads the keys of a page; before takes what stands in each row before them.
func (l *List[R]) keys(ctx context.Context, db *gorm.DB, q Query, sql string, args []any, before ...any) ([]keyed[R],
	error) {
	out := make([]keyed[R], 0, q.Page.Limit())
	err := postgres.Query(ctx, db, sql, args, func(rows pgx.Rows) error {
		out = out[:0]
		for rows.Next() {
			out = append(out, keyed[R]{})
			k := &out[len(out)-1]
			if err := rows.Scan(append(before[:len(before):len(before)], &k.key, &k.id)...); err != nil {
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

// dress reads what the rows of a page of keys show, in their order. One that is gone meanwhile is none.
func (l *List[R]) dress(ctx context.Context, db *gorm.DB, q Query, page []keyed[R], beside []postgres.Ask) (Page[R],
	error) {
	page, more := fit(q, page)
	ids := make(postgres.IDs, len(page))
	for i, k := range page {
		ids[i] = k.id
	}
	var rows []keyed[R]
	sql := fmt.Sprintf("SELECT %sNULL::text, page.page_id FROM unnest(?::uuid[]) WITH ORDINALITY page (page_id, n) "+
		"JOIN %s ON %s = page.page_id %s ORDER BY page.n", l.shown(), l.Table, l.ID, l.Joins)
	asks := append([]postgres.Ask{{SQL: sql, Args: append([]any{ids}, q.joined...), Read: l.reading(q, &rows)}},
		beside...)
	if len(page) == 0 {
		asks = beside
	}
	if len(asks) == 0 {
		return Page[R]{}, nil
	}
	if err := postgres.Together(ctx, db, asks...); err != nil {
		return Page[R]{}, fmt.Errorf("list %s: %w", l.Name, err)
	}
	at := 0
	for i := range rows {
		for page[at].id != rows[i].id {
			at++
		}
		rows[i].key = page[at].key
	}
	return l.cut(q, rows, more)
}

// fit drops the surplus row that tells whether there are more.
func fit[R any](q Query, rows []keyed[R]) (page []keyed[R], more bool) {
	if len(rows) < q.Page.Limit() {
		return rows, false
	}
	return rows[:len(rows)-1], true
}

// keyText is the SQL of a page's key as its address has it.
func keyText(k paging.Kind) string {
	if k == paging.Time {
		return `CASE WHEN isfinite(page.page_key) THEN to_char(page.page_key AT TIME ZONE 'UTC',
			'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') ELSE page.page_key::text END`
	}
	return "page.page_key::text"
}

// reading scans the rows of a page; before takes what stands in each row before its columns.
func (l *List[R]) reading(q Query, into *[]keyed[R], before ...any) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		out := make([]keyed[R], 0, q.Page.Limit())
		var scan []any
		for rows.Next() {
			out = append(out, keyed[R]{})
			k := &out[len(out)-1]
			scan = append(l.into(append(scan[:0], before...), &k.row), &k.key, &k.id)
			if err := rows.Scan(scan...); err != nil {
				return err
			}
		}
		*into = out
		return nil
	}
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

// cut makes a page of rows and names the pages around it; surplus: there are more rows the way that was gone.
func (l *List[R]) cut(q Query, rows []keyed[R], surplus bool) (p Page[R], err error) {
	back := q.Page.After == nil && q.Page.Before != nil
	if back {
		slices.Reverse(rows)
	}
	p.Rows = make([]R, 0, len(rows))
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
	var found []keyed[R]
	if err := postgres.Query(ctx, db, sql, args, l.reading(Query{}, &found)); err != nil {
		return nil, fmt.Errorf("list %s: %w", l.Name, err)
	}
	rows := make([]R, len(found))
	for i, k := range found {
		rows[i] = k.row
	}
	return rows, nil
}
