package manual

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/manual"
	"seatledger/internal/provider"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/manual"
)

// NewAccount is the empty form of an account.
func (h Handlers) NewAccount(c echo.Context) error {
	p, err := h.provider(c)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, accountEntry(p, manual.AccountEntry{}, nil))
}

// CreateAccount stores an account that a person typed.
func (h Handlers) CreateAccount(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	p, err := h.provider(c)
	if err != nil {
		return err
	}
	in := manual.AccountEntry{ExternalID: form.Get("external_id"), Name: form.Get("name"), Domain: form.Get("domain"),
		TenantID: form.Get("tenant_id")}
	id, err := h.Entries.EnterAccount(c.Request().Context(), session.Actor(c), p.ID, in)
	if messages, refused := problemsOf(err); refused {
		return render(c, http.StatusUnprocessableEntity, accountEntry(p, in, messages))
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, at.Account(id),
		in.Name+" was entered. Map it to its CRM account, then enter its subscriptions.")
}

func accountEntry(p provider.Provider, in manual.AccountEntry, problems map[string]string) entry {
	return entry{
		title: "New account", nav: nav, lead: "A customer as " + p.Name + " knows it.", crumbs: crumbsOf(p),
		problems: problems,
		form:     ui.Form{Action: providerPath(p.ID) + "/accounts", Save: "Enter account", Cancel: providerPath(p.ID)},
		groups: []view.Group{{Group: ui.Group{Title: "Account"}, Fields: []ui.Field{
			{Name: "external_id", Label: "External id", Value: in.ExternalID, Required: true, Size: ui.Medium,
				Autofocus: true, Hint: "The customer's number at the distributor. " +
					"Subscriptions and imports find the account by it."},
			{Name: "name", Label: "Name", Value: in.Name, Required: true},
			{Name: "domain", Label: "Domain", Value: in.Domain,
				Hint: "As contoso.example; helps to find the CRM account."},
			{Name: "tenant_id", Label: "Microsoft tenant id", Value: in.TenantID, Size: ui.Medium,
				Hint: "The surest sign that two records are one customer."},
		}}},
	}
}
