package dashboard

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/figures"
	"seatledger/internal/ledger"
	"seatledger/internal/listing"
	"seatledger/internal/money"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/dashboard"
)

// moneyPath is the page of what was billed month by month.
const moneyPath = at.Money

func (b *board) readMoney(ctx context.Context, db *gorm.DB) (err error) {
	if b.money, err = figures.NowOf(ctx, db, b.today()); err != nil {
		return err
	}
	b.unbilled, err = ledger.All.Count(ctx, db, ledger.All.Ask(listing.Values{"billing_state": "open"}), 0)
	return err
}

// billedAt is the list of what is billed by the month today, narrowed further.
func (b *board) billedAt(name, value string) string {
	return subscriptionsAt(listing.Values{"billed_on": b.today().String(), name: value})
}

// moneyGroup is what comes in and goes out, and what is still to be done for it.
func (b *board) moneyGroup() view.Group {
	n := b.money
	g := view.Group{Card: ui.Card{Title: "Money",
		Text: "A month at the prices and costs of today, for the seats that count today, of what is signed and billed. " +
			"One-time purchases and usage stand outside.",
		Actions: []templ.Component{ui.LinkButton{Text: "What is due", Href: at.Billing, Compact: true},
			ui.LinkButton{Text: "Month by month", Href: moneyPath, Compact: true}}}}
	g.Stats = append(g.Stats, b.monthly("Monthly revenue", "sold_in", "no_price", n.Revenue, ui.Neutral)...)
	g.Stats = append(g.Stats, b.monthly("Monthly cost", "bought_in", "no_cost", n.Cost, ui.Neutral)...)
	g.Stats = append(g.Stats, b.monthly("Monthly margin", "margin_in", "no_margin", n.Margin, ui.Good)...)
	g.Stats = append(g.Stats, sums("Drafts", "net", n.Drafts, ui.Info, "state", "draft")...)
	g.Stats = append(g.Stats, sums("Open", "with tax", n.Open, ui.Neutral, "state", "billed")...)
	g.Stats = append(g.Stats, sums("Overdue", "with tax", n.Overdue, ui.Bad, "state", "billed", "due_before",
		b.today().String())...)
	g.Stats = append(g.Stats, b.unbilledStat())
	return g
}

var unknownLabels = map[string]string{"no_price": "Billed, price not known", "no_cost": "Billed, cost not known",
	"no_margin": "Billed, margin not known"}

func (b *board) monthly(label, filter, unknown string, all []figures.Figure, tone ui.Tone) ui.Stats {
	var out ui.Stats
	for _, f := range all {
		if f.Currency == "" {
			out = append(out, figure(unknownLabels[unknown], f.Rows, b.billedAt("money", unknown), ui.Warn))
			continue
		}
		out = append(out, moneyStat(label, "subscriptions", f, b.billedAt(filter, f.Currency), tone))
	}
	return out
}

// sums are what invoices come to in each currency.
func sums(label, what string, all []figures.Figure, tone ui.Tone, filter ...string) ui.Stats {
	var out ui.Stats
	for _, f := range all {
		s := moneyStat(label, "invoices, "+what, f, to(at.Invoices, append(filter, "currency", f.Currency)...), tone)
		out = append(out, s)
	}
	if len(out) == 0 {
		out = append(out, figure(label, 0, to(at.Invoices, filter...), tone))
	}
	return out
}

func moneyStat(label, of string, f figures.Figure, href string, tone ui.Tone) ui.Stat {
	s := ui.Stat{Label: label, Value: grouped(f.Amount, f.Currency), Unit: f.Currency, Href: href, Tone: tone,
		Note: words.Count(f.Rows) + " " + of}
	if f.Rows == 1 {
		s.Note = "1 " + one(of)
	}
	if f.Amount.IsNegative() && tone == ui.Good {
		s.Tone = ui.Bad
	}
	return s
}

// one is the singular of what a note counts.
func one(of string) string {
	switch {
	case of == "subscriptions":
		return "subscription"
	default:
		return "invoice" + of[len("invoices"):]
	}
}

