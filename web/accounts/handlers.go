// Package accounts is the screens of provider accounts: the mapping page with its
// CSV, one account, and every decision about whose customer it is.
package accounts

import (
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/mapping"
	"seatledger/internal/postgres"
	"seatledger/internal/selection"
	"seatledger/internal/syncing"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Handlers answers the routes of provider accounts.
type Handlers struct {
	DB      *postgres.DB
	Clock   clock.Clock
	Zone    *time.Location
	Mapping *mapping.Service
	Bulk    *selection.Service
	Sync    *syncing.Service
}

const (
	path = at.Accounts
	nav  = "Provider accounts"
)

// mayMap tells whether to offer decisions; the routes decide.
func mayMap(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Operator) }

func recordPath(id uuid.UUID) string { return path + "/" + id.String() }

func crmPath(id uuid.UUID) string { return at.CRMAccount(id) }

// id reads the account's id out of the path.
func id(c echo.Context) (uuid.UUID, error) { return httpx.ID(c, "id") }

// onward is where a decision leads: back to the list it was made on, else to the account.
func onward(form httpx.Values, accountID uuid.UUID) string {
	if next := form.Get("next"); next != "" {
		if safe := httpx.SafeNext(next); safe != "/" {
			return safe
		}
	}
	return recordPath(accountID)
}

// nextPair keeps the list a decision comes from.
func nextPair(here string) ui.Pair { return ui.Pair{Name: "next", Value: here} }

func (h Handlers) moment(t time.Time) ui.Time {
	m := httpx.Moment(t, h.Zone)
	m.Relative = true
	return m
}

func query(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}
