package auth

import "testing"

// The place of an address is the place of its place, whatever somebody puts into a header.
func FuzzPlace(f *testing.F) {
	for _, s := range []string{"", "192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7", "fe80::1%eth0", "1.2.3", "x",
		"2001:db8::/129"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if place := Place(address); Place(place) != place {
			t.Errorf("%q is in %q, which is in %q", address, place, Place(place))
		}
	})
}