// unbilledStat is what the ledger has that no invoice and no other system has billed yet.
func (b *board) unbilledStat() ui.Stat {
	return figure("Changes not billed yet", b.unbilled, to(at.Changes, "billing_state", "open"), ui.Info)
}

// monthsBack is how far back the page of months goes, besides the month of today and the two that follow: what is
// billed in advance lies ahead.
const (
	monthsBack  = 12
	monthsAhead = 3
)

// Money is the page of what was billed for each month, and what is billed at a loss.
func (h Handlers) Money(c echo.Context) error {
	ctx := c.Request().Context()
	today := clock.Today(h.Clock, h.Zone)
	first := clock.NewDate(today.Year(), today.Month(), 1)
	from, before := first.AddMonths(-monthsBack), first.AddMonths(monthsAhead)
	var months []figures.Month
	var seats []figures.Seats
	var losses []figures.Loss
	err := h.DB.Snapshot(ctx, func(tx *gorm.DB) (err error) {
		if months, seats, err = figures.Months(ctx, tx, from, before); err != nil {
			return err
		}
		losses, err = figures.Losses(ctx, tx, today, mostLosses)
		return err
	})
	if err != nil {
		return err
	}
	m := view.Money{Page: session.Page(c, "Money by month", "Dashboard")}
	m.Page.Crumbs = []layout.Crumb{{Label: "Dashboard", Href: "/"}}
	m.Page.Lead = "What billed invoices say of each month, by the days of their lines: a line over two months counts in " +
		"both, by its days. Amounts are net."
	m.Parts = moneyParts(span(from, before), months, seats)
	m.Losses, m.LossTable = lossCard(today, losses)
	return httpx.Render(c, http.StatusOK, m.View())
}

const mostLosses = 10

func span(from, before clock.Date) []clock.Date {
	var out []clock.Date
	for d := from; d.Before(before); d = d.AddMonths(1) {
		out = append(out, d)
	}
	return out
}

func monthLabel(d clock.Date) string { return d.Month().String()[:3] + " " + strconv.Itoa(d.Year()) }

// linesAt are the lines that a month's revenue is made of.
func linesAt(month clock.Date, currency string) string {
	return to(at.InvoiceLines, "state", "issued", "month", month.String(), "currency", currency)
}

// moneyParts is a chart of money for each currency, and one of the seats.
func moneyParts(months []clock.Date, all []figures.Month, seats []figures.Seats) []view.MoneyPart {
	var parts []view.MoneyPart
	for i := 0; i < len(all); {
		currency := all[i].Currency
		by := map[clock.Date]figures.Month{}
		for ; i < len(all) && all[i].Currency == currency; i++ {
			by[all[i].Month] = all[i]
		}
		parts = append(parts, view.MoneyPart{
			Card: ui.Card{Title: "Revenue, cost and margin in " + currency,
				Text: "Cost is what the distributor asked for the same seats on a line's first day, as it was known when " +
					"the line was made. A line whose cost is not known in " + currency + " is in no margin."},
			Chart: moneyChart(currency, months, by)})
	}
	if len(seats) > 0 {
		parts = append(parts, view.MoneyPart{Card: ui.Card{Title: "Seats billed",
			Text: "The seats on the lines of billed invoices, as the average of the days of a month."},
			Chart: seatChart(months, seats)})
	}
	return parts
}

