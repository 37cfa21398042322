package accounts

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"seatledger/internal/account"
	"seatledger/internal/mapping"
	"seatledger/internal/money"
	"seatledger/internal/subscription"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	queue "seatledger/web/mapping"

	view "seatledger/views/accounts"
)

// parts are the cards of an account's page, what is to be decided first.
func (h Handlers) parts(d dossier) []templ.Component {
	var out []templ.Component
	for i, p := range d.proposals {
		out = append(out, candidateOf(d, i, p))
	}
	if customer, ok := d.customers[d.CRMAccountID.UUID]; ok && d.Mapping == account.Mapped {
		card := ui.Card{Title: "Compared with " + customer.Name, Flush: true,
			Actions: []templ.Component{ui.LinkButton{Text: "Open CRM account", Href: crmPath(customer.ID),
				Compact: true}}}
		out = append(out, view.Part{Card: card, Content: []templ.Component{compareTable(d.Account, customer, nil)}})
	}
	if d.mayMap && d.Mapping != account.Excluded {
		out = append(out, choosing(d))
	}
	out = append(out, subscriptions(d))
	if len(d.Unreadable) > 0 {
		out = append(out, h.unreadable(d))
	}
	if c := h.cannotBeRead(d, ""); c != nil {
		out = append(out, *c)
	}
	return append(out, h.history(d), facts(d), h.lastSync(d), ui.Raw{Summary: "Raw record", Text: d.RawText})
}

func candidateOf(d dossier, i int, p mapping.Proposal) view.Candidate {
	customer := d.customers[p.CRMAccountID]
	m := view.Candidate{
		Card: ui.Card{Title: rankTitle(i) + p.CRMAccount, Badges: []ui.Badge{*confidence(p)},
			Actions: []templ.Component{ui.LinkButton{Text: "Open CRM account", Href: crmPath(p.CRMAccountID),
				Compact: true}}},
		Compare: compareTable(d.Account, customer, p.Evidence), Waterfall: queue.Waterfall(p), Notes: remarks(p),
	}
	switch {
	case !p.Free() && d.mayMap:
		m.Card.Actions = append(m.Card.Actions, swapLink(d.ID.String(), p.CRMAccountID.String()))
	case d.mayMap:
		b := accept(p)
		if i == 0 && d.heritage == nil {
			b.Weight = ui.Primary
		}
		m.Card.Actions = append(m.Card.Actions, b)
	}
	return m
}

func rankTitle(i int) string {
	switch i {
	case 0:
		return "Best candidate: "
	case 1:
		return "Runner-up: "
	}
	return "Also possible: "
}

func subscriptions(d dossier) view.Part {
	t := ui.Table{
		Caption: "Subscriptions", Plain: true,
		Columns: []ui.Column{{Label: "Product"}, {Label: "Seats", Numeric: true}, {Label: "State"}, {Label: "Contract"},
			{Label: "Cost", Numeric: true}, {Label: "Price", Numeric: true}, {Label: "Review"}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No subscriptions",
			Text: "None was read for this account yet, or the distributor holds none."},
	}
	for _, s := range d.Subscriptions {
		t.Rows = append(t.Rows, holdingRow(s, d.Mapping == account.Mapped))
	}
	card := ui.Card{Title: "Subscriptions", Text: words.Counted(d.Holdings, "subscription"), Flush: true}
	if d.Holdings > 0 {
		card.Actions = []templ.Component{ui.LinkButton{Text: "Show in the list",
			Href: "/subscriptions?" + query("account", d.ID.String()), Compact: true}}
	}
	return view.Part{Card: card, Content: []templ.Component{t}}
}

func holdingRow(s account.Holding, mapped bool) ui.Row {
	product := ui.LinkCell(orElse(s.Product, s.ExternalID), at.Subscription(s.ID))
	product.Sub = s.PartNumber
	state := ui.BadgeCell(s.State, holdingTones[s.State])
	if s.HoldReason != "" {
		state = ui.BadgeCell("held: "+s.HoldReason, ui.Warn)
		// it moved here, and nobody has said yet that it is this customer's
		if s.HoldReason == string(subscription.HoldUnmapped) && mapped {
			state = ui.BadgeCell("held: moved here", ui.Warn)
		}
	}
	contract := ui.Cell{}
	if s.ContractID.Valid {
		contract = ui.LinkCell(s.Contract, at.Contract(s.ContractID.UUID))
	}
	review := ui.Cell{}
	if s.Review != "" {
		review = ui.BadgeCell(s.Review, reviewTones[s.Review])
	}
	cost := httpx.Amount(s.UnitCost, s.CostCurrency, money.Period(s.CostPeriod))
	price := httpx.Amount(s.UnitPrice, s.Currency, money.Period(s.PricePeriod))
	return ui.Row{Muted: s.State == string(subscription.Inactive),
		Cells: []ui.Cell{product, ui.TextCell(strconv.Itoa(s.Quantity)), state, contract, ui.Of(cost),
			ui.Of(price), review}}
}

