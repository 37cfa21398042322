package reconcile

import (
	"cmp"
	"strings"

	"github.com/shopspring/decimal"

	"seatledger/internal/money"
)

// charge is a line of the distributor's bill.
type charge struct {
	line         string
	ids          [2]string // the distributor's and the vendor's id of the subscription
	customer     string
	part         string
	product      string
	event        uint64          // what ties the lines of one event; 0: nothing
	word         string          // what kind of charge, as plainWord has it
	span                         // empty: charged once
	period       money.Period    // what one unit price is for; Unknown: told by the days
	seats        decimal.Decimal // below zero on a refund
	list         decimal.Decimal // the unit price as the bill names it
	unit, amount decimal.Decimal // in currency
	unpriced     bool            // without a unit price
	usage, trial bool
	currency     string
}

// billed is a line of an invoice of ours.
type billed struct {
	line     string
	id       string // the subscription
	customer string
	part     string
	span     // empty: billed once
	period   money.Period
	seats    decimal.Decimal // below zero on a credit
	unit     decimal.NullDecimal
	amount   decimal.Decimal
	currency string
}

// once tells a line that has no days: a one-time product, a fee, what was used.
func (c charge) once() bool { return c.empty() || c.period == money.Once || c.usage }

// free tells a line that charges nothing by its own words, such as a trial: its seats may be billed or not.
func (c charge) free() bool {
	return c.amount.IsZero() && (c.unit.IsZero() || c.trial) && !c.seats.IsZero()
}

// once tells a line of ours that has no days.
func (b billed) once() bool { return b.empty() || b.period == money.Once }

// id is how the bill calls the subscription, as far as it does.
func (c charge) id() string { return cmp.Or(c.ids[0], c.ids[1]) }

// tellsUsage tells what was used rather than held: it has no seats and its price moves from day to day (recon.md 6,
// 21). A part of a unit without a frequency can be nothing else.
func tellsUsage(word, product string, period money.Period, quantity number) bool {
	return strings.Contains(word, "usage") || strings.Contains(word, "consumption") ||
		strings.HasPrefix(folded(product), "azure plan") || period == money.Unknown && !quantity.whole()
}

// isCredit tells money that the vendor gives for something else than these seats and days: it says nothing of
// either.
func isCredit(plain string) bool { return plain == "customercredit" }

// inOrder makes the result independent of the order of the file.
func inOrder(a, b charge) int {
	return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.word, b.word),
		a.seats.Cmp(b.seats), a.unit.Cmp(b.unit), a.amount.Cmp(b.amount), byNumber(a.line, b.line),
		cmp.Compare(a.id(), b.id()), cmp.Compare(a.part, b.part), cmp.Compare(a.product, b.product),
		cmp.Compare(a.currency, b.currency), cmp.Compare(a.customer, b.customer))
}

func billedInOrder(a, b billed) int {
	return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), byNumber(a.line, b.line),
		cmp.Compare(a.currency, b.currency), a.seats.Cmp(b.seats), a.amount.Cmp(b.amount),
		cmp.Compare(a.customer, b.customer), cmp.Compare(a.part, b.part))
}

// byNumber compares the names of lines; 9 comes before 10.
func byNumber(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
