// Package accounts is the screens of provider accounts: the mapping page with its
// CSV, one account, and every decision about whose customer it is.
package accounts

import (
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/account"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/mapping"
	"seatledger/internal/postgres"
	"seatledger/internal/syncing"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Handlers answers the routes of provider accounts.
type Handlers struct {
	DB      *postgres.DB
	Clock   clock.Clock
	Zone    *time.Location
	Mapping *mapping.Service
	Sync    *syncing.Service
}

const (
	path = "/accounts"
	nav  = "Provider accounts"
)

// mayMap tells whether to offer decisions; the routes decide.
func mayMap(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Operator) }

func recordPath(id uuid.UUID) string { return path + "/" + id.String() }

func crmPath(id uuid.UUID) string { return "/crm-accounts/" + id.String() }

var listSpec = httpx.ListSpec{
	Sorts: account.Sorts(),
	Filters: []httpx.Filter{
		{Name: "provider", Label: "Provider", IsID: true},
		{Name: "crm_account", Label: "CRM account", IsID: true},
		{Name: "state", Label: "Mapping", Choices: []httpx.Choice{
			{Value: "unmapped", Label: "Unmapped"}, {Value: "mapped", Label: "Mapped"},
			{Value: "excluded", Label: "Excluded"}}},
		{Name: "status", Label: "At the distributor", Choices: []httpx.Choice{
			{Value: "active", Label: "Active"}, {Value: "discontinued", Label: "Discontinued"},
			{Value: "gone", Label: "Gone"}}},
	},
}

func filterOf(q httpx.ListQuery) account.Filter {
	return account.Filter{
		ProviderID: q.FilterID("provider"), CRMAccountID: q.FilterID("crm_account"),
		State: account.State(q.Filter("state")), Status: account.Status(q.Filter("status")), Search: q.Search,
	}
}

// id reads the account's id out of the path.
func id(c echo.Context) (uuid.UUID, error) { return httpx.ID(c, "id") }

// onward is where a decision leads: back to the list it was made on, else to the account.
func onward(form httpx.Values, accountID uuid.UUID) string {
	if next := form.Get("next"); next != "" {
		if safe := httpx.SafeNext(next); safe != "/" {
			return safe
		}
	}
	return recordPath(accountID)
}

// nextPair keeps the list a decision comes from.
func nextPair(here string) ui.Pair { return ui.Pair{Name: "next", Value: here} }

func (h Handlers) moment(t time.Time) ui.Time {
	m := httpx.Moment(t, h.Zone)
	m.Relative = true
	return m
}

func query(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}
