package foureyes

import "testing"

// Amounts that a person types are read back as they are written, or are refused.
func FuzzLimits(f *testing.F) {
	for _, s := range []string{"", "1000 EUR, 1200.50 USD", "1 EUR; 1 EUR", "1e999999999 EUR", "-1 EUR",
		"0.000001 JPY", "1EUR",
		"1 euro", "1e-99 USD"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		limits, err := ParseLimits(text)
		if err != nil {
			return
		}
		again, err := ParseLimits(limits.String())
		if err != nil || again.looser(limits) || limits.looser(again) {
			t.Errorf("%q is written %q, %v", text, limits, err)
		}
	})
}
