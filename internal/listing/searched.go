package listing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// looked tells whether the matches of a query's term can be looked up.
func (q Query) looked() bool { return q.Search != "" && q.Spec.Search.IDs != "" }

// searched is a page of a search, and how many records it has, in one statement. A frequent term is found among
// the next records in the list's order and fills the page there; only where it does not are all its matches looked
// up. Before the columns stand whether it did, and the count, which is null where nothing was looked up.
func (l *List[R]) searched(q Query) (string, []any) {
	narrow, args := q.narrow()
	behind, after := q.Page.Where()
	match, like := q.Spec.Search.matches(q.Search)
	found, pattern := q.Spec.Search.found(q.Search)
	alias := l.Table[strings.LastIndexByte(l.Table, ' ')+1:]
	order, keys, size := q.Page.Sorted(), q.Page, q.Page.Limit()
	keys.Order.Sort.Expr, keys.Order.ID = "page_key", "page_id"
	rest, restArgs := keys.Where()
	const full = "(SELECT count(*) = ? FROM walked)"
	with := fmt.Sprintf(`WITH walked AS MATERIALIZED (SELECT %[1]s AS page_id, %[2]s AS page_key
			FROM (SELECT * FROM %[3]s WHERE %[4]s AND %[5]s ORDER BY %[6]s LIMIT ?) %[7]s
			WHERE %[8]s ORDER BY %[6]s LIMIT ?),
		found AS MATERIALIZED (SELECT %[1]s AS page_id, %[2]s AS page_key FROM %[3]s
			WHERE NOT %[9]s AND %[4]s AND %[10]s) `,
		l.ID, order.Sort.Expr, l.Table, narrow, behind, order.SQL(), alias, match, full, found)
	all := slices.Concat(args, after, []any{walked}, like, []any{size}, []any{size}, args, pattern)
	page := fmt.Sprintf(`SELECT * FROM walked WHERE %s
		UNION ALL (SELECT * FROM found WHERE %s ORDER BY %s LIMIT ?)`, full, rest, keys.Sorted().SQL())
	return with + "SELECT " + full + ", CASE WHEN " + full + " THEN NULL ELSE (SELECT count(*) FROM found) END, " +
			strings.TrimPrefix(l.dressed(q, page), "SELECT "),
		slices.Concat(all, []any{size, size}, []any{size}, restArgs, []any{size}, q.joined)
}

// found reads a page of a search and counts its records, unless the term fills the page by itself (Page.Frequent).
func (l *List[R]) found(ctx context.Context, db *gorm.DB, q Query) (Page[R], int, error) {
	sql, args := l.searched(q)
	var frequent bool
	var counted *int
	rows, err := l.read(ctx, db, q, sql, args, &frequent, &counted)
	p, err := l.cut(q, rows, err)
	p.Frequent = frequent
	n := 0
	switch {
	case err != nil || frequent:
	case counted != nil:
		n = *counted
	case q.Page.After != nil || q.Page.Before != nil: // no row behind the end brought the count
		n, err = l.Count(ctx, db, q, mostFound)
	}
	return p, n, err
}

// mostFound is how far matches are counted behind the end of a list.
const mostFound = 10_000
