package supplier

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/imports"
	"seatledger/internal/money"
	"seatledger/internal/words"
)

// comparison is a corrected bill beside the one that it replaces: line by line, and what is gone.
type comparison struct {
	before map[uint64][]standing
	gone   map[string]*Sum
}

// standing is a line of the replaced bill that no line of the file was found for yet.
type standing struct {
	facts, quantity, price, tax string
	amount                      decimal.Decimal
	currency                    string
}

func compareWith(tx *gorm.DB, b Bill) (*comparison, error) {
	c := &comparison{before: make(map[uint64][]standing, b.Lines), gone: map[string]*Sum{}}
	err := EachLine(tx, b.ID, func(l Line) error {
		m := l.about()
		c.before[m] = append(c.before[m], standing{facts: shortened(l), quantity: plainOf(l.Quantity),
			price: plainOf(l.UnitPrice), tax: plainOf(l.Tax), amount: l.Amount, currency: l.Currency})
		return nil
	})
	return c, err
}

// row tells what a line of the file is beside the replaced bill: of several that are about the same, an equal one goes
// first.
func (c *comparison) row(l Line) imports.Row {
	row := imports.Row{Line: l.Place, Label: labelOf(l), Outcome: imports.New}
	m := l.about()
	left := c.before[m]
	if len(left) == 0 {
		row.Changes = newValues(l)
		return row
	}
	facts := shortened(l)
	at := max(0, slices.IndexFunc(left, func(s standing) bool { return s.facts == facts }))
	was := left[at]
	c.before[m] = slices.Delete(left, at, at+1)
	if row.Outcome = imports.Unchanged; was.facts == facts {
		return row
	}
	row.Outcome = imports.Changed
	for _, f := range []struct{ name, before, after string }{
		{cQuantity, was.quantity, plainOf(l.Quantity)}, {cUnitPrice, was.price, plainOf(l.UnitPrice)},
		{cAmount, money.Plain(was.amount) + " " + was.currency, money.Plain(l.Amount) + " " + l.Currency},
		{cTax, was.tax, plainOf(l.Tax)}} {
		if f.before != f.after {
			row.Changes = append(row.Changes, imports.Change{Field: f.name, Before: f.before, After: strings.Clone(f.after)})
		}
	}
	return row
}

// shortened is what a line says of money, which is what a correction changes.
func shortened(l Line) string {
	return strings.Join([]string{plainOf(l.Quantity), plainOf(l.UnitPrice), plainOf(decimal.NewNullDecimal(l.Amount)),
		plainOf(l.Tax), l.Currency, plainOf(l.ExchangeRate)}, " ")
}

func newValues(l Line) []imports.Change {
	out := []imports.Change{{Field: "days", After: l.Days()}, {Field: cQuantity, After: plainOf(l.Quantity)},
		{Field: cUnitPrice, After: plainOf(l.UnitPrice)}, {Field: cAmount, After: money.Plain(l.Amount) + " " + l.Currency}}
	if l.Tax.Valid {
		out = append(out, imports.Change{Field: cTax, After: plainOf(l.Tax)})
	}
	if l.PartNumber != "" {
		out = append(out, imports.Change{Field: cPart, After: strings.Clone(l.PartNumber)})
	}
	return out
}

// Days names the first and the last day, as people do.
func (l Line) Days() string {
	switch {
	case l.FromOn.IsZero():
		return ""
	case l.once():
		return "once, " + l.FromOn.String()
	}
	return l.FromOn.String() + " to " + l.ToOn.AddDays(-1).String()
}

// notes say what the replaced bill had and this one has not, and by how much the bill changes.
func (c *comparison) notes(replaced Bill, before, after []Sum) []string {
	gone, lines := map[string]decimal.Decimal{}, 0
	for _, left := range c.before {
		for _, s := range left {
			gone[s.currency] = gone[s.currency].Add(s.amount)
			lines++
		}
	}
	var out []string
	if lines > 0 {
		out = append(out, fmt.Sprintf("%s of %s %s not in this file: %s.", words.Counted(lines, "line"), replaced.Called(),
			words.Noun(lines, "is", "are"), listed(money.Sums(gone))))
	}
	by := map[string]decimal.Decimal{}
	for _, s := range after {
		by[s.Currency] = by[s.Currency].Add(s.Amount)
	}
	for _, s := range before {
		by[s.Currency] = by[s.Currency].Sub(s.Amount)
	}
	var moved []string
	for _, a := range money.Sums(by) {
		if !a.Value.IsZero() {
			moved = append(moved, fmt.Sprintf("%s %s", signed(a.Value, a.Currency), a.Currency))
		}
	}
	if len(moved) == 0 {
		return append(out, "The bill comes to the same as before, without tax.")
	}
	return append(out, "The bill changes by "+strings.Join(moved, ", ")+", without tax.")
}

func signed(d decimal.Decimal, currency string) string {
	if d.IsPositive() {
		return "+" + money.Grouped(d, currency)
	}
	return money.Grouped(d, currency)
}

func listed(sums []money.Amount) string {
	out := make([]string, len(sums))
	for i, a := range sums {
		out[i] = money.Grouped(a.Value, a.Currency) + " " + a.Currency
	}
	return strings.Join(out, ", ")
}
