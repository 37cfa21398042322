package httpx

import (
	"github.com/labstack/echo/v4"

	"seatledger/internal/listing"
	"seatledger/internal/postgres"
	"seatledger/internal/words"
	"seatledger/views/ui"
)

// mostCounted is how far the records of a page are counted; "more than" says the rest.
const mostCounted = 10_000

// AskList reads the address of a list as its description allows it. adjust adds what a screen
// alone knows: choices, the zone of days.
func AskList[R any](c echo.Context, db *postgres.DB, l *listing.List[R], adjust ...func(*ListSpec)) (ListQuery, error) {
	ctx := c.Request().Context()
	spec, err := l.Spec(ctx, db.Read(ctx), c.QueryParams())
	if err != nil {
		return ListQuery{}, err
	}
	for _, f := range adjust {
		f(&spec)
	}
	return ParseList(c, spec)
}

// ListPage reads the rows that an address asks for, and the pager under them: "50 of 1,240 accounts".
func ListPage[R any](c echo.Context, db *postgres.DB, l *listing.List[R], q ListQuery) ([]R, ui.Pager, error) {
	ctx := c.Request().Context()
	read := db.Read(ctx)
	page, err := l.Page(ctx, read, q.Query)
	if err != nil {
		return nil, ui.Pager{}, err
	}
	total, err := l.Count(ctx, read, q.Query, mostCounted)
	if err != nil {
		return nil, ui.Pager{}, err
	}
	return page.Rows, q.Pager(page.Next, page.Prev, shownOf(len(page.Rows), total, l.One, l.Many)), nil
}

// shownOf says how many of how many records a page shows.
func shownOf(n, total int, one, many string) string {
	switch {
	case total > mostCounted:
		return words.Count(n) + " of more than " + words.Counted(mostCounted, one, many)
	case n == total:
		return words.Counted(total, one, many)
	}
	return words.Count(n) + " of " + words.Counted(total, one, many)
}
