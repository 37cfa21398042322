// Package contracts is the screens of billing contracts: list and CSV, form,
// record, deactivation.
package contracts

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/selection"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/imports"
	"seatledger/web/session"
)

// Handlers answers the routes of billing contracts.
type Handlers struct {
	Contracts contract.Service
	Zone      *time.Location
	// Fill gives what has no price in a contract the one its list has, and tells how many got one.
	Fill    func(ctx context.Context, by audit.Actor, contractID uuid.UUID) (int, error)
	Bulk    *selection.Service // nil: nothing can be done to many
	Imports imports.Pages
}

const (
	path = at.Contracts
	nav  = "Billing contracts"
)

// mayWrite tells whether to offer what changes something; the routes decide.
func mayWrite(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Billing) }

func recordPath(id uuid.UUID) string { return path + "/" + id.String() }

func (h Handlers) today() clock.Date { return clock.Today(h.Contracts.Clock, h.Zone) }

func (h Handlers) contract(c echo.Context) (contract.Contract, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return contract.Contract{}, err
	}
	ctx := c.Request().Context()
	return contract.Get(ctx, h.Contracts.DB.Read(ctx), id)
}

var (
	frequencies = map[contract.Frequency]string{contract.Monthly: "Monthly", contract.Quarterly: "Quarterly",
		contract.Annual: "Annual"}
	timings = map[contract.Timing]string{contract.Advance: "In advance", contract.Arrears: "In arrears"}
	refunds = map[contract.Refunds]string{contract.RefundsGlobal: "Use the global setting",
		contract.RefundsYes: "Yes", contract.RefundsNo: "No"}
	renewals = map[contract.Renewal]string{contract.Propose: "Propose it; the old price goes on",
		contract.TakeList: "Take it from the term's start"}
	languages = map[contract.Language]string{contract.English: "English", contract.French: "French"}
)
