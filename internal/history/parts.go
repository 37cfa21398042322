package history

import (
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
)

// Parts are exact money: whole and sixth-decimal multiples of a currency unit
// divided by Denominator. Each price of six places, for a month, quarter, year or
// three years, split over the days of any contract month, is a whole number of
// them, so that a sum of parts is never off, however it was cut.
type Parts struct{ decimal.Decimal }

// Denominator is divisible by (1, 3, 12, 36 months) x (28, 29, 30, 31 days).
const Denominator = 13592880

var denominator = decimal.NewFromInt(Denominator)

// Rounded is the amount in the smallest unit of a currency, half away from zero.
func (p Parts) Rounded(currency string) decimal.Decimal {
	return p.DivRound(denominator, money.Digits(currency))
}

// Plus adds.
func (p Parts) Plus(o Parts) Parts { return Parts{p.Add(o.Decimal)} }

// Minus takes away.
func (p Parts) Minus(o Parts) Parts { return Parts{p.Sub(o.Decimal)} }

// Times is an amount so many times.
func Times(amount decimal.Decimal, n int) Parts {
	return Parts{amount.Mul(decimal.NewFromInt(int64(n))).Mul(denominator)}
}

// Worth is what seats cost over a period: per contract month its share of the
// price, by days (RULES 8). The price must have a period of months.
func Worth(g contract.Grid, price ledger.Amount, seats int, p contract.Period) Parts {
	sum := Parts{}
	months := int64(price.Period.Months())
	for day := p.From; day.Before(p.To); {
		month := g.Month(day)
		days := contract.Period{From: day, To: clock.Earlier(p.To, month.To)}.Days()
		share := Denominator / (months * int64(month.Days())) * int64(days)
		sum = sum.Plus(Parts{price.Value.Decimal.Mul(decimal.NewFromInt(share)).Mul(decimal.NewFromInt(int64(seats)))})
		day = month.To
	}
	return sum
}
