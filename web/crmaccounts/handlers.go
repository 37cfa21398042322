// Package crmaccounts is the screens of CRM accounts: list and CSV, form, record, import.
package crmaccounts

import (
	"time"

	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/crm"
	"seatledger/internal/letters"
	"seatledger/internal/selection"
	"seatledger/web/at"
	"seatledger/web/imports"
	"seatledger/web/session"
)

// Handlers answers the routes of CRM accounts.
type Handlers struct {
	Accounts crm.Service
	Imports  imports.Pages
	Letters  letters.Service
	Zone     *time.Location
	Bulk     *selection.Service
}

const (
	path = at.CRMAccounts
	nav  = "CRM accounts"
)

// mayWrite tells whether to offer what changes something; the routes decide.
func mayWrite(c echo.Context) bool {
	return auth.Allowed(session.User(c).Role, auth.Operator, auth.Billing)
}

// mayContract tells whether to offer contracts.
func mayContract(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Billing) }

func recordPath(id interface{ String() string }) string { return path + "/" + id.String() }
