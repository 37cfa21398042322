package cutovers

import (
	"fmt"

	"seatledger/internal/clock"
	"seatledger/internal/cutover"
	"seatledger/internal/cutover/proof"
	"seatledger/internal/words"
	"seatledger/views/ui"

	view "seatledger/views/cutovers"
)

// A drawing is 100 high: seats stand in the upper part, the verdicts are a band below.
const (
	seatsHigh = 84
	bandAt    = 88
	bandHigh  = 12
)

func legend() []view.LegendEntry {
	return []view.LegendEntry{{Class: "seatline__before", Text: "seats of the old subscriptions"},
		{Class: "seatline__after", Text: "seats of the new ones"}, {Class: "seatline__ok", Text: "ok"},
		{Class: "seatline__acknowledged", Text: "acknowledged"},
		{Class: "seatline__waiting", Text: "waiting"}, {Class: "seatline__changed", Text: "changed"},
		{Class: "seatline__undecided", Text: "undecided"}, {Class: "seatline__gap", Text: "gap or double"}}
}

func proved(run cutover.Run, i int, p proof.Customer) view.ProvedCustomer {
	day := "none yet"
	if !p.SwitchDay.IsZero() {
		day = p.SwitchDay.String()
	}
	m := view.ProvedCustomer{Card: ui.Card{Title: p.CRMAccount, Badges: []ui.Badge{verdicts[p.Worst()], steps[p.Step]}},
		Facts: ui.DefinitionList{Columns: 2, Items: []ui.Definition{
			ui.Fact("Switch day", day), ui.Fact("Seats, before and after",
				fmt.Sprintf("%d and %d", p.SeatsBefore, p.SeatsAfter))}}}
	m.Card.Actions = append(m.Card.Actions,
		ui.LinkButton{Text: "Open the pairing", Href: customerPath(run.ID, p.CRMAccountID), Compact: true})
	for _, x := range p.Months {
		m.Facts.Items = append(m.Facts.Items,
			ui.Fact("Per month, before and after", sum(x.Before, x.Currency)+" and "+sum(x.After, x.Currency)))
	}
	if p.Forfeited > 0 {
		m.Facts.Items = append(m.Facts.Items,
			ui.Fact("Forfeited seat-days", fmt.Sprintf("%d, of them %d from the switch on", p.Forfeited, p.Late)))
	}
	for j, product := range p.Products {
		m.Products = append(m.Products,
			view.ProvedProduct{Name: product.Name, Part: product.Key, Badges: []ui.Badge{verdicts[product.Worst]},
				Drawing: drawing(fmt.Sprintf("p%d-%d", i, j), p, product), Segments: segmentTable(p, product)})
	}
	return m
}

func drawing(id string, c proof.Customer, p proof.Product) view.Drawing {
	from, to := p.From(), p.To()
	d := view.Drawing{ID: id, Title: fmt.Sprintf("Seats of %s of %s by day", p.Name, c.CRMAccount),
		Days: max(from.DaysUntil(to), 1), Turn: -1, Top: 1,
		From: from.String(), To: to.AddDays(-1).String(), Desc: "The table below has the same figures. " + worstText(p)}
	for _, s := range p.Segments {
		d.Top = max(d.Top, s.Before+s.After)
	}
	d.Most = "up to " + words.Counted(d.Top, "seat", "seats")
	if t := c.SwitchDay; !t.IsZero() && !t.Before(from) && t.Before(to) {
		d.Turn = from.DaysUntil(t)
		d.Most += ", switch on " + t.String()
	}
	for _, s := range p.Segments {
		d.Bars = append(d.Bars, bars3(d, from, s)...)
	}
	return d
}

func worstText(p proof.Product) string {
	if p.Worst == proof.OK {
		return "Every day is covered exactly once."
	}
	return "The worst of its days is " + string(p.Worst) + "."
}

// bars3 are the seats of both sides, one upon the other, and the verdict below.
func bars3(d view.Drawing, from clock.Date, s proof.Segment) []view.Bar {
	x, width := from.DaysUntil(s.From), s.Days()
	before, both := seatsHigh*s.Before/d.Top, seatsHigh*(s.Before+s.After)/d.Top
	out := []view.Bar{{Class: "seatline__" + string(s.Verdict), X: x, Width: width, Y: bandAt, Height: bandHigh}}
	if before > 0 {
		out = append(out, view.Bar{Class: "seatline__before", X: x, Width: width, Y: seatsHigh - before,
			Height: before})
	}
	if both > before {
		out = append(out, view.Bar{Class: "seatline__after", X: x, Width: width, Y: seatsHigh - both,
			Height: both - before})
	}
	return out
}

func segmentTable(c proof.Customer, p proof.Product) ui.Table {
	t := ui.Table{Caption: "Days of " + p.Name + " of " + c.CRMAccount, Plain: true, Compact: true,
		Columns: []ui.Column{{Label: "Days", Nowrap: true}, {Label: "How many", Numeric: true},
			{Label: "Seats, old", Numeric: true}, {Label: "Seats, new", Numeric: true},
			{Label: "Billed, old", Numeric: true}, {Label: "Billed, new", Numeric: true}, {Label: "Verdict"},
			{Label: "Why"}}}
	for _, s := range p.Segments {
		tone := ui.Neutral
		if s.Verdict.Blocks() {
			tone = verdicts[s.Verdict].Tone
		}
		t.Rows = append(t.Rows, ui.Row{Tone: tone, Cells: []ui.Cell{ui.TextCell(period(s.From, s.To)),
			ui.TextCell(itoa(s.Days())), ui.TextCell(itoa(s.Before)), ui.TextCell(itoa(s.After)),
			ui.TextCell(itoa(s.Billed.Before)), ui.TextCell(itoa(s.Billed.After)),
			{Badges: []ui.Badge{verdicts[s.Verdict]}}, ui.TextCell(s.Why)}})
	}
	return t
}
