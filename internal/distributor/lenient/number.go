package lenient

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/shopspring/decimal"
)

// decimalOf reads a number exactly. The bounds keep a literal such as 1e999999999
// from filling the memory when it is written out.
func decimalOf(text string) (decimal.Decimal, bool) {
	if len(text) > 64 || !plainNumber.MatchString(text) {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(text)
	if err != nil || d.Exponent() > 40 || d.Exponent() < -60 {
		return decimal.Decimal{}, false
	}
	return d, true
}

var (
	plainNumber = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$`)
	// Guess: commas group thousands as in the US, where the API is at home.
	groupedNumber = regexp.MustCompile(`^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$`)
)

func ungroup(text string) string {
	if groupedNumber.MatchString(text) {
		return strings.ReplaceAll(text, ",", "")
	}
	return text
}

// What an amount may be: numeric with six places in the database, and nothing
// that no seat has ever cost.
const amountPlaces = 6

var errPlaces = errors.New("has more than six decimal places, and amounts are never rounded in reading " +
	"unless the provider's dialect says that it sends doubles")

var maxAmount = decimal.New(1, 12)

// parseAmount reads a price exactly or not at all; it never rounds.
func parseAmount(text string) (decimal.Decimal, error) {
	d, ok := decimalOf(ungroup(text))
	switch {
	case !ok:
		return d, fmt.Errorf("%q is not an amount", cut(Clean(text), 40))
	case d.IsNegative():
		return d, fmt.Errorf("%s is negative", d)
	case d.GreaterThanOrEqual(maxAmount):
		return d, fmt.Errorf("%s is too large", d)
	case !d.Equal(d.Truncate(amountPlaces)):
		return d, fmt.Errorf("%s %w", d, errPlaces)
	}
	return d, nil
}

// parseFigure reads a number of a bill exactly or not at all: a credit is below zero, and shares of a price have many
// places.
func parseFigure(text string) (decimal.Decimal, bool) {
	d, ok := decimalOf(ungroup(text))
	return d, ok && d.Abs().LessThan(maxAmount)
}

// maxSeats is beyond any order; a larger number is a mistake upstream.
var maxSeats = decimal.New(10_000_000, 0)

// parseSeats reads a number of seats: 5, "5" and 5.0 are five.
func parseSeats(text string) (int, error) {
	d, ok := decimalOf(ungroup(text))
	shown := cut(Clean(text), 40)
	switch {
	case text == "":
		return 0, fmt.Errorf("the quantity is missing")
	case !ok:
		return 0, fmt.Errorf("the quantity %q is not a number", shown)
	case d.IsNegative():
		return 0, fmt.Errorf("the quantity %s is negative", shown)
	case !d.IsInteger():
		return 0, fmt.Errorf("the quantity %s is not a whole number", shown)
	case d.GreaterThan(maxSeats):
		return 0, fmt.Errorf("the quantity %s is absurdly large", shown)
	}
	return int(d.IntPart()), nil
}
