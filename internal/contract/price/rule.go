package price

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"seatledger/internal/errs"
	"seatledger/internal/money"
)

// Change is how a rule makes a price of an amount.
type Change string

// The changes.
const (
	Percent Change = "percent" // so many percent more; less, where negative
	Fixed   Change = "fixed"   // so much more
	Margin  Change = "margin"  // so that this percent of the price is margin over cost
)

// Rule makes prices: of a base (a cost, a list's price, the price now) another amount, to a step and an ending.
type Rule struct {
	Change    Change
	Value     decimal.Decimal
	Step      decimal.Decimal // 0.05: to the nearest multiple; zero: to the places of the currency
	Ending    decimal.Decimal // 0.99: to the nearest amount that ends so; zero: none
	BelowCost bool            // a price may be below cost
}

// RuleInput is a rule as typed.
type RuleInput struct{ Change, Value, Step, Ending, BelowCost string }

var (
	one     = decimal.NewFromInt(1)
	hundred = decimal.NewFromInt(100)
	// mostPercent bounds a mark-up: more is a slip of the finger.
	mostPercent = decimal.NewFromInt(1000)
)

// Read checks a rule. What is wrong with it is noted at change, value, step and ending.
func (in RuleInput) Read(problems errs.Fields) Rule {
	r := Rule{Change: Change(in.Change), BelowCost: in.BelowCost != ""}
	var err error
	if r.Value, err = signedAmount(in.Value); err != nil {
		problems.Add("value", "Enter a number like 20 or -2.5.")
	}
	r.Step, r.Ending = amountOr0(problems, "step", in.Step), amountOr0(problems, "ending", in.Ending)
	switch r.Change {
	case Percent:
		if err == nil && (r.Value.LessThanOrEqual(hundred.Neg()) || r.Value.GreaterThan(mostPercent)) {
			problems.Add("value", "Enter a percentage over -100, up to 1000.")
		}
	case Margin:
		if err == nil && (r.Value.GreaterThanOrEqual(hundred) || r.Value.LessThanOrEqual(hundred.Neg())) {
			problems.Add("value", "A margin is a part of the price: enter a percentage below 100.")
		}
	case Fixed:
	default:
		problems.Add("change", "Choose percent, a fixed amount, or a margin.")
	}
	if r.Ending.GreaterThanOrEqual(one) {
		problems.Add("ending", "An ending is a part of one: 0.99 or .95.")
	}
	if !r.Ending.IsZero() && !r.Step.IsZero() && !r.Step.Equal(r.Step.Floor()) {
		problems.Add("step", "With an ending a step is a whole amount, like 1 or 5.")
	}
	return r
}

func amountOr0(problems errs.Fields, field, s string) decimal.Decimal {
	s = strings.TrimSpace(s)
	if s == "" {
		return decimal.Zero
	}
	if strings.HasPrefix(s, ".") {
		s = "0" + s
	}
	d, err := ParseAmount(s)
	if err != nil {
		problems.Add(field, "Enter an amount like 0.05.")
	}
	return d
}

func signedAmount(s string) (decimal.Decimal, error) {
	s = strings.TrimSpace(s)
	rest, negative := strings.CutPrefix(strings.TrimPrefix(s, "+"), "-")
	d, err := ParseAmount(rest)
	if negative {
		d = d.Neg()
	}
	return d, err
}

// Of is the price that the rule makes of a base, in a currency. A price below the cost is raised to the next one that
// the step and the ending allow, unless the rule says otherwise; raised tells so. It is never negative.
func (r Rule) Of(base decimal.Decimal, cost decimal.NullDecimal, currency string) (price decimal.Decimal, raised bool) {
	switch r.Change {
	case Percent:
		price = base.Mul(one.Add(r.Value.Div(hundred)))
	case Fixed:
		price = base.Add(r.Value)
	case Margin:
		price = base.Mul(hundred).DivRound(hundred.Sub(r.Value), 12)
	}
	step, offset := r.grid(currency)
	price = snapped(price, step, offset)
	if cost.Valid && !r.BelowCost && price.LessThan(cost.Decimal) {
		return above(cost.Decimal, step, offset), true
	}
	for price.IsNegative() {
		price = price.Add(step)
	}
	return price, false
}

// grid is the distance of the amounts that the rule allows, and where they begin.
func (r Rule) grid(currency string) (step, offset decimal.Decimal) {
	switch {
	case !r.Ending.IsZero() && r.Step.IsZero():
		return one, r.Ending
	case !r.Ending.IsZero(): // steps of 5 ending with .99: 4.99, 9.99
		return r.Step, r.Ending.Sub(one)
	case !r.Step.IsZero():
		return r.Step, decimal.Zero
	}
	return decimal.New(1, -money.Digits(currency)), decimal.Zero
}

// snapped is the nearest amount of a grid; of two as near, the higher.
func snapped(d, step, offset decimal.Decimal) decimal.Decimal {
	half := decimal.NewFromInt(2)
	return d.Sub(offset).Div(step).Add(one.Div(half)).Floor().Mul(step).Add(offset)
}

// above is the lowest amount of a grid that is not below another.
func above(d, step, offset decimal.Decimal) decimal.Decimal {
	at := d.Sub(offset).Div(step).Floor().Mul(step).Add(offset)
	for at.LessThan(d) {
		at = at.Add(step)
	}
	return at
}

// Words say a rule: "cost + 20 %, to .99".
func (r Rule) Words(base string) string {
	sign, value := "+", r.Value
	if value.IsNegative() {
		sign, value = "-", value.Neg()
	}
	s := fmt.Sprintf("%s %s %s", base, sign, value)
	switch r.Change {
	case Percent:
		s += " %"
	case Margin:
		s = fmt.Sprintf("%s with a margin of %s %%", base, r.Value)
	}
	switch {
	case !r.Ending.IsZero():
		s += ", ending with " + r.Ending.String()
	case !r.Step.IsZero():
		s += ", to " + r.Step.String()
	}
	return s
}
