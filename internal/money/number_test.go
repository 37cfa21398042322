package money_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"seatledger/internal/money"
)

// A short text never becomes a number that cannot be compared and written out at once.
func TestNoShortTextIsAHugeNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"12.50": "12.5", "-3": "-3", "+.5": "0.5", "7.": "7", "1e3": "1000",
		"1.5E-2": "0.015", "0": "0"} {
		if d, ok := money.ParseNumber(text); !ok || d.String() != want {
			t.Errorf("%q is %s, %v", text, d, ok)
		}
	}
	for _, text := range []string{"", "1e999999999", "1e-999999999", "1E+2147483647", "1e100", "0x10", "NaN", "Inf",
		"1_000",
		"1,5", " 1", "--1", "1e", ".", strings.Repeat("9", 65)} {
		if d, ok := money.ParseNumber(text); ok {
			t.Errorf("%q is %d digits", text, d.NumDigits())
		}
	}
}

// FuzzNumber holds that to any text: what is read is short when written out, and reads back as itself.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"", "1", "-0", "1e99", "1e-99", "1e999999999", "1e-999999999", "000000000000001",
		"9e9e9", ".", "+."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := money.ParseNumber(s)
		if !ok {
			return
		}
		text := d.String()
		if len(text) > 300 {
			t.Errorf("%q is written out with %d characters", s, len(text))
		}
		if again, err := decimal.NewFromString(text); err != nil || !again.Equal(d) {
			t.Errorf("%q becomes %s", s, text)
		}
		d.GreaterThanOrEqual(money.HighestAmount)
	})
}
