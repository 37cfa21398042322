package contracts

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/contract"
	"seatledger/internal/money"
	"seatledger/internal/subscription"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/contracts"
)

// Record is the page of one contract.
func (h Handlers) Record(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	o, err := contract.Look(ctx, h.Contracts.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	m := view.Record{
		Page: session.Page(c, o.Name, nav), Remarks: remarks(o), Stats: stats(o), Facts: facts(o),
		Table: subscriptions(o),
		Subscriptions: ui.Card{Title: "Subscriptions", Flush: true, Actions: []templ.Component{
			ui.LinkButton{Text: "Show all subscriptions", Href: subscriptionsPath(o.Contract, ""), Compact: true},
		}},
	}
	m.Page.Kicker, m.Page.Badges, m.Page.Crumbs = "Billing contract", badges(o.Contract),
		[]layout.Crumb{{Label: "Billing contracts", Href: path}}
	m.Page.Meta = []layout.Meta{{Label: "CRM account", Text: o.CRMAccount,
		Href: at.CRMAccount(o.CRMAccountID)}, {Label: "Currency", Text: o.Currency}}
	around, err := httpx.AroundOf(c, h.Contracts.DB.Read(ctx), contract.All, id, "")
	if err != nil {
		return err
	}
	around.On(&m.Page)
	m.Page.Actions = actions(o, mayWrite(c))
	if m.Typed, m.TypedLines, err = h.typedCard(c, o.Contract); err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func actions(o contract.Overview, mayWrite bool) []templ.Component {
	out := []templ.Component{
		ui.LinkButton{Text: "Sync subscriptions", Href: recordPath(o.ID) + "/sync", Icon: "sync", Key: "s"},
		ui.LinkButton{Text: "Invoices", Href: at.Invoices + "?contract=" + o.ID.String()},
	}
	if !mayWrite {
		return out
	}
	menu := ui.CommandMenu{Commands: []ui.Command{{Label: "Deactivate",
		Hint: "Shows first what it means for its subscriptions", Href: recordPath(o.ID) + "/deactivate", Icon: "stop",
		Destructive: true}}}
	if !o.Active {
		menu.Commands = []ui.Command{{Label: "Activate", Hint: "Subscriptions can land and be billed here again",
			Action: recordPath(o.ID) + "/activate", Icon: "play"}}
	}
	if o.Active && o.PriceListID.Valid && o.Standings.Unpriced > 0 {
		out = append(out, ui.PostButton{Button: ui.Button{Text: "Fill missing prices",
			Action: recordPath(o.ID) + "/fill-prices", Icon: "price"}})
	}
	menu.Commands = append([]ui.Command{{Label: "Billed elsewhere", Hint: "Marks what another system has billed",
		Href: at.Changes + "/billed-elsewhere?contract=" + o.ID.String()},
		{Label: "Bill and send by itself", Hint: "On its day, while nothing about it is unusual",
			Href: at.Billing + "/contracts/" + o.ID.String() + "/by-itself"},
		{Label: "Leave out of billing runs", Hint: "With a reason, and until when",
			Href: at.Billing + "/contracts/" + o.ID.String() + "/leave-out"}}, menu.Commands...)
	if o.Active {
		out = append(out, ui.LinkButton{Text: "New invoice", Href: recordPath(o.ID) + "/invoices/new"})
	}
	return append(out,
		ui.LinkButton{Text: "Edit contract", Href: recordPath(o.ID) + "/edit", Icon: "edit", Key: "e"}, menu)
}

// remarks tell what keeps the contract from doing its work.
func remarks(o contract.Overview) []ui.Callout {
	var out []ui.Callout
	add := func(on bool, title, text string) {
		if on {
			out = append(out, ui.Callout{Tone: ui.Warn, Title: title, Text: text})
		}
	}
	add(!o.Active, "This contract is deactivated",
		"Nothing lands here, and the subscriptions that stand here fail their review and are not billed.")
	add(o.Active && o.IsDefault && o.OtherDefaults > 0, "The customer has several default contracts",
		"New subscriptions land in none of them until only one is marked default.")
	add(!o.PriceListID.Valid, "No price list",
		"Subscriptions that land here get no price by themselves and fail their review.")
	add(o.BillFrom.IsZero(), "No first billing day",
		"Set the first day that Seatledger bills before the first invoice.")
	return out
}

func subscriptionsPath(c contract.Contract, state string) string {
	p := at.Subscriptions + "?contract=" + c.ID.String()
	if state != "" {
		p += "&state=" + state
	}
	return p
}

func stats(o contract.Overview) ui.Stats {
	s := o.Standings
	out := ui.Stats{
		{Label: "Active subscriptions", Value: strconv.Itoa(s.Active), Href: subscriptionsPath(o.Contract, "active")},
		{Label: "Held", Value: strconv.Itoa(s.Held), Href: subscriptionsPath(o.Contract, "held"),
			Tone: ui.Warn.If(s.Held > 0)},
		{Label: "Inactive", Value: strconv.Itoa(s.Inactive), Href: subscriptionsPath(o.Contract, "inactive")},
		{Label: "Without a price", Value: strconv.Itoa(s.Unpriced), Tone: ui.Warn.If(s.Unpriced > 0)},
	}
	for _, a := range s.Monthly {
		out = append(out, ui.Stat{Label: "Active, per month",
			Value: money.Grouped(money.Round(a.Sum, a.Currency), a.Currency), Unit: a.Currency,
			Note: "one-time prices left out"})
	}
	return out
}

func facts(o contract.Overview) ui.DefinitionList {
	list := ui.Cell{}
	if o.PriceListID.Valid {
		list = ui.LinkCell(o.PriceList, at.PriceList(o.PriceListID.UUID))
	}
	day := "Day " + contract.DayText(o.BillingDay)
	if o.BillingDay == contract.LastDay {
		day = "Last day of the month"
	}
	end := ui.Definition{Term: "End", Value: ui.TextCell(o.EndDate.String()), Note: "first day no longer covered"}
	if o.EndDate.IsZero() {
		end = ui.Fact("End", "open")
	}
	return ui.DefinitionList{Columns: 2, Items: []ui.Definition{
		{Term: "CRM account", Value: ui.LinkCell(o.CRMAccount, at.CRMAccount(o.CRMAccountID))},
		{Term: "Price list", Value: list},
		ui.Fact("Currency", o.Currency), ui.Fact("Billing frequency", frequencies[o.BillingFrequency]),
		ui.Fact("Billed", timings[o.Timing]),
		ui.Fact("Billing day", day), ui.Fact("Start", o.StartDate.String()), end,
		billedFrom(o),
		ui.Fact("Refunds", refunds[o.Refunds]), ui.Fact("List price at a renewal", renewals[o.Renewal]),
		ui.Fact("Usage", o.UsageRule.Says()), dueFact(o),
		ui.Fact("Tax code", o.TaxCode), ui.Fact("Purchase order", o.PurchaseOrder),
		ui.Fact("Documents go to", o.Recipients), ui.Fact("Language of documents", languages[o.Language]),
		ui.Fact("Documents", documents[o.BillTogether]),
	}}
}

// billedFrom is the first billed day, with what began before it.
func billedFrom(o contract.Overview) ui.Definition {
	f := ui.Fact("Billed from", o.BillFrom.String())
	if o.Older > 0 {
		f.Note = words.Counted(o.Older, "subscription", "subscriptions") +
			" began earlier; days before it count as billed " +
			"elsewhere"
	}
	return f
}

var documents = map[bool]string{false: "of its own", true: "together with the customer's other contracts"}

func dueFact(o contract.Overview) ui.Definition {
	due, ok := contract.ParseDue(o.PaymentTerms)
	f := ui.Fact("Payment terms", o.PaymentTerms)
	switch {
	case !ok:
		f.Note = "no terms that a due date can be reckoned from; edit the contract"
	case due.EndOfMonth:
		f = ui.Fact("Payment terms", strconv.Itoa(due.Days)+" days after the end of the month")
	case due.Given:
		f = ui.Fact("Payment terms", strconv.Itoa(due.Days)+" days")
	}
	return f
}

var reviewTones = map[string]ui.Tone{"fail": ui.Bad, "warn": ui.Warn, "ok": ui.Info, "signed": ui.Good}

func subscriptions(o contract.Overview) ui.Table {
	t := ui.Table{
		Caption: "Subscriptions in this contract", Plain: true,
		Columns: []ui.Column{{Label: "Product"}, {Label: "State"}, {Label: "Review"},
			{Label: "Quantity", Numeric: true}, {Label: "Price", Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No subscriptions yet",
			Text: "They land here when the customer's account is mapped, or when you choose them from the " +
				"distributor.",
			Action: &ui.LinkButton{Text: "Sync subscriptions", Href: recordPath(o.ID) + "/sync"}},
	}
	for _, s := range o.Subscriptions {
		review := ui.Cell{}
		if s.Review != "" {
			review = ui.BadgeCell(s.Review, reviewTones[s.Review])
		}
		t.Rows = append(t.Rows, ui.Row{Muted: s.State == string(subscription.Inactive), Cells: []ui.Cell{
			{Text: name(s), Href: at.Subscription(s.ID), Sub: s.PartNumber}, ui.TextCell(s.State), review,
			ui.TextCell(strconv.Itoa(s.Quantity)),
			ui.Of(httpx.Amount(s.UnitPrice, s.Currency, money.Period(s.PricePeriod))),
		}})
	}
	return t
}

func name(s contract.Subscription) string {
	if s.Product == "" {
		return s.ExternalID
	}
	return s.Product
}
