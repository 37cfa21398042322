package outbound

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"time"
)

// Resolve finds the addresses a URL's host leads to. Errors are *distributor.Error, or the context's.
func (c *Client) Resolve(ctx context.Context, raw string) ([]netip.Addr, error) {
	u, err := parseURL(raw)
	if err != nil {
		return nil, withOp("resolve", err)
	}
	addrs, err := c.lookup(ctx, u.Hostname())
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, withOp("resolve", explain(err, c.timeout))
	}
	return addrs, nil
}

func (c *Client) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	r := c.resolver
	if r == nil {
		r = net.DefaultResolver
	}
	return r.LookupNetIP(ctx, "ip", host)
}

// Permitted tells whether at least one of the addresses of a URL may be called;
// else why the first may not. The dial itself is judged again.
func (c *Client) Permitted(raw string, addrs []netip.Addr) error {
	u, err := parseURL(raw)
	if err != nil {
		return withOp("address", err)
	}
	var first error
	for _, a := range addrs {
		err := c.guardFor(u).judge(netip.AddrPortFrom(a.Unmap(), portOf(u)))
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return withOp("address", first)
}

// Handshake connects and, over https, agrees on TLS; it says what came of it
// and sends nothing more. Errors are *distributor.Error, or the context's.
func (c *Client) Handshake(ctx context.Context, raw string) (string, error) {
	u, err := parseURL(raw)
	if err != nil {
		return "", withOp("tls", err)
	}
	said, err := c.handshake(ctx, u)
	if err != nil && ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "", withOp("tls", explain(err, handshakeTimeout))
	}
	return said, nil
}

const handshakeTimeout = 10 * time.Second

func (c *Client) handshake(ctx context.Context, u *url.URL) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	address := net.JoinHostPort(u.Hostname(), strconv.Itoa(int(portOf(u))))
	conn, err := c.dialer(c.guardFor(u)).DialContext(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if u.Scheme == "http" {
		return fmt.Sprintf("%s answers; plain http, allowed by exception.", u.Host), nil
	}
	config := c.tls.Clone()
	config.ServerName = u.Hostname()
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s has a valid certificate (%s).", u.Host,
		tls.VersionName(secured.ConnectionState().Version)), nil
}
