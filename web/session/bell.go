package session

import (
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/notify"
	"seatledger/views/layout"
)

// NoticesPath is the bell's page.
const NoticesPath = "/notices"

// mostUnread is how far the bell counts; beyond it shows a plus.
const mostUnread = 99

// Reader is who is signed in, as the notices know them.
func Reader(c echo.Context) notify.Reader {
	u := User(c)
	return notify.Reader{ID: u.ID, Since: u.CreatedAt}
}

// bell is how many notices the person has not read; it was counted when the session was read.
func (m *Manager) bell(c echo.Context) *layout.Bell {
	n, _ := c.Get(unreadKey).(int)
	return &layout.Bell{Href: NoticesPath, Unread: min(n, mostUnread), More: n > mostUnread}
}

// ObjectHref leads to the page of a record that is named by type and id, as the audit
// trail and notices name it; empty where it has none.
func ObjectHref(objectType, id string) string {
	if _, err := uuid.Parse(id); err != nil {
		return ""
	}
	if root := objectPages[objectType]; root != "" {
		return root + "/" + id
	}
	return ""
}

var objectPages = map[string]string{
	"provider": "/providers", "account": "/accounts", "provider_account": "/accounts", "crm_account": "/crm-accounts",
	"crm_source": "/crm-sources", "contract": "/contracts", "billing_contract": "/contracts",
	"price_list": "/price-lists", "subscription": "/subscriptions", "sync_run": "/sync-runs", "user": "/settings/users",
	"cutover": "/cutovers", "invoice": "/invoices", "bulk_work": "/bulk",
	"billing_run": "/billing-runs",
}
