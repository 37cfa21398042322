package audit

import (
	"github.com/google/uuid"

	"seatledger/internal/audit"
)

// objectHref leads to what an entry is about, where it has a page of its own.
func objectHref(e audit.Entry) string {
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
		return "/settings/users/" + e.ObjectID
	}
	return ""
}
