package outbound

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Allow holds the exceptions to the address guard. The zero Allow has none.
type Allow struct{ exceptions []exception }

type exception struct {
	prefix netip.Prefix
	port   uint16 // 0 is every port
}

// ParseAllow reads a comma list of CIDR or CIDR:port, as SEATLEDGER_OUTBOUND_ALLOW
// holds it. A bare address means that one address.
func ParseAllow(list string) (Allow, error) {
	var a Allow
	for _, item := range strings.Split(list, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		e, err := parseException(item)
		if err != nil {
			return Allow{}, err
		}
		a.exceptions = append(a.exceptions, e)
	}
	return a, nil
}

func parseException(item string) (exception, error) {
	address, tail, isCIDR := strings.Cut(item, "/")
	if !isCIDR {
		return parseBareException(item)
	}
	bits, portText, hasPort := strings.Cut(tail, ":")
	prefix, err := netip.ParsePrefix(address + "/" + bits)
	if err != nil {
		return exception{}, notAnException(item)
	}
	e := exception{prefix: prefix.Masked()}
	if !hasPort {
		return e, nil
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || port == 0 {
		return exception{}, notAnException(item)
	}
	e.port = uint16(port)
	return e, nil
}

func parseBareException(item string) (exception, error) {
	if ap, err := netip.ParseAddrPort(item); err == nil {
		return exception{prefix: hostPrefix(ap.Addr()), port: ap.Port()}, nil
	}
	addr, err := netip.ParseAddr(item)
	if err != nil {
		return exception{}, notAnException(item)
	}
	return exception{prefix: hostPrefix(addr)}, nil
}

func hostPrefix(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	return netip.PrefixFrom(a, a.BitLen())
}

func notAnException(item string) error {
	return fmt.Errorf("%q is neither CIDR nor CIDR:port, such as 10.1.2.0/24 or 127.0.0.1/32:8443", item)
}

// Empty tells whether there are no exceptions.
func (a Allow) Empty() bool { return len(a.exceptions) == 0 }

// Entries lists the exceptions as text, for the settings page.
func (a Allow) Entries() []string {
	out := make([]string, 0, len(a.exceptions))
	for _, e := range a.exceptions {
		text := e.prefix.String()
		if e.port != 0 {
			text += ":" + strconv.Itoa(int(e.port))
		}
		out = append(out, text)
	}
	return out
}

func (a Allow) covers(addr netip.Addr, port uint16) bool {
	for _, e := range a.exceptions {
		if e.prefix.Contains(addr) && (e.port == 0 || e.port == port) {
			return true
		}
	}
	return false
}
