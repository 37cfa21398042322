package subscriptions

import (
	"strconv"
	"strings"

	"seatledger/internal/account"
	"seatledger/internal/distributor"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/plan"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"

	view "seatledger/views/subscriptions"
)

func version(s sheet) string { return strconv.Itoa(s.Version) }

// provider is what the distributor says; only a sync changes it.
func (h Handlers) provider(s sheet) view.Facts {
	f := view.Facts{Card: ui.Card{Title: "At the distributor", Text: "Only a sync changes this.",
		Badges: []ui.Badge{statusBadge(s)}}}
	if s.Connector == "manual" {
		f.Card.Text = "Entered by hand."
	}
	f.Items = ui.DefinitionList{Columns: 2, Items: []ui.Definition{
		{Term: "Status", Value: ui.TextCell(string(s.Status)), Note: received(s.StatusText, string(s.Status))},
		{Term: "Account", Value: ui.LinkCell(called(s.AccountName, s.AccountExternalID),
			at.Account(s.AccountID)), Note: s.AccountExternalID},
		{Term: "Product", Value: ui.TextCell(s.ProductName), Note: s.Vendor},
		{Term: "Part number", Value: ui.Cell{Text: s.PartNumber, Mono: true}},
		{Term: "SKU", Value: ui.Cell{Text: s.SKU, Mono: true}},
		ui.Fact("Kind", kinds[s.Kind]), ui.Fact("Seats", words.Count(s.Quantity)),
		{Term: "Cost", Value: ui.Of(moneyOf(s.UnitCost, s.CostCurrency, s.CostPeriod)), Note: assumed(s)},
		{Term: "Suggested price", Value: ui.TextCell(worded(s.SuggestedPrice, s.CostCurrency, s.CostPeriod)),
			Note: "never used by itself"},
		{Term: "Term", Value: ui.TextCell(string(s.Term)), Note: received(s.TermText, string(s.Term))},
		{Term: "Billed", Value: ui.TextCell(string(s.Frequency)), Note: received(s.FrequencyText, string(s.Frequency))},
		{Term: "Start", Value: ui.TextCell(s.Start.String()), Note: unreadNote(s.StartText, s.StartUnread())},
		{Term: "End", Value: ui.TextCell(s.End.String()), Note: endNote(s)},
		ui.Fact("Renews by itself", renewsText(s)), ui.Fact("Current term since", s.TermStart.String()),
		{Term: "Distributor's contract", Value: ui.Cell{Text: s.ContractNo, Mono: true}},
		{Term: "Vendor's id", Value: ui.Cell{Text: s.VendorSubscriptionID, Mono: true}},
		{Term: "These facts since", Value: ui.Of(h.moment(s.FactsAt)), Note: requestNote(s)},
	}}
	if s.run != nil {
		f.Items.Items = append(f.Items.Items, ui.Definition{Term: "Last sync",
			Value: ui.Cell{Text: s.run.At.In(h.Zone).Format("2 Jan 2006 15:04 MST"),
				Href: at.SyncRun(s.run.RunID)}, Note: s.run.State})
	}
	f.Items.Items = given(f.Items.Items)
	return f
}

// unreadNote tells of a date that was given as a text that cannot be read.
func unreadNote(text string, open bool) string {
	switch {
	case text == "":
		return ""
	case open:
		return "received as “" + text + "”, which cannot be read"
	}
	return "received as “" + text + "”; a person said the day"
}

// endNote tells what the end date means, and whether that is a guess (RULES 2).
func endNote(s sheet) string {
	if s.EndText != "" {
		return unreadNote(s.EndText, s.EndUnread())
	}
	on, guessed := s.FirstDayWithout(s.EndDateMeans)
	switch {
	case s.End.IsZero():
		return ""
	case !s.EndsOn.IsZero():
		return "it ends then: no seat from " + s.EndsOn.String() + " on"
	case guessed && s.EndDateMeans != "":
		return "taken as " + map[bool]string{true: "the day after the last one",
			false: "the last day"}[on == s.End] + map[bool]string{true: ", as set on the provider: a guess",
			false: ", as most records of this provider say: a guess"}[s.EndDateSet]
	case guessed:
		return "taken as the last day, a guess: the record does not tell"
	case on == s.End:
		return "the day after the last one, as its start and term tell"
	}
	return "the last day, as its start and term tell"
}

func renewsText(s sheet) string {
	switch {
	case s.AutoRenew == distributor.Yes:
		return "yes"
	case s.AutoRenew == distributor.No:
		return "no"
	}
	return "unknown"
}

// given leaves out what may well be missing, so that the eye finds what matters.
func given(all []ui.Definition) []ui.Definition {
	var out []ui.Definition
	for _, d := range all {
		optional := d.Term == "Suggested price" || d.Term == "SKU" || d.Term == "Vendor's id" ||
			d.Term == "Distributor's contract"
		if !optional || d.Value.Text != "" {
			out = append(out, d)
		}
	}
	return out
}