func moneyChart(currency string, months []clock.Date, by map[clock.Date]figures.Month) ui.Chart {
	c := ui.Chart{Series: []string{"Revenue", "Cost", "Margin"}, Table: ui.Table{
		Caption: "Revenue, cost and margin by month in " + currency, Plain: true, Compact: true,
		Columns: []ui.Column{{Label: "Month"}, {Label: "Revenue", Numeric: true}, {Label: "Cost", Numeric: true},
			{Label: "Margin", Numeric: true}, {Label: "Revenue without a known cost", Numeric: true}}}}
	sc := scale{currency: currency}
	for _, d := range months {
		m, some := by[d]
		label := monthLabel(d)
		known := some && !m.Uncosted.Equal(m.Revenue)
		c.Groups = append(c.Groups, ui.ChartGroup{Label: label, Bars: []ui.ChartBar{
			sc.bar("Revenue "+label, m.Revenue, !some), sc.bar("Cost "+label, m.Cost, !known),
			sc.bar("Margin "+label, m.Margin(), !known)}})
		row := ui.Row{Cells: []ui.Cell{ui.TextCell(label), {}, {}, {}, {}}}
		if some {
			row.Cells[1] = ui.LinkCell(grouped(m.Revenue, currency), linesAt(d, currency))
			if known {
				row.Cells[2] = ui.TextCell(grouped(m.Cost, currency))
				row.Cells[3] = ui.TextCell(grouped(m.Margin(), currency))
			}
			row.Cells[4] = ui.TextCell(grouped(m.Uncosted, currency))
		}
		c.Table.Rows = append(c.Table.Rows, row)
	}
	c.Highest, c.Lowest = sc.ends()
	c.Says = fmt.Sprintf("Bars of revenue, cost and margin in %s for each month from %s to %s. The figures stand in the "+
		"table below.", currency, c.Groups[0].Label, c.Groups[len(c.Groups)-1].Label)
	return c
}

func seatChart(months []clock.Date, seats []figures.Seats) ui.Chart {
	by := map[clock.Date]figures.Seats{}
	for _, s := range seats {
		by[s.Month] = s
	}
	c := ui.Chart{Series: []string{"Seats"},
		Table: ui.Table{Caption: "Seats billed by month", Plain: true, Compact: true,
			Columns: []ui.Column{{Label: "Month"}, {Label: "Seats", Numeric: true}}}}
	var sc scale
	for _, d := range months {
		s, some := by[d]
		label := monthLabel(d)
		c.Groups = append(c.Groups, ui.ChartGroup{Label: label,
			Bars: []ui.ChartBar{sc.bar("Seats "+label, s.Seats, !some)}})
		cell := ui.Cell{}
		if some {
			cell = ui.TextCell(sc.words(s.Seats))
		}
		c.Table.Rows = append(c.Table.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell(label), cell}})
	}
	c.Highest, c.Lowest = sc.ends()
	c.Says = fmt.Sprintf("Bars of the seats billed in each month from %s to %s. The figures stand in the table below.",
		c.Groups[0].Label, c.Groups[len(c.Groups)-1].Label)
	return c
}

func lossCard(today clock.Date, all []figures.Loss) (ui.Card, ui.Table) {
	card := ui.Card{Title: "Billed below cost", Flush: true,
		Text: fmt.Sprintf("The greatest losses a month, at most %d of each currency.", mostLosses)}
	t := ui.Table{Caption: "Greatest losses a month", Plain: true, Columns: []ui.Column{{Label: "Subscription"},
		{Label: "Seats", Numeric: true}, {Label: "Price", Numeric: true}, {Label: "Cost", Numeric: true},
		{Label: "A month", Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing is billed below cost",
			Text: "Of what is billed today and whose price and cost are known in one currency."}}
	if len(all) > 0 {
		card.Actions = []templ.Component{ui.LinkButton{Text: "All with a finding about the margin", Compact: true,
			Href: subscriptionsAt(listing.Values{"check": "margin", "billed_on": today.String()})}}
	}
	for _, l := range all {
		name := l.Product
		if name == "" {
			name = l.ExternalID
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: name, Href: at.Subscriptions + "/" + l.ID, Sub: l.CRMAccount}, ui.TextCell(words.Count(l.Seats)),
			ui.Of(ui.Money{Amount: money.Grouped(l.Price.Round(4), l.Currency), Currency: l.Currency}),
			ui.Of(ui.Money{Amount: money.Grouped(l.Cost.Round(4), l.Currency), Currency: l.Currency}),
			ui.Of(ui.Money{Amount: grouped(l.Month, l.Currency), Currency: l.Currency})}})
	}
	return card, t
}
