package outbound

import (
	"context"
	"fmt"
	"net/netip"
	"syscall"

	"seatledger/internal/distributor"
)

// onlyPort is the one port that public addresses are called on: every host that
// is known of the distributors uses it, and any other would make the app a port scanner.
const onlyPort = 443

// guard judges an address between name resolution and connect.
type guard struct {
	allow Allow
	plain bool // for calls without TLS
}

// control is a net.Dialer.ControlContext.
func (g guard) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") {
		return &distributor.Error{Kind: distributor.AddressRefused,
			Message: "The address is of a kind that is never called.", Advice: "Enter the distributor's https address."}
	}
	return g.judge(ap)
}

func (g guard) judge(ap netip.AddrPort) error {
	addr := ap.Addr().WithZone("")
	if g.allow.covers(addr.Unmap(), ap.Port()) {
		return nil
	}
	if what := notPublic(addr); what != "" {
		return refusedAddress(addr, what)
	}
	if g.plain {
		return notHTTPS()
	}
	if ap.Port() != onlyPort {
		return refusedPort(ap.Port())
	}
	return nil
}

func refusedAddress(addr netip.Addr, what string) error {
	return &distributor.Error{Kind: distributor.AddressRefused,
		Message: fmt.Sprintf("The address leads to %s, which is %s; no call was made.", addr, what),
		Advice: "Enter the distributor's public address, or have the operator add an exception to " +
			"SEATLEDGER_OUTBOUND_ALLOW."}
}

func refusedPort(port uint16) error {
	return &distributor.Error{Kind: distributor.AddressRefused,
		Message: fmt.Sprintf("Port %d is not open for calls to the outside, only %d; no call was made.", port,
			onlyPort),
		Advice: "Leave the port out of the URL, or have the operator add an exception to SEATLEDGER_OUTBOUND_ALLOW."}
}

func notHTTPS() error {
	return &distributor.Error{Kind: distributor.NotHTTPS,
		Message: "The address begins with http://, so credentials would travel unprotected; no call was made.",
		Advice:  "Enter the address with https://."}
}
