package billing

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"seatledger/internal/billingrun"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
)

// leftOutShown is how many rows stand on the page; the file has all.
const leftOutShown = 50

// leftOutRow is a contract, or a subscription of one, that no run bills.
type leftOutRow struct {
	billingrun.Contract
	of *billingrun.LeftOut // nil: the whole contract
}

func (l leftOutRow) why() string {
	if l.of != nil {
		return l.of.Says
	}
	return l.Why
}

// worth is what would be billed but for the reason, as far as it is known.
func (l leftOutRow) worth() (decimal.Decimal, bool) {
	if l.of != nil {
		return l.of.Amount.Decimal, l.of.Amount.Valid
	}
	return l.Total, l.Lines > 0
}

func (s sheet) leftOutRows() []leftOutRow {
	var out []leftOutRow
	for _, k := range s.Contracts {
		if k.Why != "" {
			out = append(out, leftOutRow{k, nil})
		}
		for i := range k.LeftOut {
			out = append(out, leftOutRow{k, &k.LeftOut[i]})
		}
	}
	return out
}

// reason is why something is left out, with what it comes to in each currency.
type reason struct {
	why          string
	whole, parts int // contracts, subscriptions
	unknown      int // of them without a known worth
	sums         map[string]decimal.Decimal
}

// reasons tells what is left out by why, what holds most back first.
func (s sheet) reasons() *ui.Table {
	by := map[string]*reason{}
	var all []*reason
	for _, l := range s.leftOutRows() {
		r := by[l.why()]
		if r == nil {
			r = &reason{why: l.why(), sums: map[string]decimal.Decimal{}}
			by[r.why], all = r, append(all, r)
		}
		r.add(l)
	}
	if len(all) < 2 {
		return nil // the rows below say it
	}
	slices.SortStableFunc(all, func(a, b *reason) int {
		return cmp.Or(cmp.Compare(b.whole+b.parts, a.whole+a.parts), cmp.Compare(a.why, b.why))
	})
	t := &ui.Table{Caption: "Left out, by reason", Plain: true, Compact: true, Columns: []ui.Column{
		{Label: "Why", Width: "wide"}, {Label: "Holds back"}, {Label: "Would come to", Numeric: true}}}
	for _, r := range all {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell(r.why), ui.TextCell(r.holds()), r.money()}})
	}
	return t
}

func (r *reason) add(l leftOutRow) {
	if l.of != nil {
		r.parts++
	} else {
		r.whole++
	}
	if worth, known := l.worth(); known {
		r.sums[l.Currency] = r.sums[l.Currency].Add(worth)
	} else {
		r.unknown++
	}
}

func (r *reason) holds() string {
	var parts []string
	if r.whole > 0 {
		parts = append(parts, count(r.whole, "contract", "contracts"))
	}
	if r.parts > 0 {
		parts = append(parts, count(r.parts, "subscription", "subscriptions"))
	}
	return strings.Join(parts, ", ")
}

func (r *reason) money() ui.Cell {
	var sums []string
	for _, currency := range slices.Sorted(maps.Keys(r.sums)) {
		m := sum(r.sums[currency], currency)
		sums = append(sums, m.Amount+" "+m.Currency)
	}
	c := ui.TextCell(strings.Join(sums, ", "))
	if r.unknown > 0 {
		c.Sub = words.Count(r.unknown) + " of unknown worth"
	}
	return c
}

// leftOut is one row for each contract or subscription that is left out.
func (s sheet) leftOut() *ui.Table {
	all := s.leftOutRows()
	if len(all) == 0 {
		return nil
	}
	t := &ui.Table{Caption: "Left out", Plain: true, Columns: []ui.Column{{Label: "What"},
		{Label: "Why", Width: "wide"}, {Label: "Would come to", Numeric: true}, {Label: "Step", Hidden: true}}}
	for _, l := range all[:min(len(all), leftOutShown)] {
		t.Rows = append(t.Rows, ui.Row{Cells: l.cells(s.may)})
	}
	return t
}

func (l leftOutRow) cells(may bool) []ui.Cell {
	worth := ui.Cell{Text: "unknown", Muted: true}
	if amount, known := l.worth(); known {
		worth = ui.Of(sum(amount, l.Currency))
	}
	if l.of != nil {
		return []ui.Cell{{Text: l.of.Name, Href: at.Subscription(l.of.ID),
			Sub: l.Customer + ", " + l.Name + ", " + l.of.External}, ui.TextCell(l.why()), worth, {}}
	}
	out := []ui.Cell{{Text: l.Customer, Href: contractPath(l.ID), Sub: l.Name}, ui.TextCell(l.why()), worth, {}}
	if l.Pause != nil && may {
		out[3].Content = ui.PostButton{Button: ui.Button{Text: "Take in again", Compact: true,
			Action: path + "/contracts/" + l.ID.String() + "/take-in"}}
	}
	return out
}
