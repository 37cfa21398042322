// Package billing is the screens of billing many contracts at once: what is due, the runs that draft, bill and send
// it, contracts that are left out, and what is prepared by itself.
package billing

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/auth"
	"seatledger/internal/billingrun"
	"seatledger/internal/mail"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/session"
)

// Handlers answers the routes of billing.
type Handlers struct {
	DB       *postgres.DB
	Zone     *time.Location
	Runs     *billingrun.Service
	Sessions *session.Manager
}

const (
	path     = at.Billing
	runsPath = at.BillingRuns
	nav      = "Billing"
	// atOnce is how long an answer waits for a run; what is left is done by the queue.
	atOnce = 8 * time.Second
	// shown is how many contracts a page names; the file names all.
	shown = 100
)

// RunPath is the page of a run.
func RunPath(id uuid.UUID) string { return runsPath + "/" + id.String() }

func contractPath(id uuid.UUID) string { return at.Contract(id) }

func mayBill(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Billing) }

// mails tells whether a mail server is set up, so that something can be sent.
func (h Handlers) mails(c echo.Context) (bool, error) {
	ctx := c.Request().Context()
	server, _, err := mail.Load(ctx, h.DB.Read(ctx))
	return server.Ready(), err
}

func sum(d decimal.Decimal, currency string) ui.Money {
	return ui.Money{Amount: money.Grouped(d, currency), Currency: currency}
}

func text(s billingrun.Sum) string { return money.Grouped(s.Amount, s.Currency) + " " + s.Currency }

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%s %s", words.Count(n), many)
}

func contracts(n int) string { return count(n, "contract", "contracts") }
