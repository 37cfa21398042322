package money

import (
	"strings"

	"github.com/shopspring/decimal"
)

// Grouped writes an amount for people: at least the decimals of its currency,
// thousands apart, no digit rounded away.
func Grouped(d decimal.Decimal, currency string) string {
	s := d.String()
	if places := Digits(currency); d.Equal(d.Round(places)) {
		s = d.StringFixed(places)
	}
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, rest, found := strings.Cut(s, ".")
	if found {
		rest = "." + rest
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + rest
}