func statusBadge(s sheet) ui.Badge {
	tone := ui.Good
	switch {
	case s.Status == distributor.StatusMissing || s.Status == distributor.StatusUnknown:
		tone = ui.Bad
	case plan.Ends(s.Status):
		tone = ui.Neutral
	case s.Status != distributor.StatusActive:
		tone = ui.Warn
	}
	return ui.Badge{Text: string(s.Status), Tone: tone}
}

func received(text, word string) string {
	if sameWord(text, word) {
		return ""
	}
	return "received as “" + text + "”"
}

func sameWord(text, word string) bool {
	return text == "" || strings.EqualFold(strings.NewReplacer("-", "_", " ", "_").Replace(text), word)
}

func assumed(s sheet) string {
	var what []string
	if s.UnitCost.Valid && s.CostCurrencyAssumed {
		what = append(what, "currency assumed: the provider's default")
	}
	if s.UnitCost.Valid && s.CostPeriodAssumed {
		what = append(what, "period assumed: as set on the provider")
	}
	return strings.Join(what, "; ")
}

func requestNote(s sheet) string {
	if s.RequestID == "" {
		return ""
	}
	return "request " + s.RequestID
}

// local is what people and rules here say; no sync overwrites it.
func (h Handlers) local(s sheet) view.Facts {
	customer, contract := ui.Cell{}, ui.Cell{}
	if s.CRMAccountID.Valid {
		customer = ui.LinkCell(s.CRMAccount, at.CRMAccount(s.CRMAccountID.UUID))
	}
	if s.ContractID.Valid {
		contract = ui.LinkCell(s.Contract, at.Contract(s.ContractID.UUID))
	}
	items := []ui.Definition{
		{Term: "State", Value: ui.Cell{Badges: []ui.Badge{stateBadge(s.State, s.HoldReason, s.moved())}},
			Note: ended(s)},
		{Term: "Customer", Value: customer, Note: accountNote(s)},
		{Term: "Contract", Value: contract},
		{Term: "Price", Value: ui.TextCell(worded(s.UnitPrice, s.Currency, s.PricePeriod)), Note: origin(s)},
	}
	items = append(items, h.comingPrices(s)...)
	items = append(items, []ui.Definition{
		ui.Fact("Billable seats", words.Count(s.Billable())),
		{Term: "First billable day", Value: ui.TextCell(s.history.FirstDay().String()), Note: s.whyFirst()},
		{Term: "Billed through", Value: ui.TextCell(s.BilledThrough.String()),
			Note: note(!s.BilledThrough.IsZero(), "first day not yet billed")},
	}...)
	items = optional(items, "History since", s.HistorySince.String())
	if s.NoTwin {
		items = append(items, ui.Fact("Twin", "declared to be none"))
	}
	if s.MissingConfirmedAt != nil {
		items = append(items, ui.Definition{Term: "Confirmed gone", Value: ui.Of(h.moment(*s.MissingConfirmedAt))})
	}
	return view.Facts{Card: ui.Card{Title: "Here", Text: "No sync overwrites this."},
		Items: ui.DefinitionList{Items: items}}
}

func optional(items []ui.Definition, term, value string) []ui.Definition {
	if value == "" {
		return items
	}
	return append(items, ui.Fact(term, value))
}

func note(on bool, text string) string {
	if on {
		return text
	}
	return ""
}

func ended(s sheet) string {
	switch s.DeactivatedBy {
	case subscription.ByProvider:
		return "ended by the distributor, first day without seats " + s.DeactivatedOn.String()
	case subscription.ByPerson:
		return "deactivated by a person, first day without seats " + s.DeactivatedOn.String()
	case subscription.ByCutover:
		return "retired by the cut-over, first day without seats " + s.DeactivatedOn.String()
	}
	return ""
}

// whyFirst says why billing does not begin at its start.
func (s sheet) whyFirst() string {
	switch first := s.history.FirstDay(); {
	case first.IsZero() || first != s.BillableFrom:
		return ""
	case first == s.End || first == s.DeactivatedOn:
		return "it had ended when it was first seen; days before are nobody's here"
	}
	return "its switch day: days before belong to the old subscription"
}

// moved tells whether it is held only because it moved to an account that is mapped.
func (s sheet) moved() bool {
	return s.HoldReason == subscription.HoldUnmapped && s.AccountState == string(account.Mapped)
}

func accountNote(s sheet) string {
	if s.moved() {
		return "the account is mapped; a contract of its customer takes it in"
	}
	if s.AccountState == string(account.Mapped) {
		return "as the account is mapped"
	}
	return "the account is " + s.AccountState
}

func origin(s sheet) string {
	switch {
	case !s.UnitPrice.Valid:
		return ""
	case s.PriceByPerson:
		return "set by a person, an exception to the price list"
	case s.PriceItemID.Valid:
		return "from the price list, in force since " + s.ItemFrom.String()
	}
	return "from no price list"
}
