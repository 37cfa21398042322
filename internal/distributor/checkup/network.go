package checkup

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/outbound"
)

// Network makes the first three layers for the addresses a connector calls:
// address allowed, name resolves, TLS.
func Network(hc *outbound.Client, urls ...string) []Step {
	n := &network{client: hc, urls: distinctHosts(urls), found: map[string][]netip.Addr{}}
	return []Step{
		{Layer: distributor.LayerAddress, Run: n.address},
		{Layer: distributor.LayerName, Run: n.name},
		{Layer: distributor.LayerTLS, Run: n.tls},
	}
}

type network struct {
	client *outbound.Client
	urls   []string
	found  map[string][]netip.Addr
	failed error // of the name service, told by its own layer
}

// address needs to know where a name leads before it can tell whether that is
// allowed; a name that leads nowhere is the next layer's to tell.
func (n *network) address(ctx context.Context) (Outcome, error) {
	for _, u := range n.urls {
		if err := n.client.CheckURL(u); err != nil {
			return Outcome{}, err
		}
		addrs, err := n.client.Resolve(ctx, u)
		if err != nil {
			if strings.HasPrefix(u, "http:") {
				return Outcome{}, notProvenSafe(u)
			}
			n.failed = err
			return Outcome{Message: "The address is well formed."}, nil
		}
		if err := n.client.Permitted(u, addrs); err != nil {
			return Outcome{}, err
		}
		n.found[u] = addrs
	}
	return Outcome{Message: "The address may be called."}, nil
}

// notProvenSafe refuses plain http to a name that leads nowhere: only an address
// that is an exception may be called so.
func notProvenSafe(u string) error {
	return &distributor.Error{Kind: distributor.NotHTTPS,
		Message: fmt.Sprintf("The address begins with http://, and %s does not resolve to an address that is an "+
			"exception.", hostOf(u)),
		Advice: "Enter it as https://; plain http would send the secret for all to read."}
}

func (n *network) name(ctx context.Context) (Outcome, error) {
	if n.failed == nil && len(n.found) < len(n.urls) { // asked before, without an answer
		if _, err := n.address(ctx); err != nil {
			return Outcome{}, err
		}
	}
	if failed := n.failed; failed != nil {
		n.failed = nil
		return Outcome{}, failed
	}
	var said []string
	for _, u := range n.urls {
		said = append(said, fmt.Sprintf("%s is %s", hostOf(u), n.found[u][0].Unmap()))
	}
	return Outcome{Message: strings.Join(said, "; ") + "."}, nil
}

func (n *network) tls(ctx context.Context) (Outcome, error) {
	var said []string
	for _, u := range n.urls {
		text, err := n.client.Handshake(ctx, u)
		if err != nil {
			return Outcome{}, named(hostOf(u), err, len(n.urls) > 1)
		}
		said = append(said, text)
	}
	return Outcome{Message: strings.Join(said, " ")}, nil
}

// named tells which of several hosts failed.
func named(host string, err error, several bool) error {
	e := *distributor.AsError(err)
	if several && !strings.Contains(e.Message, host) {
		e.Message = host + ": " + e.Message
	}
	return &e
}

func distinctHosts(urls []string) []string {
	seen, out := map[string]bool{}, []string(nil)
	for _, raw := range urls {
		if u, err := url.Parse(raw); err == nil {
			key := u.Scheme + "://" + u.Host
			if seen[key] {
				continue
			}
			seen[key] = true
		}
		out = append(out, raw)
	}
	return out
}

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Hostname()
}
