package outbound

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"seatledger/internal/distributor"
)

const maxURL = 2000

// CheckURL tells what is wrong with the form of an address, before anything is
// resolved; nil when it can be tried. http passes here, since an exception may
// allow it: that is decided on the address dialled.
func CheckURL(raw string) error {
	_, err := parseURL(raw)
	return err
}

// CheckURL is the package's CheckURL, and also refuses what this client would
// never call whatever a name resolves to: a literal address that is not public,
// and http when there are no exceptions at all.
func (c *Client) CheckURL(raw string) error {
	u, err := parseURL(raw)
	if err != nil {
		return err
	}
	if err := c.named(u); err != nil {
		return err
	}
	g := c.guardFor(u)
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil {
		return g.judge(netip.AddrPortFrom(addr, portOf(u)))
	}
	if g.plain && c.allow.Empty() {
		return notHTTPS()
	}
	return nil
}

func parseURL(raw string) (*url.URL, error) {
	if len(raw) > maxURL {
		return nil, badURL("The address is too long.")
	}
	if strings.IndexFunc(raw, notInURL) >= 0 {
		return nil, badURL("The address contains a space or a character that cannot be seen.")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, badURL("The address cannot be read.")
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return nil, &distributor.Error{Kind: distributor.NotHTTPS, Message: "The address does not begin with https://.",
			Advice: "Enter it as https://, for example https://api.us.tdsynnex.com/."}
	}
	if u.User != nil {
		return nil, badURL("The address contains a user name or password.")
	}
	if u.Fragment != "" || u.RawQuery != "" {
		return nil, badURL("The address contains a ? or #.")
	}
	return u, checkHost(u)
}

func notInURL(r rune) bool {
	return unicode.IsControl(r) || unicode.IsSpace(r) || r == '\\' || r == unicode.ReplacementChar ||
		unicode.Is(unicode.Cf, r)
}

func checkHost(u *url.URL) error {
	host := u.Hostname()
	if host == "" || u.Opaque != "" {
		return badURL("The address names no host.")
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return badURL(fmt.Sprintf("%s is not a port.", p))
		}
	}
	if strings.HasPrefix(u.Host, "[") {
		return nil
	}
	if !isHostName(host) {
		return badURL("The host name contains a character that host names do not have.")
	}
	if _, err := netip.ParseAddr(host); err != nil && endsInNumber(host) {
		return badURL(fmt.Sprintf("%s is a number, not a host name.", host))
	}
	return nil
}

// isHostName keeps to plain ASCII, so that look-alike dots and letters never
// reach a resolver; an international name can be typed in its xn-- form.
func isHostName(host string) bool {
	if len(host) > 253 {
		return false
	}
	for _, label := range strings.Split(strings.TrimSuffix(host, "."), ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, hostCharacters) != "" {
			return false
		}
	}
	return true
}

const hostCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// endsInNumber finds hosts that some resolvers read as an address in numbers:
// 2130706433, 0x7f.1, 0177.0.0.1, 127.1.
func endsInNumber(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := strings.ToLower(host[strings.LastIndexByte(host, '.')+1:])
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}

func portOf(u *url.URL) uint16 {
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		return uint16(n)
	}
	if u.Scheme == "http" {
		return 80
	}
	return onlyPort
}

func badURL(message string) error {
	return &distributor.Error{Kind: distributor.AddressRefused, Message: message,
		Advice: "Enter the address as the distributor gives it, for example https://api.us.tdsynnex.com/."}
}
