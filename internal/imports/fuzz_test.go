package imports

import (
	"testing"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
)

// A cell that is taken for a number or a day is one that the rest of the program reads.
func FuzzValues(f *testing.F) {
	for _, s := range []string{"", "1", "-1.50", "1.234,56", "1,234.56", "1 234,5", "USD 12", "(5)", "1e9", "٣", "0x1F", "3/4/2026",
		"2026-03-31", "31.12.2026", "Feb 30, 2026", "45292", "\u202e12", "1.2.3.4", "--1", "'5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, v string) {
		for _, sign := range []Decimal{Point, Comma} {
			d := decimals{Decimal: sign}
			// What it does not know it leaves as it is, to whoever stores it.
			if got, why := d.amount(v); why == "" && got != v && got != "" {
				if _, err := decimal.NewFromString(got); err != nil {
					t.Errorf("%q is the amount %q: %v", v, got, err)
				}
			}
			_, _ = d.whole(v)
		}
		if day := Day(v); day != "" && day != v {
			if _, err := clock.ParseDate(day); err != nil {
				t.Errorf("%q is the day %q: %v", v, day, err)
			}
		}
	})
}
