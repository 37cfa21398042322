package reconcile

import (
	"cmp"

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
	event        uint64          // what ties the lines of one event
	word         string          // what kind of charge, as the bill says it, in small letters
	span                         // empty: charged once
	period       money.Period    // what one unit price is for; Unknown: told by the days
	seats        decimal.Decimal // below zero on a refund
	unit, amount decimal.Decimal // in currency
	rate         decimal.Decimal // into the currency, in unit already
	unpriced     bool            // without a unit price
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

// once tells a line that has no days: a one-time product, a fee.
func (c charge) once() bool { return c.empty() || c.period == money.Once || c.usage() }

func (c charge) usage() bool { return c.word == "usage" }

// credit tells money that the vendor gives for something else than these seats and days: it says nothing of either.
func (k keptCharge) credit() bool { return k.word.Value() == "customercredit" }

func (b billed) once() bool { return b.empty() || b.period == money.Once }

// id is how the bill calls the subscription, as far as it does.
func (c charge) id() string { return cmp.Or(c.ids[0], c.ids[1]) }

// inOrder makes the result independent of the order of the file.
func inOrder(a, b charge) int {
	return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.word, b.word),
		a.seats.Cmp(b.seats), a.unit.Cmp(b.unit), a.amount.Cmp(b.amount), byNumber(a.line, b.line))
}

func billedInOrder(a, b billed) int {
	return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), byNumber(a.line, b.line))
}

// byNumber compares the names of lines; 9 comes before 10.
func byNumber(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
