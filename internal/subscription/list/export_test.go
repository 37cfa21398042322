package list

import "seatledger/internal/paging"

// PageSQL is the query of one page, so that a test can ask how the database would run it.
func PageSQL(f Filter, r paging.Request) (string, []any) {
	l := pageOf(f, r)
	return l.sql(), l.args
}
