package money

import "github.com/shopspring/decimal"

var (
	// HighestPrice is the first price of a unit that is not taken, wherever it is typed or read.
	HighestPrice = decimal.New(1, 10)
	// HighestAmount is the first amount that no line and no invoice may have, in units of its currency.
	HighestAmount = decimal.New(1, 12)
)
