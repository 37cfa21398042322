package manual

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/provider"
	"seatledger/internal/subscription"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/manual"
)

// NewSubscription is the empty form of a subscription; account in the address fills in its account.
func (h Handlers) NewSubscription(c echo.Context) error {
	p, err := h.provider(c)
	if err != nil {
		return err
	}
	in := subscription.HandEntry{AccountExternalID: c.QueryParam("account"), Currency: p.Currency, CostPeriod: "month",
		Term: "annual", BillingFrequency: "monthly"}
	return h.subscriptionForm(c, http.StatusOK, p, in, nil)
}

// CreateSubscription stores a subscription that a person typed.
func (h Handlers) CreateSubscription(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	p, err := h.provider(c)
	if err != nil {
		return err
	}
	in := subscription.HandEntry{
		AccountExternalID: form.Get("account_external_id"), ExternalID: form.Get("external_id"),
		PartNumber: form.Get("part_number"), Product: form.Get("product"),
		Quantity: form.Get("quantity"), UnitCost: form.Get("unit_cost"), CostPeriod: form.Get("cost_period"),
		Currency: form.Get("currency"), Term: form.Get("term"),
		BillingFrequency: form.Get("billing_frequency"), StartDate: form.Get("start_date"),
		EndDate: form.Get("end_date"), AtEnd: form.Get("at_end"),
	}
	id, err := h.Entries.EnterSubscription(c.Request().Context(), session.Actor(c), p.ID, in)
	if messages, refused := problemsOf(err); refused {
		return h.subscriptionForm(c, http.StatusUnprocessableEntity, p, in, messages)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, at.Subscription(id), "The subscription was entered.")
}

func (h Handlers) subscriptionForm(c echo.Context, status int, p provider.Provider, in subscription.HandEntry,
	problems map[string]string) error {
	accounts, err := h.choices(c.Request().Context(), p)
	if err != nil {
		return err
	}
	return render(c, status, entry{
		title: "New subscription", nav: nav, lead: "So many seats of one product, as " + p.Name + " holds them.",
		crumbs: crumbsOf(p), problems: problems,
		form: ui.Form{Action: providerPath(p.ID) + "/subscriptions", Save: "Enter subscription",
			Cancel: providerPath(p.ID)},
		groups: subscriptionGroups(in, accounts),
	})
}

func subscriptionGroups(in subscription.HandEntry, accounts []ui.Option) []view.Group {
	account := ui.Field{Name: "account_external_id", Label: "Account", Value: in.AccountExternalID, Required: true,
		Hint: "The customer's number at the distributor."}
	if known(accounts, in.AccountExternalID) {
		account.Kind, account.Options, account.Hint = ui.SelectBox, accounts,
			"Enter the account first if it is not here."
	}
	return []view.Group{
		{Group: ui.Group{Title: "Subscription"}, Fields: []ui.Field{
			account,
			{Name: "external_id", Label: "External id", Value: in.ExternalID, Required: true, Size: ui.Medium,
				Hint: "The subscription's number at the distributor. Imports find it by it."},
			{Name: "product", Label: "Product", Value: in.Product},
			{Name: "part_number", Label: "Part number", Value: in.PartNumber, Size: ui.Medium,
				Hint: "Prices of a price list are found by it."},
			{Kind: ui.NumberInput, Name: "quantity", Label: "Seats", Value: in.Quantity, Required: true, Size: ui.Short,
				InputMode: "numeric"},
		}},
		{Group: ui.Group{Title: "Cost and term", Two: true}, Fields: []ui.Field{
			{Kind: ui.NumberInput, Name: "unit_cost", Label: "Cost per seat", Value: in.UnitCost, Size: ui.Short,
				Hint: "What you pay; empty while it is not known."},
			choice("cost_period", "Cost is per", in.CostPeriod, periods),
			{Name: "currency", Label: "Currency", Value: in.Currency, Size: ui.Short,
				Hint: "Three letters, as USD. Empty: the provider's default."},
			choice("term", "Term", in.Term, rhythms),
			choice("billing_frequency", "Billed by the distributor", in.BillingFrequency, rhythms),
			{Kind: ui.DateInput, Name: "start_date", Label: "Start", Value: in.StartDate, Size: ui.Short,
				Hint: "Empty: dated today, as an estimate."},
			{Kind: ui.DateInput, Name: "end_date", Label: "End", Value: in.EndDate, Size: ui.Short,
				Hint: "The last day. Empty: it goes on."},
			choice("at_end", "At its end", in.AtEnd, atEnds),
		}},
	}
}

var (
	periods = []ui.Option{{Label: "Not known"}, {Value: "month", Label: "Month"}, {Value: "quarter", Label: "Quarter"},
		{Value: "year", Label: "Year"}, {Value: "three_years", Label: "Three years"}, {Value: "once", Label: "Once"}}
	atEnds = []ui.Option{{Label: "Ends, where an end is given"}, {Value: "ends", Label: "Ends"},
		{Value: "renews", Label: "Renews"}}
	rhythms = []ui.Option{{Label: "Not known"}, {Value: "monthly", Label: "Monthly"},
		{Value: "quarterly", Label: "Quarterly"}, {Value: "annual", Label: "Annual"},
		{Value: "triennial", Label: "Triennial"}, {Value: "one_time", Label: "One time"},
		{Value: "trial", Label: "Trial"}}
)

// choice is a select, or a line of text where what was typed is none of the words.
func choice(name, label, value string, options []ui.Option) ui.Field {
	f := ui.Field{Kind: ui.SelectBox, Name: name, Label: label, Value: value, Options: options, Size: ui.Medium}
	if !known(options, value) {
		f.Kind = ui.TextInput
	}
	return f
}

func known(options []ui.Option, value string) bool {
	for _, o := range options {
		if o.Value == value {
			return true
		}
	}
	return false
}
