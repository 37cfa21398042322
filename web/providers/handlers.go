// Package providers is the screens of providers: list, form, record and the
// commands of its menu. Which values are right, and what a command may do, is
// decided in the rooms provider and syncing.
package providers

import (
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/postgres"
	"seatledger/internal/provider"
	"seatledger/internal/syncing"
	"seatledger/web/at"
	"seatledger/web/session"
)

// Handlers answers everything below /providers, but for the entry of manual accounts and subscriptions.
type Handlers struct {
	DB        *postgres.DB
	Clock     clock.Clock
	Zone      *time.Location
	Providers *provider.Service
	Sync      *syncing.Service
}

const listPath = at.Providers

func path(id uuid.UUID) string { return listPath + "/" + id.String() }

func mayEdit(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Admin) }

func maySync(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Operator) }
