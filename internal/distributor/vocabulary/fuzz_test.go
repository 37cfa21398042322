package vocabulary

import "testing"

// A text that somebody may doubt ends nothing, whatever stands beside it.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"", "Active", "cancelled", "not cancelled", "Seats changed from 10 to 12", "+5 seats", "P1Y", "CFQ7TTC0LH18:0001:P1M:MONTHLY",
		"geannuleerd", "Kündigung zurückgezogen", "removed -99999999999999999999 seats"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if Ended(text) && Doubtful(text) {
			t.Errorf("%q ends and is doubted", text)
		}
		_, _, _, _ = Status(text), AccountActive(text), Rhythm(text), SeatDelta(text)
		_, _ = TermOfPart(text)
		_, _ = FrequencyOfPart(text)
		_, _ = TermOfName(text)
		_ = Vendor(text, text)
	})
}
