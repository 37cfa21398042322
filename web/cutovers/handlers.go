// Package cutovers is the screens of the cut-over: the runs, one run with its gates
// and customers, the pairing of a customer, the steps with the question before and
// the report after them, the dry run, and the proof. What may be done, and what it
// does, is decided in the room cutover.
package cutovers

import (
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/auth"
	"seatledger/internal/cutover"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/money"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Handlers answers everything below /cutovers.
type Handlers struct {
	Cutovers cutover.Service
}

const (
	listPath = "/cutovers"
	nav      = "Cut-overs"
)

func path(id uuid.UUID) string { return listPath + "/" + id.String() }

func customerPath(run, customer uuid.UUID) string {
	return path(run) + "/customers/" + customer.String()
}

func mayAct(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Operator) }

func (h Handlers) run(c echo.Context) (cutover.Run, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return cutover.Run{}, err
	}
	ctx := c.Request().Context()
	return cutover.Get(ctx, h.Cutovers.DB.Read(ctx), id)
}

func crumbs(run cutover.Run) []layout.Crumb {
	return []layout.Crumb{{Label: nav, Href: listPath}, {Label: run.Name, Href: path(run.ID)}}
}

func (h Handlers) moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return httpx.MomentText(*t, h.Cutovers.Zone)
}

var runStates = map[cutover.RunState]ui.Badge{
	cutover.RunOpen: {Text: "open", Tone: ui.Info}, cutover.RunFinished: {Text: "finished", Tone: ui.Good},
	cutover.RunAbandoned: {Text: "abandoned"},
}

var steps = map[pairing.Step]ui.Badge{
	pairing.Open: {Text: "open"}, pairing.Confirmed: {Text: "confirmed", Tone: ui.Info},
	pairing.Reassigned: {Text: "reassigned", Tone: ui.Info}, pairing.Retired: {Text: "retired", Tone: ui.Good},
}

func shown(n int, next, one, many string) string {
	text := words.Counted(n, one, many)
	if next != "" {
		text += ", and more"
	}
	return text
}

func sum(d decimal.Decimal, currency string) string {
	return money.Grouped(d, currency) + " " + currency
}

func itoa(n int) string { return strconv.Itoa(n) }
