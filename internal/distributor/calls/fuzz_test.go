package calls

import (
	"net/http"
	"testing"
	"time"
)

// A server may ask for any silence; what we keep is sane.
func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "0", "30", "-5", "99999999999999999999", "Wed, 21 Oct 2015 07:28:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "1.5", " 7 ",
		"NaN", "0x10"} {
		f.Add(s)
	}
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, asked string) {
		pause, wish := RetryAfter(http.Header{"Retry-After": {asked}}, now)
		if pause < 0 || pause > 24*time.Hour || wish < 0 {
			t.Errorf("%q: %s of %s", asked, pause, wish)
		}
	})
}
