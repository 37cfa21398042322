// Package subscriptions is the screens of subscriptions: list and CSV, the record
// with its ledger and review, and what people decide about one.
package subscriptions

import (
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/postgres"
	"seatledger/internal/review"
	"seatledger/internal/selection"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Handlers answers the routes of subscriptions.
type Handlers struct {
	DB      *postgres.DB
	Clock   clock.Clock
	Zone    *time.Location
	Reviews review.Reviewer
	Bulk    *selection.Service
}

const (
	path = at.Subscriptions
	nav  = "Subscriptions"
)

func recordPath(id uuid.UUID) string { return path + "/" + id.String() }

// mayDecide tells whether to offer contract, price and sign-off; the routes decide.
func mayDecide(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Billing) }

// mayDeclare tells whether to offer what operators may say, too.
func mayDeclare(c echo.Context) bool {
	return auth.Allowed(session.User(c).Role, auth.Billing, auth.Operator)
}

// mayEnter tells whether to offer what is entered by hand for a manual provider.
func mayEnter(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Operator) }

func (h Handlers) today() clock.Date { return clock.Today(h.Clock, h.Zone) }

// posted reads the id of the path and the form of a command.
func posted(c echo.Context) (uuid.UUID, httpx.Values, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return uuid.Nil, nil, err
	}
	form, err := httpx.Form(c)
	return id, form, err
}
