package dashboard

import (
	"github.com/shopspring/decimal"

	"seatledger/internal/money"
	"seatledger/views/ui"
)

// scale collects what a chart's bars stand for.
type scale struct {
	currency  string // empty: seats
	low, high decimal.Decimal
}

func (s *scale) bar(says string, v decimal.Decimal, unknown bool) ui.ChartBar {
	if unknown {
		return ui.ChartBar{Unknown: true}
	}
	s.low, s.high = decimal.Min(s.low, v), decimal.Max(s.high, v)
	text := says + ": " + s.words(v)
	if s.currency != "" {
		text += " " + s.currency
	}
	return ui.ChartBar{Value: v.InexactFloat64(), Says: text}
}

// words writes an amount of money, or seats to a tenth.
func (s *scale) words(v decimal.Decimal) string {
	if s.currency == "" {
		return money.Grouped(v.Round(1), "JPY")
	}
	return grouped(v, s.currency)
}

// ends are what the top and the bottom stand for; no bottom while nothing lies below 0.
func (s *scale) ends() (high, low string) {
	if s.low.IsNegative() {
		low = s.words(s.low)
	}
	return s.words(s.high), low
}

func grouped(v decimal.Decimal, currency string) string {
	return money.Grouped(money.Round(v, currency), currency)
}
