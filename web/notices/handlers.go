// Package notices answers the bell page: the list of what somebody must hear of,
// its file, and the marks of who has read what.
package notices

import (
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
	"seatledger/internal/notify"
	"seatledger/internal/postgres"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Handlers answers the pages under /notices.
type Handlers struct {
	DB    *postgres.DB
	Clock clock.Clock
	Zone  *time.Location
}

const path = session.NoticesPath

// List shows the notices, or writes them as a file.
func (h Handlers) List(c echo.Context) error {
	q, err := h.ask(c)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.DB, notify.All, q)
	}
	v, err := h.page(c, q)
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, v.Page())
}

// Read marks one notice as read by the person who asks.
func (h Handlers) Read(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := notify.MarkRead(ctx, h.DB.Read(ctx), h.Clock, session.Reader(c), id); err != nil {
		return err
	}
	return httpx.SeeOther(c, back(form))
}

// ReadAll marks all notices that the page had shown as read; what came meanwhile stays unread.
func (h Handlers) ReadAll(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	shown, err := form.IDs("through")
	if err != nil {
		return err
	}
	var through uuid.UUID
	if len(shown) > 0 {
		through = shown[0]
	}
	ctx := c.Request().Context()
	if _, err = notify.MarkAllRead(ctx, h.DB.Read(ctx), h.Clock, session.Reader(c), through); err != nil {
		return err
	}
	return httpx.Done(c, back(form), "All notices are marked as read.")
}

// back is the list as it was narrowed before.
func back(form httpx.Values) string {
	if next := httpx.SafeNext(form.Get("next")); next != "/" {
		return next
	}
	return path
}
