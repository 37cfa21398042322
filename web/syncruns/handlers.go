package syncruns

import (
	"time"

	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/postgres"
	"seatledger/internal/syncing"
	"seatledger/web/at"
	"seatledger/web/session"
)

// Handlers answers everything below /sync-runs.
type Handlers struct {
	DB       *postgres.DB
	Clock    clock.Clock
	Zone     *time.Location
	Sync     *syncing.Service
	Sessions *session.Manager
}

const listPath = at.SyncRuns

func mayRun(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Operator) }
