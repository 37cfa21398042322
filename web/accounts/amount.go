package accounts

import (
	"strings"

	"github.com/shopspring/decimal"
)

// amountText writes an amount with at least two decimals and grouped thousands.
func amountText(d decimal.Decimal) string {
	d = d.Round(6)
	s := d.String()
	if d.Equal(d.Round(2)) {
		s = d.StringFixed(2)
	}
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	whole, rest, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + "." + rest
}

var periods = map[string]string{"month": "per month", "quarter": "per quarter", "year": "per year", "three_years": "per three years", "once": "once"}
