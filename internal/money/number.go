package money

import (
	"regexp"

	"github.com/shopspring/decimal"
)

// longestNumber is as many characters as a number that somebody sends may have.
const longestNumber = 64

// number is a sign, digits with a point, and an exponent of at most two digits: a literal such as 1e999999999 fills the
// memory as soon as it is compared or written out.
var number = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?$`)

// ParseNumber reads a number that came from outside: typed, in a file or in an answer. Nothing else may read one, since
// decimal alone takes any exponent.
func ParseNumber(s string) (decimal.Decimal, bool) {
	if len(s) > longestNumber || !number.MatchString(s) {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(s)
	return d, err == nil
}
