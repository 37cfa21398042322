package reconcile

import (
	"regexp"

	"github.com/shopspring/decimal"

	"seatledger/internal/money"
)

// number is a decimal of at most eighteen digits, without a pointer.
type number struct {
	digits int64
	places int8
}

func (n number) decimal() decimal.Decimal { return decimal.New(n.digits, -int32(n.places)) }

func (n number) sign() int {
	switch {
	case n.digits > 0:
		return 1
	case n.digits < 0:
		return -1
	}
	return 0
}

// times is a product, as far as it is small enough to be one; amounts are.
func (n number) times(m number) (number, bool) {
	const small = 1 << 31
	if n.digits >= small || n.digits <= -small || m.digits >= small || m.digits <= -small {
		return number{}, false
	}
	return number{n.digits * m.digits, n.places + m.places}, true
}

// equal and atLeast compare numbers of as many places, or of fewer; they are false where that takes more than eighteen
// digits.
func (n number) equal(m number) bool { return n.atLeast(m) && m.atLeast(n) }

func (n number) atLeast(m number) bool {
	const small = 1e17
	for ; n.places < m.places; n.places++ {
		if n.digits >= small || n.digits <= -small {
			return false
		}
		n.digits *= 10
	}
	for ; m.places < n.places; m.places++ {
		if m.digits >= small || m.digits <= -small {
			return false
		}
		m.digits *= 10
	}
	return n.digits >= m.digits
}

// whole tells a number without a fraction.
func (n number) whole() bool { return n.decimal().IsInteger() }

const mostDigits = 18

var longNumber = regexp.MustCompile(`^[+-]?[0-9]{1,18}(\.[0-9]{0,30})?([eE][+-]?[0-9]{1,2})?$`)

// readNumber reads digits with a point. Nearly all are short, and are read without a look back.
func readNumber(s string) (number, bool) {
	var n number
	i, negative := 0, false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		i, negative = 1, s[0] == '-'
	}
	first, seen, point := i, 0, -1
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.' && point < 0 && i > first:
			point = i
		case c >= '0' && c <= '9' && seen < mostDigits:
			n.digits = n.digits*10 + int64(c-'0')
			seen++
			if point >= 0 {
				n.places++
			}
		default:
			return readLongNumber(s)
		}
	}
	if negative {
		n.digits = -n.digits
	}
	return n, seen > 0
}

// readLongNumber reads exponents and more digits than a number keeps; those beyond the eighteenth are rounded, which
// no amount shows.
func readLongNumber(s string) (number, bool) {
	if !longNumber.MatchString(s) {
		return number{}, false
	}
	d, err := decimal.NewFromString(s)
	if err != nil || d.Abs().Cmp(money.HighestAmount) >= 0 {
		return number{digits: 1, places: tooHigh}, true
	}
	if d.Exponent() > 0 {
		d = decimal.New(d.IntPart(), 0)
	}
	for over := int32(d.NumDigits()) - mostDigits; over > 0; over = int32(d.NumDigits()) - mostDigits {
		d = d.Round(-d.Exponent() - over)
	}
	if d.IsZero() || d.Exponent() < -100 {
		return number{}, true
	}
	return number{d.CoefficientInt64(), int8(-d.Exponent())}, true
}

// tooHigh marks a number that no bill comes to.
const tooHigh = -1

func (n number) high() bool {
	const short = 1_000_000_000_000
	if n.places >= 0 && n.digits < short && n.digits > -short {
		return false
	}
	return n.places == tooHigh || n.decimal().Abs().Cmp(money.HighestAmount) >= 0
}
