package closing

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/shopspring/decimal"

	"seatledger/internal/closing"
	"seatledger/internal/difference"
	"seatledger/internal/money"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"

	view "seatledger/views/closing"
)

// sheet is a month as its page shows it.
type sheet struct {
	closing.Month
	margins  []ui.Table
	zone     *time.Location
	may      bool
	problems map[string]string
}

func (s sheet) frame(p layout.Page, hasErrors bool) layout.Page {
	p.Kicker, p.Crumbs, p.HasErrors = "Supplier month", crumbs, hasErrors
	p.Badges = []ui.Badge{signedBadge(s.Signed.Holds(), s.Signed != nil)}
	file := pathOf(s.Key) + "/report"
	if len(s.Bills) > 0 {
		p.Actions = append(p.Actions, templ.Component(ui.LinkButton{Text: "Report as CSV", Href: file + ".csv",
			Icon: "download"}),
			ui.LinkButton{Text: "Report as XLSX", Href: file + ".xlsx", Icon: "download"})
	}
	p.Actions = append(p.Actions, ui.LinkButton{Text: "Print", Href: pathOf(s.Key) + "/print"})
	return p
}

func signedBadge(holds, was bool) ui.Badge {
	switch {
	case holds:
		return ui.Badge{Text: "signed", Tone: ui.Good}
	case was:
		return ui.Badge{Text: "signature lapsed", Tone: ui.Warn}
	}
	return ui.Badge{Text: "open", Tone: ui.Info}
}

func (s sheet) view() view.Show {
	v := view.Show{Facts: s.facts(), Findings: s.findings(), Moved: s.moved(), Margins: s.margins, Bills: s.bills()}
	switch {
	case s.Signed.Holds():
		v.Remarks = append(v.Remarks, ui.Callout{Tone: ui.Good, Title: "Signed by " + s.Signed.Actor + " on " +
			httpx.MomentText(s.Signed.At, s.zone), Text: s.Signed.Note})
	case s.Signed != nil:
		v.Remarks = append(v.Remarks, ui.Callout{Tone: ui.Warn, Title: "The signature of " + s.Signed.Actor + " lapsed",
			Text: words.Capital(s.Signed.LapsedWhy) + "."})
	}
	if s.may && len(s.Bills) > 0 {
		v.Step = s.step()
		v.Summary = ui.Summarize(s.problems, v.Step.Fields...)
	}
	return v
}

func (s sheet) step() *view.Step {
	if s.Signed.Holds() {
		return &view.Step{Card: ui.Card{Title: "Open the month again"},
			Form:   ui.Form{Action: pathOf(s.Key) + "/reopen", Save: "Open the month again"},
			Fields: []ui.Field{{Name: "why", Label: "Why", Required: true, Error: s.problems["why"]}}}
	}
	open := 0
	for _, f := range s.Findings {
		open += f.Open
	}
	text := "Whoever signs says that the month is right as it stands on this page."
	if open > 0 {
		text += " " + words.Counted(open, "difference") + " will still be to do; they stay in their list."
	}
	return &view.Step{Card: ui.Card{Title: "Sign the month", Text: text},
		Form: ui.Form{Action: pathOf(s.Key) + "/sign", Save: "Sign the month",
			Hidden: []ui.Pair{{Name: "digest", Value: s.Digest}}},
		Fields: []ui.Field{{Name: "note", Label: "Note"}}}
}

// facts hold the expected bill against the one that came.
func (s sheet) facts() ui.DefinitionList {
	expected := ui.Definition{Term: "Expected by ledger and costs", Value: ui.TextCell(amounts(s.Expected.Whole)),
		Note: "of it by today " + amounts(s.Expected.SoFar)}
	if n := s.Expected.Uncosted; n > 0 {
		expected.Note += "; " + words.Counted(n, "subscription") + " without a known cost left out"
	}
	charged := ui.Definition{Term: "Charged", Value: ui.TextCell("no bill yet")}
	if len(s.Bills) > 0 {
		charged.Value = ui.TextCell(amounts(s.Charged))
		charged.Note = "beyond what was expected: " + amounts(less(s.Charged, s.Expected.Whole))
	}
	l := s.Lines
	return ui.DefinitionList{Columns: 2, Items: []ui.Definition{expected, charged,
		{Term: "Lines matched", Value: ui.TextCell(words.Count(l.Matched) + " of " + words.Count(l.All))},
		{Term: "Beside the ledger",
			Value: ui.TextCell(words.Count(l.Equal) + " equal, " + words.Count(l.Differ) + " different"),
			Note:  words.Count(l.Incomparable) + " not comparable"},
		{Term: "Beside our invoices", Value: ui.TextCell(words.Count(l.Compared) + " compared")}}}
}

func less(a, b []money.Amount) []money.Amount {
	by := map[string]decimal.Decimal{}
	for _, x := range a {
		by[x.Currency] = by[x.Currency].Add(x.Value)
	}
	for _, x := range b {
		by[x.Currency] = by[x.Currency].Sub(x.Value)
	}
	return money.Sums(by)
}

func amounts(all []money.Amount) string {
	if len(all) == 0 {
		return "nothing"
	}
	out := make([]string, len(all))
	for i, a := range all {
		out[i] = money.Grouped(a.Value, a.Currency) + " " + a.Currency
	}
	return strings.Join(out, ", ")
}

func cash(d decimal.Decimal, currency string) ui.Cell {
	return ui.Of(ui.Money{Amount: money.Grouped(d, currency), Currency: currency})
}

