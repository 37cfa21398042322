package outbound

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"seatledger/internal/distributor"
)

// named refuses a host that is not on the list of those that may be called. Without a list any public one may; an
// address that an exception covers was named by that.
func (c *Client) named(u *url.URL) error {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if len(c.hosts) == 0 {
		return nil
	}
	if addr, err := netip.ParseAddr(host); err == nil && c.allow.covers(addr.Unmap(), portOf(u)) {
		return nil
	}
	for _, h := range c.hosts {
		h = strings.ToLower(h)
		if below, any := strings.CutPrefix(h, "*"); host == h || any && strings.HasSuffix(host, below) {
			return nil
		}
	}
	return &distributor.Error{Kind: distributor.AddressRefused,
		Message: fmt.Sprintf("%s is not among the hosts that may be called here; no call was made.", host),
		Advice:  "Have the operator add it to SEATLEDGER_OUTBOUND_HOSTS, if it is meant."}
}
