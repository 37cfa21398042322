// Package bulk is the screens of bulk work, whatever is done to many: the preview of a
// selection, its confirmation, how far it has come, what came of it and its undo. What the
// deeds are called and ask for on the screen stands in wording.go.
package bulk

import (
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/selection"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Handlers answers the routes of bulk work.
type Handlers struct {
	DB       *postgres.DB
	Clock    clock.Clock
	Zone     *time.Location
	Bulk     *selection.Service
	Sessions *session.Manager
	// Contracts keeps the installation's defaults, where a person says so.
	Contracts contract.Service
}

const (
	path = at.Bulk
	nav  = "Bulk work"
	// subscriptionsList is what the list of subscriptions is called.
	subscriptionsList = "subscriptions"
)

// Path is the page of a piece of work.
func Path(id uuid.UUID) string { return path + "/" + id.String() }

func mayDo(c echo.Context, w wording) bool { return auth.Allowed(session.User(c).Role, w.roles...) }

// work reads the work of the address and what its deed is called.
func (h Handlers) work(c echo.Context) (selection.Work, wording, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return selection.Work{}, wording{}, err
	}
	ctx := c.Request().Context()
	w, err := selection.Get(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return w, wording{}, err
	}
	said, known := deeds[w.Deed]
	if !known {
		return w, said, errs.New(errs.NotFound, "This was done by a version that knew of it; this one does not.")
	}
	return w, said, nil
}

// mine is work for whoever may do its deed.
func (h Handlers) mine(c echo.Context) (selection.Work, wording, error) {
	w, said, err := h.work(c)
	if err == nil && !mayDo(c, said) {
		err = errs.New(errs.Forbidden, "Your role may look at this and not do it. Nothing was changed.")
	}
	return w, said, err
}
