package listing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"seatledger/internal/paging"
	"seatledger/internal/postgres"
)

// looked tells whether the matches of a query's term can be looked up.
func (q Query) looked() bool { return q.Search != "" && q.Spec.Search.IDs != "" }

// searched are the keys of a page of a search, and how many records it has, in one statement. A frequent term is found
// among the next records in the list's order and fills the page there, or in the heads of the order; only where it
// does not are all its matches looked up. Before the keys stand whether it did, and the count, which is null where
// nothing was looked up.
func (l *List[R]) searched(q Query) (string, []any) {
	s := search{query: q, table: l.Table, id: l.ID, order: q.Page.Sorted(), size: q.Page.Limit()}
	s.narrow, s.narrowArgs = q.narrow()
	s.behind, s.behindArgs = q.Page.Where()
	s.keys = q.Page
	s.keys.Order.Sort.Expr, s.keys.Order.ID = "page_key", "page_id"
	frequent, page := s.walk()
	if q.Spec.Search.Head != "" && q.Spec.Search.Head == s.order.Sort.Expr {
		more, runs := s.runs(frequent)
		frequent, page = "("+frequent+" OR "+more+")", page+runs
	}
	page += s.lookUp(frequent)
	sql := "WITH " + strings.Join(s.parts, ", ") + " SELECT " + frequent + ", CASE WHEN " + frequent +
		" THEN NULL ELSE (SELECT count(*) FROM found) END, " + strings.TrimPrefix(bareKeys(q, page), "SELECT ")
	return sql, slices.Concat(s.args, s.pageArgs)
}

// search is a statement in the making: parts of its WITH, and what goes into the page.
type search struct {
	query      Query
	table, id  string
	order      paging.Order
	keys       paging.Request // over page_key and page_id
	size       int
	narrow     string
	narrowArgs []any
	behind     string
	behindArgs []any

	parts          []string
	args, pageArgs []any
}

func (s *search) part(name, sql string, args ...[]any) {
	s.parts = append(s.parts, name+" AS MATERIALIZED ("+sql+")")
	s.args = append(s.args, slices.Concat(args...)...)
}

// key is what each part selects.
func (s *search) key() string {
	return fmt.Sprintf("SELECT %s AS page_id, %s AS page_key", s.id, s.order.Sort.Expr)
}

// walk looks among the next records. It tells when they fill the page.
func (s *search) walk() (full, page string) {
	alias := s.table[strings.LastIndexByte(s.table, ' ')+1:]
	match, args := s.query.Spec.Search.matches(s.query.Search)
	look := func(name, when string, size, most int) {
		s.part(name, fmt.Sprintf("%s FROM (SELECT * FROM %s WHERE %s%s AND %s ORDER BY %s LIMIT %d) %s WHERE %s "+
			"ORDER BY %s LIMIT %d", s.key(), s.table, when, s.narrow, s.behind, s.order.SQL(), size, alias, match,
			s.order.SQL(), most), s.narrowArgs, s.behindArgs, args)
	}
	look("sampled", "", sampled, 1)
	look("walked", "EXISTS (SELECT FROM sampled) AND ", walked, s.size)
	full = fmt.Sprintf("(SELECT count(*) = %d FROM walked)", s.size)
	return full, "SELECT * FROM walked WHERE " + full
}

// runs takes in the order the records of those heads that hold the term. Where they fill the page, what holds it
// beside the head is merged into them.
func (s *search) runs(walked string) (full, page string) {
	find, head, way := s.query.Spec.Search, s.order.Sort.Expr, ""
	if s.order.Desc {
		way = " DESC"
	}
	term := like(s.query.Search)
	s.part("run", fmt.Sprintf(`SELECT r.* FROM (SELECT DISTINCT name FROM %s WHERE name LIKE ? AND NOT %s
			ORDER BY name%s) h,
		LATERAL (%s FROM %s WHERE %s AND %s AND %s = h.name ORDER BY %s LIMIT %d) r LIMIT %d`,
		find.Heads, walked, way, s.key(), s.table, s.narrow, s.behind, head, s.order.SQL(), s.size, s.size),
		term, s.narrowArgs, s.behindArgs)
	full = fmt.Sprintf("(SELECT count(*) = %d FROM run)", s.size)
	s.part("beside", fmt.Sprintf("%s FROM %s WHERE %s AND %s AND %s AND %s AND NOT %s LIKE ?", s.key(), s.table, full,
		s.narrow, s.behind, find.Beside, head), s.narrowArgs, s.behindArgs, term, term)
	return full, fmt.Sprintf(` UNION ALL (SELECT * FROM (SELECT * FROM run WHERE %s UNION ALL SELECT * FROM beside) m
		ORDER BY %s LIMIT %d)`, full, s.keys.Sorted().SQL(), s.size)
}

// lookUp finds all that holds the term, unless it has turned out to be frequent.
func (s *search) lookUp(frequent string) (page string) {
	found, term := s.query.Spec.Search.found(s.query.Search)
	s.part("found", fmt.Sprintf("%s FROM %s WHERE NOT %s AND %s AND %s", s.key(), s.table, frequent, s.narrow, found),
		s.narrowArgs, term)
	rest, args := s.keys.Where()
	s.pageArgs = args
	return fmt.Sprintf(" UNION ALL (SELECT * FROM found WHERE %s ORDER BY %s LIMIT %d)", rest, s.keys.Sorted().SQL(),
		s.size)
}

// found reads a page of a search and counts its records, unless the term fills the page by itself (Page.Frequent).
func (l *List[R]) found(ctx context.Context, db *gorm.DB, q Query, beside []postgres.Ask) (Page[R], *int, error) {
	sql, args := l.searched(q)
	var frequent bool
	var counted *int
	rows, err := l.keys(ctx, db, q, sql, args, &frequent, &counted)
	if err != nil {
		return Page[R]{}, nil, err
	}
	if frequent {
		beside = nil // what counts its records would look them all up
	}
	p, err := l.dress(ctx, db, q, rows, beside)
	p.Frequent = frequent
	return p, counted, err
}

// mostFound is how far matches are counted behind the end of a list.
const mostFound = 10_000
