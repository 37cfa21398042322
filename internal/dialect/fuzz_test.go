package dialect

import (
	"strings"
	"testing"

	"seatledger/internal/distributor"
)

// What an operator types of a wire either stands within its bounds or is refused at its field.
func FuzzSettle(f *testing.F) {
	for _, s := range []string{"", "Parked = suspended", "a = active\nb = expired", "= active", "? = active", "/api/v1/{customer}/x", "scope = api.read",
		"grant_type = password", "300", "-1", "a.b.c.d.e", "\x00", "name, other"} {
		f.Add(s, s, s, s)
	}
	wire := distributor.Wire{TokenForm: true, Paths: distributor.Paths{Customers: "/a", Subscriptions: "/{customer}/b"}}
	f.Fuzz(func(t *testing.T, words, path, form, perMinute string) {
		d, err := Settle(Input{Statuses: words, Rhythms: words, Kinds: words, TokenForm: form, PerMinute: perMinute,
			Names: map[string]string{"status": words}, Paths: distributor.Paths{Customers: path, Subscriptions: path}}, wire)
		if err != nil {
			return
		}
		if len(d.Statuses) > mostLines || d.PerMinute > mostCalls || d.PerMinute < 0 ||
			strings.ContainsAny(d.Paths.Customers, "\x00\r\n \\") || strings.Contains(d.Paths.Customers, "://") {
			t.Errorf("%q %q %q %q gave %+v", words, path, form, perMinute, d)
		}
	})
}
