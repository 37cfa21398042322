package reconcile

import (
	"github.com/shopspring/decimal"

	"seatledger/internal/money"
)

// share is which part of its unit price a line charges for one seat.
type share struct{ part, of int64 }

func (s share) times(d decimal.Decimal) decimal.Decimal {
	return d.Mul(decimal.NewFromInt(s.part)).DivRound(decimal.NewFromInt(s.of), precision)
}

// precision is enough places that sums of a year of days are right to the cent.
const precision = 24

// unknownPeriods are what a line without a frequency may be priced by: the bill leaves it empty where a whole term
// is paid at once.
var unknownPeriods = []money.Period{money.Month, money.Quarter, money.Year, money.ThreeYears}

// monthsPriced is how many months the unit price of a line is for; 0 when it is for no time.
func (c charge) monthsPriced() int {
	if c.once() {
		return 0
	}
	if m := c.period.Months(); m > 0 {
		return m
	}
	for _, p := range unknownPeriods {
		if c.to <= c.from.months(p.Months()) || c.days() <= 31 {
			return p.Months()
		}
	}
	return money.ThreeYears.Months()
}

// shares are the parts of the unit price that a line may rightly charge, the likeliest first. Cycles that begin
// on the 29th or later are dated by the bill and not by a rule (recon.md 3), and a line over part of a cycle does
// not say whether the cycle ends or begins with it: mostly it ends, for seats are added up to the end.
func (c charge) shares(cycles map[day]span) []share {
	if c.once() {
		return []share{{1, 1}}
	}
	m := c.monthsPriced()
	var out []share
	if whole := wholeMonths(c.span); whole > 0 {
		out = append(out, share{int64(whole), int64(m)})
	}
	if m == 1 && c.days() >= 28 && c.days() <= 31 && (c.from.time().Day() >= 29 || c.to.time().Day() >= 29) {
		out = append(out, share{1, 1})
	}
	days := int64(c.days())
	if cycle, known := cycles[c.to]; known && cycle.covers(c.span) {
		out = append(out, share{days, int64(cycle.days())})
	}
	return append(out, share{days, int64(c.to - c.to.months(-m))}, share{days, int64(c.from.months(m) - c.from)})
}

// wholeMonths is how many months a span is, counted from its first day or back from its last; 0 if none.
func wholeMonths(s span) int {
	near := (s.days() + 15) / 30
	for n := max(1, near-1); n <= near+1; n++ {
		if s.from.months(n) == s.to || s.to.months(-n) == s.from {
			return n
		}
	}
	return 0
}

// cyclesOf are the whole cycles that the lines of a subscription show, by their end: parts of one are divided by
// its days.
func cyclesOf(cs []charge) map[day]span {
	out := map[day]span{}
	for _, c := range cs {
		if c.once() || wholeMonths(c.span) != c.monthsPriced() {
			continue
		}
		if known, ok := out[c.to]; !ok || c.days() > known.days() {
			out[c.to] = c.span
		}
	}
	return out
}
