package config

import (
	"net"
	"net/netip"
	"strings"
)

// HTTPS tells whether people reach the app by https, so that cookies are Secure.
func (c Config) HTTPS() bool { return strings.HasPrefix(strings.ToLower(c.BaseURL), "https://") }

// BaseURLAt is the address people use, without a slash at its end: BASE_URL, or
// http and the address that was listened on.
func (c Config) BaseURLAt(listening string) string {
	if c.BaseURL != "" {
		return strings.TrimRight(c.BaseURL, "/")
	}
	return "http://" + listening
}

// Loopback tells whether only this machine can reach an address to listen on.
func Loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}
