// Package changes is the screen of the ledger over all subscriptions: list and CSV.
package changes

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription/list"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// Handlers answers the routes of license changes.
type Handlers struct {
	DB   *postgres.DB
	Zone *time.Location
}

const nav = "License changes"

var yesNo = []httpx.Choice{{Value: "yes", Label: "Yes"}, {Value: "no", Label: "No"}}

// spec is what the list's address may say.
func (h Handlers) spec(c echo.Context) (httpx.ListSpec, error) {
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	choices, err := list.ChoicesOf(ctx, db)
	if err != nil {
		return httpx.ListSpec{}, err
	}
	providers := make([]httpx.Choice, len(choices.Providers))
	for i, p := range choices.Providers {
		providers[i] = httpx.Choice{Value: p.ID.String(), Label: p.Name}
	}
	one := httpx.Filter{Name: "subscription", Label: "One subscription", IsID: true}
	if id, err := uuid.Parse(c.QueryParam("subscription")); err == nil {
		if name, err := list.NameOf(ctx, db, "subscription", id); err == nil && name != "" {
			one.Label = "Subscription: " + name
		}
	}
	return httpx.ListSpec{Sorts: ledger.Sorts(), Filters: []httpx.Filter{
		{Name: "provider", Label: "Provider", Choices: providers},
		{Name: "event", Label: "Event", Choices: []httpx.Choice{
			{Value: "create", Label: "Create"}, {Value: "update", Label: "Update"},
			{Value: "product", Label: "Product"}, {Value: "price", Label: "Price"}, {Value: "cost", Label: "Cost"},
			{Value: "renew", Label: "Renew"},
			{Value: "deactivate", Label: "Deactivate"}, {Value: "activate", Label: "Activate"},
			{Value: "adjust", Label: "Adjust"}, {Value: "carry", Label: "Carry"}}},
		{Name: "billing_state", Label: "Billing", Choices: []httpx.Choice{{Value: "open", Label: "Open"},
			{Value: "invoiced", Label: "Invoiced"}, {Value: "archived", Label: "Archived"}}},
		{Name: "counted", Label: "Counted", Choices: yesNo},
		{Name: "estimated", Label: "Estimated", Choices: yesNo},
		{Name: "from", Label: "Effective from", IsDate: true},
		{Name: "to", Label: "Effective to", IsDate: true},
		one,
		{Name: "run", Label: "One sync run", IsID: true},
	}}, nil
}

func filterOf(q httpx.ListQuery) ledger.Filter {
	id := func(name string) uuid.NullUUID {
		v := q.FilterID(name)
		return uuid.NullUUID{UUID: v, Valid: v != uuid.Nil}
	}
	day := func(name string) clock.Date {
		d, _ := clock.ParseDate(q.Filter(name)) // the list has refused what is no date
		return d
	}
	return ledger.Filter{
		Provider: id("provider"), Subscription: id("subscription"), Run: id("run"),
		Event: ledger.Event(q.Filter("event")), BillingState: ledger.BillingState(q.Filter("billing_state")),
		Counted: answer(q.Filter("counted")), Estimated: answer(q.Filter("estimated")), From: day("from"),
		To: day("to"), Text: q.Search,
	}
}

func answer(s string) *bool {
	if s == "" {
		return nil
	}
	yes := s == "yes"
	return &yes
}

// bar adds the dates of effect to the usual bar.
func bar(q httpx.ListQuery) ui.FilterBar {
	b := q.FilterBar("Search product, id, person or note")
	for _, f := range []ui.Field{{Name: "from", Label: "Effective from"}, {Name: "to", Label: "Effective to"}} {
		f.Kind, f.Value = ui.DateInput, q.Filter(f.Name)
		b.Selects = append(b.Selects, f)
		b.Hidden = slices.DeleteFunc(b.Hidden, func(p ui.Pair) bool { return p.Name == f.Name })
	}
	return b
}
