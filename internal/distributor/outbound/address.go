package outbound

import "net/netip"

type forbiddenRange struct {
	prefix netip.Prefix
	what   string
}

// Ranges that no distributor lives in. Of IPv6 only 2000::/3 is public at all;
// the ranges outside it are listed for the sake of a clear message.
var forbiddenRanges = []forbiddenRange{
	{netip.MustParsePrefix("127.0.0.0/8"), "an address of this machine itself"},
	{netip.MustParsePrefix("10.0.0.0/8"), "a private address"},
	{netip.MustParsePrefix("172.16.0.0/12"), "a private address"},
	{netip.MustParsePrefix("192.168.0.0/16"), "a private address"},
	{netip.MustParsePrefix("169.254.0.0/16"), "a link-local address"},
	{netip.MustParsePrefix("168.63.129.16/32"), "an address of the hosting platform"},
	{netip.MustParsePrefix("100.64.0.0/10"), "a private address of a carrier (CGNAT)"},
	{netip.MustParsePrefix("0.0.0.0/8"), "an unspecified address"},
	{netip.MustParsePrefix("192.0.0.0/24"), "a reserved address"},
	{netip.MustParsePrefix("192.0.2.0/24"), "an address for documentation"},
	{netip.MustParsePrefix("198.51.100.0/24"), "an address for documentation"},
	{netip.MustParsePrefix("203.0.113.0/24"), "an address for documentation"},
	{netip.MustParsePrefix("192.88.99.0/24"), "a 6to4 relay address"},
	{netip.MustParsePrefix("198.18.0.0/15"), "a private address for benchmarks"},
	{netip.MustParsePrefix("224.0.0.0/4"), "a multicast address"},
	{netip.MustParsePrefix("240.0.0.0/4"), "a reserved address"},

	{netip.MustParsePrefix("::1/128"), "an address of this machine itself"},
	{netip.MustParsePrefix("::/128"), "an unspecified address"},
	{netip.MustParsePrefix("::ffff:0:0/96"), "an IPv4 address in IPv6 writing"},
	{netip.MustParsePrefix("64:ff9b::/96"), "a NAT64 address"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "a NAT64 address"},
	{netip.MustParsePrefix("fc00::/7"), "a private address"},
	{netip.MustParsePrefix("fe80::/10"), "a link-local address"},
	{netip.MustParsePrefix("fec0::/10"), "a private address"},
	{netip.MustParsePrefix("ff00::/8"), "a multicast address"},
	{netip.MustParsePrefix("2001:db8::/32"), "an address for documentation"},
	{netip.MustParsePrefix("3fff::/20"), "an address for documentation"},
	{netip.MustParsePrefix("2001::/23"), "a tunnel or reserved address"},
	{netip.MustParsePrefix("2002::/16"), "a 6to4 address"},
}

var publicIPv6 = netip.MustParsePrefix("2000::/3")

// notPublic says what an address is when it is not public, else nothing.
func notPublic(a netip.Addr) string {
	if a.Is4In6() {
		return "an IPv4 address in IPv6 writing"
	}
	for _, r := range forbiddenRanges {
		if r.prefix.Contains(a) {
			return r.what
		}
	}
	if a.Is6() && !publicIPv6.Contains(a) {
		return "a reserved address"
	}
	return ""
}
