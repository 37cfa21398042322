package foureyes

import (
	"github.com/shopspring/decimal"

	"seatledger/internal/money"
)

// Brings is what a subscription brings in that is to end.
type Brings struct {
	Currency  string
	Period    money.Period
	UnitPrice decimal.NullDecimal
	Seats     int
}

// Ends weighs subscriptions that are to end, or to be billed no more, by what they bring in a month.
func Ends(all []Brings) Deed {
	d, by := Deed{Kind: Retire}, map[string]decimal.Decimal{}
	for _, s := range all {
		month, known := money.PerMonth(s.UnitPrice.Decimal, s.Period)
		switch {
		case s.Seats == 0:
		case !s.UnitPrice.Valid || !known:
			d.Unpriced++
		default:
			by[s.Currency] = by[s.Currency].Add(month.Mul(decimal.NewFromInt(int64(s.Seats))))
		}
	}
	d.Money = money.Sums(by)
	return d
}
