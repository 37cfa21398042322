// Package notices answers the bell page: the list of what somebody must hear of,
// its file, and the marks of who has read what.
package notices

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/notify"
	"seatledger/internal/postgres"
	views "seatledger/views/notices"
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
	if httpx.IsCSV(c) {
		return h.file(c)
	}
	var v views.List
	err := h.DB.Snapshot(c.Request().Context(), func(tx *gorm.DB) error {
		var err error
		v, err = h.page(c, tx)
		return err
	})
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
	var f notify.Filter
	if len(shown) > 0 {
		f.Through = shown[0]
	}
	ctx := c.Request().Context()
	if _, err = notify.MarkAllRead(ctx, h.DB.Read(ctx), h.Clock, session.Reader(c), f); err != nil {
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
