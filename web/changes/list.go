package changes

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/ledger"
	"seatledger/views/layout"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// List is the list of license changes, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	q, err := httpx.AskList(c, db, ledger.All)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.DB, ledger.All, q)
	}
	found, err := httpx.FindList(c, db, ledger.All, q)
	if err != nil {
		return err
	}
	m := layout.List{
		Page: session.Page(c, "License changes", nav), Filters: bar(q),
		Table: h.Table(q, found.Rows), Pager: q.Pager(found.Next, found.Prev, found.Said()),
	}
	m.Page.Lead = "Every change of seats, price or state, as it was recorded. Rows are never changed or deleted; " +
		"what becomes of them stands beside."
	return httpx.Render(c, http.StatusOK, m.Show())
}