func (s sheet) bills() ui.Table {
	t := ui.Table{Caption: "Bills", Plain: true, Columns: []ui.Column{{Label: "Bill"}, {Label: "State"}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No bill yet", Text: "What it should come to stands above.",
			Action: bringIn(s.may)}}
	for _, b := range s.Bills {
		state := ui.Badge{Text: "compared", Tone: ui.Good}
		switch {
		case b.Trouble != "":
			state = ui.Badge{Text: "not compared", Tone: ui.Bad, Title: b.Trouble}
		case b.Waiting:
			state = ui.Badge{Text: "being compared", Tone: ui.Info}
		case b.Preliminary:
			state = ui.Badge{Text: "preliminary", Tone: ui.Warn}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.LinkCell(b.Called, at.SupplierBill(b.ID)),
			{Badges: []ui.Badge{state}}}})
	}
	return t
}

func (s sheet) findings() ui.Table {
	t := ui.Table{Caption: "Differences by kind", Plain: true, Columns: []ui.Column{{Label: "Kind"},
		{Label: "To do", Numeric: true}, {Label: "Money to do", Numeric: true}, {Label: "Decided", Numeric: true},
		{Label: "Money decided", Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No difference",
			Text: "Bill, ledger and invoices agree on all that was compared."}}
	if len(s.Bills) == 0 {
		t.Empty = &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing was compared yet"}
	}
	for _, f := range s.Findings {
		kind := ui.TextCell(difference.KindWords[difference.Kind(f.Kind)])
		if len(s.Bills) == 1 {
			kind.Href = at.Differences + "?kind=" + f.Kind + "&bill=" + s.Bills[0].ID.String()
		} else {
			kind.Href = at.Differences + "?kind=" + f.Kind
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{kind, ui.TextCell(strconv.Itoa(f.Open)),
			cash(f.OpenMoney, f.Currency), ui.TextCell(strconv.Itoa(f.Done)), cash(f.DoneMoney, f.Currency)}})
	}
	return t
}

func (s sheet) moved() ui.Table {
	t := ui.Table{Caption: "Charged beside the month before", Plain: true, Columns: []ui.Column{{Label: "Customer"},
		{Label: "Before", Numeric: true}, {Label: "Now", Numeric: true}, {Label: "More", Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No customer is charged otherwise than the month before"}}
	for _, m := range s.Moved {
		customer := ui.TextCell(m.Customer)
		if m.CRMAccountID.Valid {
			customer.Href = at.CRMAccount(m.CRMAccountID.UUID)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{customer, cash(m.Before, m.Currency), cash(m.Now, m.Currency),
			cash(m.Now.Sub(m.Before), m.Currency)}})
	}
	return t
}

var byWords = map[closing.By]string{closing.ByCustomer: "Customer", closing.ByProduct: "Product",
	closing.ByVendor: "Vendor"}

func marginTable(by closing.By, rows []closing.Margin) ui.Table {
	t := ui.Table{Caption: "By " + string(by) + ", the least left first", ShowCaption: true, Plain: true,
		Columns: []ui.Column{{Label: byWords[by]}, {Label: "Charged", Numeric: true}, {Label: "Billed", Numeric: true},
			{Label: "Left", Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing was charged or billed yet"}}
	for _, m := range rows {
		name := ui.TextCell(map[closing.By]string{closing.ByCustomer: m.Customer, closing.ByProduct: m.Product,
			closing.ByVendor: m.Vendor}[by])
		if name.Text == "" {
			name = ui.Cell{Text: "Unknown", Muted: true}
		}
		if m.CRMAccountID.Valid {
			name.Href = at.CRMAccount(m.CRMAccountID.UUID)
		}
		left := cash(m.Left, m.Currency)
		left.Tone = ui.Bad.If(m.Left.IsNegative())
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{name, cash(m.Charged, m.Currency), cash(m.Billed, m.Currency),
			left}})
	}
	return t
}

// bringIn leads to where a bill comes in; nil for who may not.
func bringIn(may bool) *ui.LinkButton {
	if !may {
		return nil
	}
	return &ui.LinkButton{Text: "Bring in a bill", Href: at.SupplierBills + "/new"}
}

func (h Handlers) table(rows []closing.Row, may bool) ui.Table {
	t := ui.Table{Caption: nav, Columns: []ui.Column{{Label: "Month", Card: true}, {Label: "Provider"},
		{Label: "Bills", Numeric: true}, {Label: "Charged", Numeric: true, Card: true},
		{Label: "Differences to do", Numeric: true}, {Label: "Signature", Card: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No month yet",
			Text: "A month is here when it has a bill, and the present one of each provider with what it should come " +
				"to.",
			Action: bringIn(may)}}
	for _, r := range rows {
		charged := ui.Cell{Text: "no bill yet", Muted: true}
		if r.Bills > 0 {
			charged = ui.TextCell(amounts(r.Charged))
		}
		signed := ui.Cell{Badges: []ui.Badge{signedBadge(r.At != nil && r.LapsedWhy == "", r.At != nil)}}
		if r.At != nil {
			signed.Sub = "by " + r.Actor
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.LinkCell(r.Month.String()[:7], pathOf(r.Key)),
			ui.TextCell(r.Provider), ui.TextCell(strconv.Itoa(r.Bills)), charged, ui.TextCell(strconv.Itoa(r.Open)),
			signed}})
	}
	return t.AsList()
}
