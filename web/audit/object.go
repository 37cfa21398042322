package audit

import (
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/web/session"
)

// objectHref leads to what an entry is about, where it has a page of its own that
// the reader may open.
func objectHref(c echo.Context, e audit.Entry) string {
	if _, err := uuid.Parse(e.ObjectID); err != nil {
		return ""
	}
	switch e.ObjectType {
	case "provider":
		return "/providers/" + e.ObjectID
	case "account", "provider_account":
		return "/accounts/" + e.ObjectID
	case "crm_account":
		return "/crm-accounts/" + e.ObjectID
	case "contract", "billing_contract":
		return "/contracts/" + e.ObjectID
	case "price_list":
		return "/price-lists/" + e.ObjectID
	case "subscription":
		return "/subscriptions/" + e.ObjectID
	case "sync_run":
		return "/sync-runs/" + e.ObjectID
	case "user":
		if !auth.Allowed(session.User(c).Role, auth.Admin) {
			return ""
		}
		return "/settings/users/" + e.ObjectID
	}
	return ""
}
