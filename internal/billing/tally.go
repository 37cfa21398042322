package billing

import "github.com/shopspring/decimal"

// Tally is what the live lines of a subscription in one currency have come to so far.
type Tally struct {
	Exact  Parts
	Billed decimal.Decimal
}

// Add gives the amount of the next line: the rounded exact value of all lines up to
// it, less what those before it billed. Each line is rounded once, and over any
// split the sum is the rounded total (RULES 8).
func (t *Tally) Add(exact Parts, currency string) decimal.Decimal {
	t.Exact = t.Exact.Plus(exact)
	amount := t.Exact.Rounded(currency).Sub(t.Billed)
	t.Billed = t.Billed.Add(amount)
	return amount
}
