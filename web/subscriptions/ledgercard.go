package subscriptions

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"

	view "seatledger/views/subscriptions"
)

// ledger is every row in the order of effect, with the sum of what counts.
func (h Handlers) ledger(c echo.Context, s sheet) view.Part {
	p := view.Part{Card: ui.Card{Title: "Ledger", ID: "ledger", Flush: true,
		Text: fmt.Sprintf("Counted rows sum to %s.", words.Counted(s.LedgerQuantity, "seat", "seats")),
		Actions: []templ.Component{ui.LinkButton{Text: "CSV", Href: "/changes.csv?subscription=" + s.ID.String(),
			Icon: "download", Compact: true, Weight: ui.Quiet, Download: true}}}}
	p.Table = ui.Table{Caption: "Ledger", Compact: true, Columns: []ui.Column{
		{Label: "Effective", Nowrap: true}, {Label: "Event"}, {Label: "Change", Numeric: true},
		{Label: "Seats", Numeric: true}, {Label: "Price", Numeric: true}, {Label: "Billing"}, {Label: "Recorded"},
	}}
	for _, e := range s.ledger {
		p.Table.Rows = append(p.Table.Rows, h.entry(c, s, e))
	}
	p.Table.Sums = []ui.Cell{{Text: "Counted", Span: 3}, {Text: words.Count(s.LedgerQuantity)}, {Span: 3}}
	return p
}

func (h Handlers) entry(c echo.Context, s sheet, e ledger.Entry) ui.Row {
	effective := ui.Cell{Text: e.EffectiveAt.String()}
	if e.Estimated {
		effective.Badges = []ui.Badge{{Text: "estimated", Tone: ui.Warn,
			Title: "The distributor gives no date; this is the day it was seen"}}
	}
	if e.Counted && correctable(e) && mayDeclare(c) {
		effective.Href = recordPath(s.ID) + "/changes/" + e.ID.String() + "/correct"
		effective.Sub = "correct"
	}
	after := ui.TextCell(words.Count(e.Running))
	billing := ui.Cell{Badges: []ui.Badge{{Text: string(e.BillingState)}}}
	if !e.Counted {
		after = ui.Cell{}
		billing.Sub = "set aside, does not count"
	} else if e.Delta < 0 {
		billing.Sub = map[bool]string{true: "with refund", false: "without refund"}[e.Refund]
	}
	recorded := ui.Cell{Content: h.moment(e.RecordedAt), Sub: "by " + e.Actor}
	if e.SyncRunID.Valid {
		recorded = ui.Cell{Text: e.RecordedAt.In(h.Zone).Format("2 Jan 2006 15:04 MST"),
			Href: at.SyncRun(e.SyncRunID.UUID), Sub: "by a sync"}
	}
	return ui.Row{Muted: !e.Counted, Cells: []ui.Cell{
		effective, {Text: eventText(e), Sub: told(e, s.origin(e))}, change(e), after,
		ui.TextCell(worded(e.UnitPrice, e.Currency, money.Period(e.PricePeriod))), billing, recorded,
	}}
}

// correctable tells whether a row changes seats; a price has its own page.
func correctable(e ledger.Entry) bool {
	return e.Event != ledger.Price && e.Event != ledger.Cost && e.Event != ledger.Product && e.Delta != 0
}

func change(e ledger.Entry) ui.Cell {
	if e.Event == ledger.Price || e.Event == ledger.Cost {
		return ui.Cell{}
	}
	return ui.TextCell(signedSeats(e.Delta))
}

// changeText is what a row changed, in a line.
func changeText(e ledger.Entry) string {
	if e.Event == ledger.Price || e.Event == ledger.Cost {
		return told(e, "")
	}
	return signedSeats(e.Delta) + " seats"
}

var reasonsOf = map[ledger.Reason]string{
	ledger.ByProvider: "by the distributor", ledger.Gone: "gone at the distributor",
	ledger.Back:     "back at the distributor",
	ledger.ByPerson: "by a person", ledger.ByCutover: "by the cut-over",
}

func eventText(e ledger.Entry) string {
	if why := reasonsOf[e.Reason]; why != "" {
		return string(e.Event) + ", " + why
	}
	return string(e.Event)
}

// told is what a row stands on, in words: before and after, where it came from, the note.
func told(e ledger.Entry, origin string) string {
	var details map[string]json.RawMessage
	_ = json.Unmarshal([]byte(e.Details), &details)
	var out []string
	for _, name := range []string{"price", "cost", "term"} {
		if s := difference(details[name]); s != "" {
			out = append(out, name+" "+s)
		}
	}
	if origin != "" {
		out = append(out, origin)
	}
	if e.Note != "" {
		out = append(out, "“"+e.Note+"”")
	}
	return strings.Join(out, "; ")
}

func difference(raw json.RawMessage) string {
	var d struct{ Before, After map[string]string }
	if len(raw) == 0 || json.Unmarshal(raw, &d) != nil {
		return ""
	}
	before, after := inWords(d.Before), inWords(d.After)
	if before == after {
		return ""
	}
	return before + " → " + after
}

func inWords(m map[string]string) string {
	if m["amount"] != "" {
		d, err := decimal.NewFromString(m["amount"])
		return worded(decimal.NullDecimal{Decimal: d, Valid: err == nil}, m["currency"], money.Period(m["period"]))
	}
	if m["term"] != "" {
		return strings.TrimSpace(m["term"] + " from " + m["start"] + " to " + m["end"])
	}
	return "none"
}

// marks is what became of rows after they were written; the rows themselves never change.
func (h Handlers) marks(s sheet) *view.Part {
	if len(s.marks) == 0 {
		return nil
	}
	rows := map[string]ledger.Entry{}
	for _, e := range s.ledger {
		rows[e.ID.String()] = e
	}
	t := ui.Table{Caption: "Marks on the ledger", Compact: true,
		Columns: []ui.Column{{Label: "Row"}, {Label: "From"}, {Label: "To"}, {Label: "Why"}, {Label: "When"}}}
	for _, m := range s.marks {
		e := rows[m.ChangeID.String()]
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: e.EffectiveAt.String(), Sub: string(e.Event)}, ui.TextCell(status(m.OldCounted, m.OldState)),
			ui.TextCell(status(m.NewCounted, m.NewState)),
			ui.TextCell(m.Why), {Content: h.moment(m.At), Sub: "by " + m.Actor},
		}})
	}
	return &view.Part{Card: ui.Card{Title: "Marks", Text: "What became of rows after they were written.",
		Flush: true}, Table: t}
}

func status(counted bool, b ledger.BillingState) string {
	if counted {
		return string(b)
	}
	return string(b) + ", set aside"
}
