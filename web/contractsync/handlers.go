// Package contractsync is the screen of a billing contract's own sync: a look at
// what the distributor has for the contract's customer, and a run of what a person
// ticks there (RULES 6).
package contractsync

import (
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/postgres"
	"seatledger/internal/syncing"
	"seatledger/views/layout"
	"seatledger/web/at"
	"seatledger/web/session"
)

// Handlers answers /contracts/{id}/sync.
type Handlers struct {
	DB    *postgres.DB
	Clock clock.Clock
	Zone  *time.Location
	Sync  *syncing.Service
}

const nav = "Billing contracts"

func contractPath(id uuid.UUID) string { return at.Contract(id) }

func path(id uuid.UUID) string { return contractPath(id) + "/sync" }

// mayRun tells whether to offer the commands; the routes decide.
func mayRun(c echo.Context) bool {
	return auth.Allowed(session.User(c).Role, auth.Operator, auth.Billing)
}

func crumbs(contract string, id uuid.UUID) []layout.Crumb {
	return []layout.Crumb{{Label: "Billing contracts", Href: at.Contracts}, {Label: contract, Href: contractPath(id)}}
}
