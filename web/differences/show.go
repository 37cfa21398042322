package differences

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/difference"
	"seatledger/internal/history"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/differences"
)

// Show is the page of one difference: bill lines, ledger days and invoice lines side by side, and what can be done.
func (h Handlers) Show(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	s, err := difference.Beside(ctx, h.Differences.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	return h.page(c, http.StatusOK, s, typed{})
}

func (h Handlers) page(c echo.Context, status int, s difference.Side, t typed) error {
	m := view.Show{Page: session.Page(c, s.Name(), nav), Facts: facts(s.Row), Sides: sides(s), Remarks: remarks(s)}
	m.Page.Kicker = s.Customer
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}}
	if s.Once.Sign() > 0 {
		m.Letter = &ui.CopyText{Label: "Text for the distributor", Value: s.Letter(), Block: true}
	}
	if mayDecide(c) {
		m.Steps = steps(s, t)
		var fields []ui.Field
		for _, step := range m.Steps {
			fields = append(fields, step.Fields...)
		}
		m.Summary = ui.Summarize(t.problems, fields...)
		m.Page.HasErrors = m.Summary.Any()
	}
	return httpx.Render(c, status, m.View())
}

func times(n int) string { return fmt.Sprintf("%d bills in a row", n) }

func remarks(s difference.Side) (out []ui.Callout) {
	if s.AgainWhy != "" {
		out = append(out, ui.Callout{Tone: ui.Warn, Title: "To decide again", Text: "It was " + s.AgainWhy + "."})
	}
	if s.Times >= difference.Comes {
		out = append(out, ui.Callout{Tone: ui.Warn, Title: "It comes back", Text: times(s.Times) +
			" have it, the first of them " +
			s.FirstBill + "."})
	}
	switch {
	case s.GoneAt != nil:
		out = append(out, ui.Callout{Tone: ui.Good, Title: "Bill, ledger and invoices agree by now",
			Text: "It is kept for what was decided about it."})
	case s.CreditLineID.Valid:
		out = append(out, ui.Callout{Tone: ui.Good, Title: "The credit came",
			Text: "A later bill gives back what was claimed."})
	}
	return out
}

func facts(r difference.Row) ui.DefinitionList {
	customer := ui.Cell{Text: r.Customer, Muted: true}
	if r.CRMAccountID.Valid {
		customer = ui.LinkCell(r.Customer, at.CRMAccount(r.CRMAccountID.UUID))
	}
	subscription := ui.TextCell(r.ExternalID)
	if r.SubscriptionID.Valid {
		subscription.Href = at.Subscription(r.SubscriptionID.UUID)
	}
	state := ui.Definition{Term: "State", Value: ui.BadgeCell(difference.StateWords[r.State], stateTones[r.State])}
	if r.DecidedAt != nil {
		state.Note = "by " + r.DecidedBy
		if r.Reason != "" {
			state.Note += ": " + r.Reason
		}
		if !r.UntilOn.IsZero() {
			state.Note += ", up to " + r.UntilOn.String()
		}
		if r.RuleID.Valid {
			state.Note += ", each month"
		}
		if r.Reference != "" {
			state.Note += ", reference " + r.Reference
		}
	}
	return ui.DefinitionList{Columns: 2, Items: []ui.Definition{
		{Term: "Kind", Value: ui.TextCell(difference.KindWords[r.Kind]), Note: r.Why},
		state,
		{Term: "On this bill", Value: amount(r.Once, r.Currency)}, {Term: "A month", Value: amount(r.Month,
			r.Currency)},
		{Term: "Customer", Value: customer},
		{Term: "Subscription", Value: subscription, Note: r.Product + " " + r.PartNumber},
		{Term: "Bill", Value: ui.LinkCell(r.Bill, at.SupplierBill(r.BillID)), Note: r.Provider},
		{Term: "Since", Value: ui.TextCell(r.Since.String()), Note: "found on " + r.FoundAt.Format(time.DateOnly)},
		ui.Fact("On our invoice", reachedWords[r.Reached]), ui.Fact("Owner", r.Owner),
	}}
}

// sides are the three witnesses.
func sides(s difference.Side) []view.Side {
	return []view.Side{billSide(s), ledgerSide(s), salesSide(s)}
}

func span(from, to clock.Date) ui.Cell {
	switch {
	case from.IsZero():
		return ui.TextCell("once")
	case to.IsZero():
		return ui.TextCell(from.String())
	}
	return ui.Cell{Text: from.String(), Sub: "to " + to.AddDays(-1).String()}
}

var ways = map[string]string{"person": "by a person", "id": "by id", "vendor": "by the vendor's id",
	"order": "by order",
	"facts": "by what it says", "sums": "in sums", "customer": "by customer only", "none": "with nothing here"}

func billSide(s difference.Side) view.Side {
	t := ui.Table{Caption: "Lines of the bill", Plain: true, Compact: true, Columns: []ui.Column{{Label: "Line"},
		{Label: "Days"},
		{Label: "Quantity", Numeric: true}, {Label: "Unit price", Numeric: true}, {Label: "Amount", Numeric: true},
		{Label: "Matched"}, {Label: "Beside the ledger"}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No line of the bill"}}
	for _, l := range s.Lines {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: l.Line, Sub: l.Charge}, span(l.FromOn, l.ToOn),
			ui.TextCell(plain(l.Quantity)), ui.TextCell(plain(l.UnitPrice)), amount(l.Amount, l.Currency),
			{Text: fmt.Sprintf("%s, %d %%", ways[l.Way], l.Certainty), Sub: l.Reasons},
			{Text: answers[l.Answer], Sub: l.AnswerWhy}}})
	}
	return view.Side{Card: ui.Card{Title: "The bill", Text: s.Bill, Flush: true}, Table: t}
}

var answers = map[string]string{"equal": "equal", "different": "different", "incomparable": "not comparable"}

func ledgerSide(s difference.Side) view.Side {
	t := ui.Table{Caption: "Days of the ledger", Plain: true, Compact: true, Columns: []ui.Column{{Label: "Days"},
		{Label: "Seats", Numeric: true}, {Label: "Billed elsewhere", Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "The ledger has no such subscription"}}
	for _, d := range s.Ledger {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{span(d.From, d.To), ui.TextCell(words.Count(d.Counted)),
			outside(d)}})
	}
	return view.Side{Card: ui.Card{Title: "The ledger", Flush: true}, Table: t}
}

func outside(d history.Span) ui.Cell {
	if d.Outside == 0 {
		return ui.Cell{}
	}
	return ui.TextCell(words.Count(d.Outside))
}

func salesSide(s difference.Side) view.Side {
	t := ui.Table{Caption: "Lines of our invoices", Plain: true, Compact: true,
		Columns: []ui.Column{{Label: "Invoice"},
			{Label: "Days"}, {Label: "Seats", Numeric: true}, {Label: "Price", Numeric: true}, {Label: "Amount",
				Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "On no invoice"}}
	for _, l := range s.Sales {
		number := l.NumberText
		if number == "" {
			number = "Draft"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: number, Href: at.Invoice(l.InvoiceID), Sub: l.State},
			span(l.FromDate, l.ToDate), ui.TextCell(strconv.Itoa(l.Seats)),
			ui.Of(httpx.Amount(decimal.NewNullDecimal(l.UnitPrice), l.Currency, l.PricePeriod)), amount(l.Amount,
				l.Currency)}})
	}
	return view.Side{Card: ui.Card{Title: "Our invoices", Flush: true}, Table: t}
}
