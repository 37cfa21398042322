package reconcile

import (
	"github.com/shopspring/decimal"

	"seatledger/internal/money"
)

// periods are numbered, so that a line keeps one byte.
var periods = []money.Period{money.Unknown, money.Month, money.Quarter, money.Year, money.ThreeYears, money.Once}

// aMonth is the number of a month.
var aMonth = periodNumber(money.Month)

func periodNumber(p money.Period) uint8 {
	for i, known := range periods {
		if p == known {
			return uint8(i)
		}
	}
	return 0
}

// keptCharge is a charge as it waits.
type keptCharge struct {
	event, content                         uint64 // content: the whole row
	seats, unit, amount                    number
	line                                   word
	ids                                    [2]word
	customer, part, product, word          word
	currency, rate                         word
	span                                   span
	group                                  int32
	period                                 uint8
	ours                                   bool
	unpriced, usage, trial, credit, double bool // double: the bill was given twice, and this is the second
}

func (p *pool) charge(k *keptCharge) charge {
	unit := k.unit.decimal()
	c := charge{line: p.text(k.line), ids: [2]string{p.text(k.ids[0]), p.text(k.ids[1])},
		customer: p.text(k.customer), part: p.text(k.part), product: p.text(k.product), event: k.event,
		word: p.text(k.word), span: k.span, period: periods[k.period], seats: k.seats.decimal(), list: unit,
		unit:   unit,
		amount: k.amount.decimal(), unpriced: k.unpriced, usage: k.usage, trial: k.trial,
		currency: p.text(k.currency)}
	if k.rate != 0 {
		rate, _ := readNumber(p.text(k.rate))
		c.unit = unit.Mul(rate.decimal())
	}
	return c
}

// keptBilled is a billed line as it waits.
type keptBilled struct {
	content             uint64
	seats, unit, amount number
	line, id            word
	customer, part      word
	currency            word
	span                span
	group               int32
	period              uint8
	priced, double      bool
}

func (p *pool) billed(k *keptBilled) billed {
	return billed{line: p.text(k.line), id: p.text(k.id), customer: p.text(k.customer), part: p.text(k.part),
		span: k.span, period: periods[k.period], seats: k.seats.decimal(),
		unit:   decimal.NullDecimal{Decimal: k.unit.decimal(), Valid: k.priced},
		amount: k.amount.decimal(), currency: p.text(k.currency)}
}
