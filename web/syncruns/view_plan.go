package syncruns

import (
	"fmt"

	"github.com/shopspring/decimal"

	"seatledger/internal/money"
	"seatledger/internal/syncing"
	"seatledger/internal/syncing/guard"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"

	view "seatledger/views/syncruns"
)

// settling offers to apply exactly what is shown, or to discard it.
func (h Handlers) settling(r record) (apply *ui.ConfirmForm, discard *ui.PostButton) {
	if !r.plan.Waits(r.State) {
		return nil, nil
	}
	apply = &ui.ConfirmForm{
		Action: Path(r.ID) + "/apply", Hidden: []ui.Pair{{Name: "digest", Value: r.plan.Digest}},
		Title: "Apply exactly this?",
		Text: "What is listed below is carried out as it was read, with the day of the reading. If any of it was " +
			"changed here meanwhile, nothing is applied and both are shown.",
		Button: "Apply what is shown",
	}
	for _, g := range r.groups {
		apply.Effects = append(apply.Effects, ui.Definition{Term: kindWords[string(g.Kind)],
			Value: ui.TextCell(groupText(r, g))})
	}
	return apply, &ui.PostButton{Button: ui.Button{Text: "Discard plan", Action: Path(r.ID) + "/discard"}}
}

func groupText(r record, g guard.Group) string {
	noun := "subscriptions"
	if r.Kind == syncing.Accounts {
		return fmt.Sprintf("%d customers", g.Subscriptions)
	}
	s := fmt.Sprintf("%d %s of %d customers", g.Subscriptions, noun, g.Customers)
	if g.SeatsLost > 0 {
		s += fmt.Sprintf(", %d seats fewer", g.SeatsLost)
	}
	if g.SeatsGained > 0 {
		s += fmt.Sprintf(", %d seats more", g.SeatsGained)
	}
	if m := guard.Money(g.Month); m != "" {
		s += ", " + m + " a month"
	}
	return s
}

var kindWords = map[string]string{
	"new": "New", "ended": "End", "back": "Come back", "gone": "Gone", "seats_lost": "Fewer seats",
	"seats_gained": "More seats", "surge": "Sudden growth", "cost": "Cost", "currency": "Currency",
	"product": "Product", "term": "Term or rhythm", "dates": "Dates", "renewed": "Renewed", "moved": "Moved",
	"not_sent": "No longer sent", "renumbered": "New id where others vanished", "name": "Name", "tenant": "Tenant id",
	"details": "Details", "twice": "Listed twice",
}

var rowTones = map[syncing.RowState]ui.Badge{
	syncing.RowWaits:    {Text: "Not proved gone", Tone: ui.Warn},
	syncing.RowConflict: {Text: "Conflict", Tone: ui.Bad},
	syncing.RowRefused:  {Text: "Not applied", Tone: ui.Bad},
	syncing.RowPlanned:  {Text: "Would change", Tone: ui.Info},
	syncing.RowApplied:  {Text: "Applied", Tone: ui.Good},
}

// changes lists by name what went, came back, moved or is in conflict; of a plan that waits, all that it would do.
func changes(r record) *view.Causes {
	if len(r.changes) == 0 {
		return nil
	}
	card := ui.Card{Title: "What went, came back, moved or is in doubt", Flush: true, ID: "changes"}
	if r.plan.Waits(r.State) {
		card.Title = "What would change"
	}
	if r.changesTotal > len(r.changes) {
		card.Text = fmt.Sprintf("%d of %d, the weightiest first.", len(r.changes), r.changesTotal)
	}
	t := ui.Table{Caption: card.Title, Plain: true, Columns: []ui.Column{{Label: changedNoun(r)}, {Label: "Customer"},
		{Label: "What"}, {Label: "Seats", Numeric: true}, {Label: "Cost a month", Numeric: true}, {Label: "State"}}}
	for _, p := range r.changes {
		t.Rows = append(t.Rows, changeRow(r, p))
	}
	return &view.Causes{Card: card, Table: t}
}

func changedNoun(r record) string {
	if r.Kind == syncing.Accounts {
		return "Account"
	}
	return "Subscription"
}

func changeRow(r record, p syncing.PlannedRow) ui.Row {
	name := ui.Cell{Text: p.Name, Sub: p.ExternalID}
	if p.SubjectID.Valid {
		name.Href = at.Subscription(p.SubjectID.UUID)
		if r.Kind == syncing.Accounts {
			name.Href = at.Account(p.SubjectID.UUID)
		}
	}
	customer := ui.Cell{Text: p.AccountName, Sub: p.AccountExternalID}
	if p.AccountName == "" {
		customer = ui.TextCell(p.AccountExternalID)
	}
	what := ui.Cell{Text: p.Words, Sub: p.Why}
	return ui.Row{Cells: []ui.Cell{name, customer, what, seatsCell(p), monthCell(p),
		{Badges: []ui.Badge{rowTones[p.State]}}}}
}

func seatsCell(p syncing.PlannedRow) ui.Cell {
	if p.SeatsBefore == p.SeatsAfter {
		return ui.TextCell(itoa(p.SeatsAfter))
	}
	return ui.TextCell(fmt.Sprintf("%d → %d", p.SeatsBefore, p.SeatsAfter))
}

func monthCell(p syncing.PlannedRow) ui.Cell {
	before, after := amountText(p.MonthBefore, p.CurrencyBefore), amountText(p.MonthAfter, p.CurrencyAfter)
	switch {
	case before == after:
		return ui.TextCell(after)
	case before == "":
		return ui.TextCell(after)
	case after == "":
		return ui.TextCell(before + " → nothing")
	}
	return ui.TextCell(before + " → " + after)
}

func amountText(d decimal.NullDecimal, currency string) string {
	if !d.Valid {
		return ""
	}
	return money.Grouped(d.Decimal.Round(money.Digits(currency)), currency) + " " + currency
}

// settled says what became of a plan.
func (h Handlers) settled(r record) *ui.Callout {
	if r.plan.Settled == "" || r.plan.SettledAt == nil {
		return nil
	}
	c := &ui.Callout{Tone: ui.Info, Title: "The plan was " + r.plan.Settled,
		Text: fmt.Sprintf("By %s on %s.", r.plan.SettledBy, httpx.MomentText(*r.plan.SettledAt, h.Zone))}
	if r.plan.SettledRun == nil {
		c.Text += " Nothing of it was applied."
	}
	return c
}

func staleCallout(o *syncing.Outdated) *ui.Callout {
	return &ui.Callout{Tone: ui.Bad, Title: "Not applied", Text: o.Error() +
		" Below is what was shown beside what would change now. Sync again to get a new plan."}
}

func staleTable(o *syncing.Outdated) *view.Causes {
	const shown = 100
	t := ui.Table{Caption: "Shown and now", Plain: true, Columns: []ui.Column{{Label: "Subscription"},
		{Label: "Customer"}, {Label: "Shown"}, {Label: "Now"}}}
	for _, s := range o.Rows[:min(shown, len(o.Rows))] {
		name := s.Shown
		if name.ExternalID == "" {
			name = s.Now
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: name.Name, Sub: name.ExternalID}, ui.TextCell(s.Account),
			ui.TextCell(wordsOr(s.Shown.Words)), ui.TextCell(wordsOr(s.Now.Words))}})
	}
	return &view.Causes{Card: ui.Card{Title: fmt.Sprintf("Changed here meanwhile: %d", len(o.Rows)), Flush: true},
		Table: t}
}

func wordsOr(w string) string {
	if w == "" {
		return "no change"
	}
	return w
}
