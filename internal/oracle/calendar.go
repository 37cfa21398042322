package oracle

import (
	"math/big"
	"time"
)

// Day is a calendar day, counted from 1970-01-01.
type Day int

// Never is a day that does not come.
const Never Day = 1 << 30

// On reads a day as YYYY-MM-DD.
func On(text string) Day {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return Day(t.Unix() / (24 * 60 * 60))
}

// String writes the day as YYYY-MM-DD; nothing for Never.
func (d Day) String() string {
	if d == Never {
		return ""
	}
	return d.date().Format(time.DateOnly)
}

func (d Day) date() time.Time { return time.Unix(int64(d)*24*60*60, 0).UTC() }

// Last is the billing day of contracts that are billed on the last day of a month.
const Last = 0

// boundary is the billing day of a month that is so many after January of year 0.
func boundary(month, billingDay int) Day {
	first := time.Date(0, time.January+time.Month(month), 1, 0, 0, 0, 0, time.UTC)
	length := first.AddDate(0, 1, -1).Day()
	day := billingDay
	if day == Last || day > length {
		day = length
	}
	return Day(first.AddDate(0, 0, day-1).Unix() / (24 * 60 * 60))
}

func monthOf(d Day) int {
	t := d.date()
	return t.Year()*12 + int(t.Month()) - 1
}

// ContractMonth is the contract month [from, to) that holds a day.
func ContractMonth(d Day, billingDay int) (from, to Day) {
	m := monthOf(d)
	if boundary(m, billingDay) > d {
		m--
	}
	return boundary(m, billingDay), boundary(m+1, billingDay)
}

// Later is the boundary so many contract months after a boundary.
func Later(d Day, months, billingDay int) Day { return boundary(monthOf(d)+months, billingDay) }

// share is what a day costs of a price per month.
func share(d Day, billingDay int) *big.Rat {
	from, to := ContractMonth(d, billingDay)
	return big.NewRat(1, int64(to-from))
}

// PerMonth is a price of a period as a price per month (RULES 5); of what is bought once, as it is.
func PerMonth(price *big.Rat, period string) *big.Rat {
	months := map[string]int64{"once": 1, "month": 1, "quarter": 3, "year": 12, "three_years": 36}[period]
	if months == 0 {
		panic("no period: " + period)
	}
	return new(big.Rat).Quo(price, big.NewRat(months, 1))
}

// Rounded is an amount to so many places, half away from zero.
func Rounded(r *big.Rat, places int) *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	twice := new(big.Rat).Mul(r, new(big.Rat).SetInt(new(big.Int).Mul(scale, big.NewInt(2))))
	num, den := new(big.Int).Abs(twice.Num()), twice.Denom()
	n := new(big.Int).Add(num, den) // (2r + 1) / 2, cut off
	n.Quo(n, new(big.Int).Mul(den, big.NewInt(2)))
	if r.Sign() < 0 {
		n.Neg(n)
	}
	return new(big.Rat).SetFrac(n, scale)
}

// Amount reads an amount written in digits.
func Amount(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("no amount: " + text)
	}
	return r
}
