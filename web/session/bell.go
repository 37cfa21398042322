package session

import (
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/notify"
	"seatledger/views/layout"
	"seatledger/web/at"
)

// NoticesPath is the bell's page.
const NoticesPath = at.Notices

// mostUnread is how far the bell counts; beyond it shows a plus.
const mostUnread = 99

// Reader is who is signed in, as the notices know them.
func Reader(c echo.Context) notify.Reader {
	u := User(c)
	return notify.Reader{ID: u.ID, Since: u.CreatedAt}
}

// bell is how many notices the person has not read; it was counted when the session was read.
func (m *Manager) bell(c echo.Context) *layout.Bell {
	n := besideOf(c).Unread
	return &layout.Bell{Href: NoticesPath, Unread: min(n, mostUnread), More: n > mostUnread}
}

// ObjectHref leads to the page of a record that is named by type and id, as the audit
// trail and notices name it; empty where it has none.
func ObjectHref(objectType, id string) string {
	if objectType == "renewal" {
		return at.Renewals + "?decision=open"
	}
	if _, err := uuid.Parse(id); err != nil {
		return ""
	}
	if root := objectPages[objectType]; root != "" {
		return root + "/" + id
	}
	return ""
}

var objectPages = map[string]string{
	"provider": at.Providers, "account": at.Accounts, "provider_account": at.Accounts, "crm_account": at.CRMAccounts,
	"crm_source": at.CRMSources, "contract": at.Contracts, "billing_contract": at.Contracts,
	"price_list": at.PriceLists, "subscription": at.Subscriptions, "sync_run": at.SyncRuns,
	"user":    at.Settings + "/users",
	"cutover": at.Cutovers, "invoice": at.Invoices, "bulk_work": at.Bulk,
	"four_eyes_request": at.FourEyes, "supplier_bill": at.SupplierBills,
	"mail": at.Mails, "billing_run": at.BillingRuns,
}
