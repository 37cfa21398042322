package httpx

import (
	"fmt"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/listing"
	"seatledger/internal/postgres"
	"seatledger/internal/words"
)

// MostCounted is how far the records of a list are counted for a page where no count is kept: it may not wait for
// more.
const MostCounted = 1000

// Found is what one look at a list brings: a page, and how many records there are, as far as they are counted.
type Found[R any] struct {
	listing.Page[R]
	Total int

	list  *listing.List[R]
	term  string
	exact bool
}

// Uncounted tells whether there are more records than were counted for the page.
func (f Found[R]) Uncounted() bool { return f.Frequent || f.Total > MostCounted && !f.exact }

// AskList reads the address of a list. adjust adds what a screen alone knows: choices, the zone of days.
func AskList[R any](c echo.Context, db *gorm.DB, l *listing.List[R], adjust ...func(*ListSpec)) (ListQuery, error) {
	return AskListWith(c, db, l, nil, adjust...)
}

// AskListWith is AskList with more that the page asks in the same statement (Spec.Extras); a file asks none of it.
func AskListWith[R any](c echo.Context, db *gorm.DB, l *listing.List[R], extras []listing.Extra,
	adjust ...func(*ListSpec)) (ListQuery, error) {
	if IsFile(c) {
		extras = nil
	}
	spec, err := l.Spec(c.Request().Context(), db, c.QueryParams(), extras...)
	if err != nil {
		return ListQuery{}, err
	}
	for _, f := range adjust {
		f(&spec)
	}
	return ParseList(c, spec)
}

// FindList reads a page of a list and how many records its query has. What is asked beside goes with it, but beside a
// frequent term (listing.Page.Frequent).
func FindList[R any](c echo.Context, db *gorm.DB, l *listing.List[R], q ListQuery, beside ...postgres.Ask) (Found[R],
	error) {
	p, n, err := l.Found(c.Request().Context(), db, q.Query, MostCounted, beside...)
	return Found[R]{Page: p, Total: n, list: l, term: q.Search, exact: l.Kept(q.Query) || q.Search != ""}, err
}

// Said is what a page shows of how many: "50 of 1,240 contracts".
func (f Found[R]) Said() string {
	n := len(f.Rows)
	switch {
	case f.Frequent:
		return fmt.Sprintf("%d of many %s with “%s”", n, f.list.Many, f.term)
	case f.Uncounted():
		return fmt.Sprintf("%d of more than %s %s", n, words.Count(MostCounted), f.list.Many)
	case n == f.Total && n == 1:
		return "1 " + f.list.One
	case n == f.Total:
		return fmt.Sprintf("%d %s", n, f.list.Many)
	case f.Total == 1:
		return fmt.Sprintf("%d of 1 %s", n, f.list.One)
	}
	return fmt.Sprintf("%d of %s %s", n, words.Count(f.Total), f.list.Many)
}