var (
	holdingTones = map[string]ui.Tone{string(subscription.Active): ui.Good, string(subscription.Held): ui.Warn}
	reviewTones  = map[string]ui.Tone{"fail": ui.Bad, "warn": ui.Warn, "ok": ui.Info, "signed": ui.Good}
)

func (h Handlers) unreadable(d dossier) view.Part {
	t := ui.Table{Caption: "Records that could not be read", Plain: true,
		Columns: []ui.Column{{Label: "Record"}, {Label: "Why"}, {Label: "First seen"}, {Label: "As received"}}}
	for _, u := range d.Unreadable {
		t.Rows = append(t.Rows, ui.Row{Tone: ui.Bad, Cells: []ui.Cell{
			{Text: orElse(u.ExternalID, "without an id"), Mono: true}, ui.TextCell(u.Reason),
			ui.Of(h.moment(u.FirstSeen)), ui.Of(ui.Raw{Summary: "Show", Text: u.Raw})}})
	}
	return view.Part{Card: ui.Card{Title: "Records that could not be read",
		Text:  "They count neither as 0 nor as gone. Correct them at the distributor; the next sync reads them again.",
		Flush: true}, Content: []templ.Component{t}}
}

func facts(d dossier) view.Part {
	address := strings.Join(filled(d.Street, strings.TrimSpace(d.PostalCode+" "+d.City), d.Facts.State,
		d.Country), ", ")
	return view.Part{Card: ui.Card{Title: "At the distributor"},
		Content: []templ.Component{ui.DefinitionList{Columns: 2, Items: []ui.Definition{
			{Term: "External id", Value: ui.Cell{Text: d.ExternalID, Mono: true}},
			{Term: "Tenant id", Value: ui.Cell{Text: d.TenantID, Mono: true}},
			ui.Fact("Domain", d.Domain), ui.Fact("Mail", d.Email), ui.Fact("Phone", d.Phone),
			ui.Fact("Address", address),
			{Term: "Status", Value: ui.TextCell(string(d.Status)), Note: statusNote(d)},
		}}}}
}

func statusNote(d dossier) string {
	if d.StatusText == "" {
		return "the record gives none"
	}
	return "as received: " + d.StatusText
}

func (h Handlers) lastSync(d dossier) view.Part {
	part := view.Part{Card: ui.Card{Title: "Last sync that brought something",
		Text: "Runs that found the account unchanged are only counted."}}
	r := d.LastResult
	if r == nil {
		part.Card.Text = "None yet: no run has changed, held or failed this account."
		return part
	}
	items := []ui.Definition{
		{Term: "Run", Value: ui.LinkCell(r.Kind+" run", at.SyncRun(r.RunID))},
		{Term: "When", Value: ui.Of(h.moment(r.At))},
		{Term: "Outcome", Value: ui.BadgeCell(r.Outcome, outcomeTones[r.Outcome])},
		ui.Fact("Counts", fmt.Sprintf("%d added, %d changed, %d unchanged, %d gone, %d held", r.Added, r.Changed,
			r.Unchanged, r.Gone, r.Held)),
	}
	if r.Cause != "" {
		items = append(items, ui.Definition{Term: "Cause", Value: ui.TextCell(r.Cause), Note: r.Advice})
	}
	if r.RequestID != "" {
		items = append(items, ui.Definition{Term: "Distributor's request id",
			Value: ui.Cell{Text: r.RequestID, Mono: true}})
	}
	part.Content = []templ.Component{ui.DefinitionList{Items: items}}
	return part
}

var outcomeTones = map[string]ui.Tone{"changed": ui.Info, "failed": ui.Bad, "held": ui.Warn}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func filled(all ...string) []string {
	var out []string
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
