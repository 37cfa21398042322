package invoices

import (
	"fmt"
	"strconv"

	"github.com/shopspring/decimal"

	"seatledger/internal/billing"
	"seatledger/internal/contract"
	"seatledger/internal/invoice"
	"seatledger/internal/money"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"

	view "seatledger/views/invoices"
)

func planOf(p billing.Plan, a asked, mayBill bool) *view.Plan {
	m := &view.Plan{Stats: planStats(p), Lines: planLines(p), Typed: typedLines(p), Exceptions: exceptions(p),
		LeftOut: leftOut(p)}
	if mayBill && !p.Empty() {
		m.Draft = draftForm(p, a)
	}
	return m
}

func planStats(p billing.Plan) ui.Stats {
	lines := len(p.Typed)
	for _, it := range p.Items {
		lines += len(it.Lines)
	}
	return ui.Stats{
		{Label: "Total, net", Value: sum(p.Total, p.Contract.Currency).Amount, Unit: p.Contract.Currency,
			Note: covered(p)},
		{Label: "Subscriptions", Value: strconv.Itoa(len(p.Items)), Note: fmt.Sprintf("%d lines", lines)},
		{Label: "Seat-days billed", Value: strconv.Itoa(p.Days.Billed),
			Note: fmt.Sprintf("forfeited since the last invoice: %d", p.Days.Forfeited)},
		{Label: "Left out", Value: strconv.Itoa(len(p.LeftOut)), Href: "#left-out",
			Tone: ui.Warn.If(len(p.LeftOut) > 0)},
	}
}

func planLines(p billing.Plan) ui.Table {
	t := ui.Table{Caption: "Lines of this run", Plain: true, Compact: true,
		Columns: []ui.Column{{Label: "Subscription"}, {Label: "Period", Nowrap: true}, {Label: "Days", Numeric: true},
			{Label: "Seats", Numeric: true}, {Label: "Unit price", Numeric: true}, {Label: "Amount", Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No lines", Text: "This run bills nothing of subscriptions."}}
	for _, it := range p.Items {
		for _, l := range it.Lines {
			cells := lineCells(invoice.LineRow{SubscriptionID: it.ID, ProductName: it.Name, PartNumber: it.PartNumber,
				Kind: l.Kind, FromDate: l.Period.From, ToDate: l.Period.To,
				Days: l.Period.Days(), Quantity: decimal.NewFromInt(int64(l.Seats)), UnitPrice: l.Price.Value.Decimal,
				PricePeriod: string(l.Price.Period), Amount: l.Amount, Currency: p.Contract.Currency})
			if it.Grew != nil {
				cells[3].Badges = []ui.Badge{{Text: "sudden growth", Tone: ui.Warn}}
			}
			if l.Late {
				cells[1].Badges = []ui.Badge{{Text: lateBecause(p, l.Period), Tone: ui.Warn}}
			}
			t.Rows = append(t.Rows, ui.Row{Cells: cells})
		}
	}
	return t
}

// typedLines are the lines of the run that a person typed.
func typedLines(p billing.Plan) *ui.Table {
	if len(p.Typed) == 0 {
		return nil
	}
	t := ui.Table{Caption: "Typed lines", Plain: true, Compact: true,
		Columns: []ui.Column{{Label: "Line"}, {Label: "Period", Nowrap: true},
			{Label: "Quantity", Numeric: true}, {Label: "Unit amount", Numeric: true},
			{Label: "Amount", Numeric: true}}}
	for _, l := range p.Typed {
		period := span(l.Period.From, l.Period.To)
		if l.Late {
			period.Badges = []ui.Badge{{Text: lateBecause(p, l.Period), Tone: ui.Warn}}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell(l.Text), period,
			ui.TextCell(money.Plain(l.Quantity)),
			ui.Of(sum(l.UnitAmount, p.Contract.Currency)), ui.Of(sum(l.Amount, p.Contract.Currency))}})
	}
	return &t
}

// exceptions are what is billed although its sign-off lapsed (RULES 7).
func exceptions(p billing.Plan) *ui.Table {
	t := ui.Table{Caption: "Exceptions", Plain: true,
		Columns: []ui.Column{{Label: "Subscription"}, {Label: "Why the sign-off lapsed"}}}
	for _, it := range p.Items {
		if it.Exception != "" {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: it.Name, Href: at.Subscription(it.ID),
				Sub: it.ExternalID}, ui.TextCell(it.Exception)}})
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return &t
}

func leftOut(p billing.Plan) *ui.Table {
	if len(p.LeftOut) == 0 {
		return nil
	}
	t := ui.Table{Caption: "Left out", Plain: true,
		Columns: []ui.Column{{Label: "Subscription"}, {Label: "Why"}, {Label: "Would come to", Numeric: true}}}
	for _, l := range p.LeftOut {
		worth := ui.Cell{Text: "unknown", Muted: true}
		if l.Amount.Valid {
			worth = ui.Of(sum(l.Amount.Decimal, p.Contract.Currency))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: l.Name, Href: at.Subscription(l.ID),
			Sub: l.ExternalID + ", " + l.Provider}, ui.TextCell(l.Says), worth}})
	}
	return &t
}

func draftForm(p billing.Plan, a asked) *view.Draft {
	d := &view.Draft{Form: ui.Form{
		Action: contractPath(p.Contract.ID) + "/invoices", Save: "Make the draft", Cancel: contractPath(p.Contract.ID),
		Hidden: []ui.Pair{{Name: "kind", Value: string(p.Kind)}, {Name: "period_end", Value: p.Period.To.String()},
			{Name: "digest", Value: p.Digest}},
	}}
	if n, amount := p.Late(); n > 0 {
		d.Late = &ui.Field{
			Kind: ui.Checkbox, Name: "earlier", Error: a.problems["earlier"],
			Hint: "They are marked in the list. Untouched, nothing is made.",
			Label: fmt.Sprintf("Bill also what begins before this cycle or changes days that were paid: %s, %s %s",
				words.Counted(n, "line"), sum(amount, p.Contract.Currency).Amount, p.Contract.Currency),
		}
	}
	if grown := p.Grown(); len(grown) > 0 {
		d.Growth = &ui.Field{
			Kind: ui.Checkbox, Name: "growth", Error: a.problems["growth"],
			Hint:  "It is marked in the list. Untouched, nothing is made.",
			Label: "Bill also what grew suddenly: " + words.Counted(len(grown), "subscription"),
		}
	}
	return d
}

// covered is the period that the lines of a run really cover.
func covered(p billing.Plan) string {
	days := p.Covers
	if p.Empty() {
		days = p.Period
	}
	return days.From.String() + " to " + days.To.String()
}

func lateBecause(p billing.Plan, days contract.Period) string {
	if days.From.Before(p.Period.From) {
		return "before this cycle"
	}
	return "changes paid days"
}
