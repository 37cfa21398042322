package reconcile

import (
	"github.com/shopspring/decimal"

	"seatledger/internal/money"
)

// TellsUsage tells a line of a bill that charges what was used rather than what is held, by its own words.
func TellsUsage(charge, product, frequency string, quantity decimal.NullDecimal) bool {
	period, known := money.ParsePeriod(frequency)
	if !known {
		period = money.Unknown
	}
	n, _ := readNumber(quantity.Decimal.String()) // none is 0, which is whole
	return tellsUsage(plainWord(charge), product, period, n)
}
