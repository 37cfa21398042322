package reconcile

import (
	"hash/maphash"
	"unique"

	"github.com/shopspring/decimal"

	"seatledger/internal/money"
)

// A bill has a hundred thousand lines, so that each is kept small until its group is compared: numbers without a
// pointer, words that occur often once for all.

// number is a decimal of at most eighteen digits.
type number struct {
	digits int64
	exp    int32
}

// pack keeps a decimal; places beyond the eighteenth digit are rounded, which no amount shows.
func pack(d decimal.Decimal) number {
	for over := int32(d.NumDigits()) - 18; over > 0; over = int32(d.NumDigits()) - 18 {
		d = d.Round(-d.Exponent() - over)
	}
	return number{d.CoefficientInt64(), d.Exponent()}
}

func (n number) decimal() decimal.Decimal { return decimal.New(n.digits, n.exp) }

type word = unique.Handle[string]

// keptCharge is a charge as it waits.
type keptCharge struct {
	line                                            string
	ids                                             [2]string
	customer, part, product, word, period, currency word
	event                                           uint64
	span
	seats, unit, amount, rate number
	unpriced                  bool
	group                     int32
}

// seed makes one run's events comparable; nothing outside sees them.
var seed = maphash.MakeSeed()

func keepCharge(c charge, event string) keptCharge {
	return keptCharge{line: c.line, ids: c.ids, customer: unique.Make(c.customer), part: unique.Make(c.part),
		product: unique.Make(c.product), word: unique.Make(c.word), period: unique.Make(string(c.period)),
		currency: unique.Make(c.currency), event: maphash.String(seed, event), span: c.span, seats: pack(c.seats),
		unit: pack(c.unit), amount: pack(c.amount), rate: pack(c.rate), unpriced: c.unpriced}
}

func (k keptCharge) charge() charge {
	return charge{line: k.line, ids: k.ids, customer: k.customer.Value(), part: k.part.Value(),
		product: k.product.Value(), word: k.word.Value(), period: money.Period(k.period.Value()),
		currency: k.currency.Value(), event: k.event, span: k.span, seats: k.seats.decimal(), unit: k.unit.decimal(),
		amount: k.amount.decimal(), rate: k.rate.decimal(), unpriced: k.unpriced}
}

// keptBilled is a billed line as it waits.
type keptBilled struct {
	line, id                         string
	customer, part, period, currency word
	span
	seats, unit, amount number
	priced              bool
	group               int32
}

func keepBilled(b billed) keptBilled {
	return keptBilled{line: b.line, id: b.id, customer: unique.Make(b.customer), part: unique.Make(b.part),
		period: unique.Make(string(b.period)), currency: unique.Make(b.currency), span: b.span, seats: pack(b.seats),
		unit: pack(b.unit.Decimal), amount: pack(b.amount), priced: b.unit.Valid}
}

func (k keptBilled) billed() billed {
	return billed{line: k.line, id: k.id, customer: k.customer.Value(), part: k.part.Value(),
		period: money.Period(k.period.Value()), currency: k.currency.Value(), span: k.span, seats: k.seats.decimal(),
		unit: decimal.NullDecimal{Decimal: k.unit.decimal(), Valid: k.priced}, amount: k.amount.decimal()}
}
