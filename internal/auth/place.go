package auth

import "net/netip"

// How much of an address one stranger commonly has to themselves.
const (
	placeOf4 = 24
	placeOf6 = 64
)

// Place is where an address is: its /24, or its /64. Whoever has one address of it can have all the others.
func Place(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap().WithZone("")
	bits := placeOf6
	if a.Is4() {
		bits = placeOf4
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return address
	}
	return p.String()
}
