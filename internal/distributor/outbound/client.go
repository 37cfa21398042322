package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/sync/semaphore"

	"seatledger/internal/distributor"
)

// Options of a client; what is left zero gets a sensible value.
type Options struct {
	Allow     Allow
	Hosts     []string       // names that may be called, *.example for all below one; none: any public one
	Timeout   time.Duration  // the whole of one call, body included; 30 s
	MaxBody   int64          // bytes, after decompression; 16 MiB
	MaxHeader int64          // bytes; 64 KiB
	RootCAs   *x509.CertPool // the system's
	Resolver  *net.Resolver  // the system's
}

// Client makes guarded calls. It is safe for concurrent use.
type Client struct {
	allow    Allow
	hosts    []string
	timeout  time.Duration
	maxBody  int64
	large    *semaphore.Weighted
	tls      *tls.Config
	resolver *net.Resolver
	secure   *http.Transport
	plain    *http.Transport
	called   func(ctx context.Context, status string) // nil: nobody wants to know
	follow   Follow
	see      func(Request, Answer, error) // told of each call; nil: nobody
}

// Watched is the same client, with the same guard and limits, that tells see of each
// call and its answer. See may keep neither a token nor what a sign-in brought.
func (c *Client) Watched(see func(Request, Answer, error)) *Client {
	w := *c
	w.see = see
	return &w
}

// New makes a client; it refuses limits that make no sense.
func New(o Options) (*Client, error) {
	if o.Timeout < 0 || o.MaxBody < 0 || o.MaxHeader < 0 {
		return nil, fmt.Errorf("outbound: a limit is negative")
	}
	c := &Client{
		allow: o.Allow, hosts: o.Hosts, timeout: orDefault(o.Timeout, 30*time.Second),
		maxBody: orDefault(o.MaxBody, 16<<20),
		tls:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs}, resolver: o.Resolver,
	}
	c.large = semaphore.NewWeighted(1)
	header := orDefault(o.MaxHeader, 64<<10)
	c.secure = c.transport(guard{allow: o.Allow}, header)
	c.plain = c.transport(guard{allow: o.Allow, plain: true}, header)
	return c, nil
}

func orDefault[T int64 | time.Duration](v, standard T) T {
	if v == 0 {
		return standard
	}
	return v
}

// A transport for each scheme, so that a connection dialled under one rule is
// never used under the other. Proxy stays nil: behind a proxy the guard would
// see the proxy's address instead of the target's.
func (c *Client) transport(g guard, maxHeader int64) *http.Transport {
	return &http.Transport{
		DialContext:            c.dialer(g).DialContext,
		TLSClientConfig:        c.tls.Clone(),
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        60 * time.Second,
	}
}

func (c *Client) dialer(g guard) *net.Dialer {
	return &net.Dialer{Timeout: 10 * time.Second, ControlContext: g.control, Resolver: c.resolver}
}

func (c *Client) guardFor(u *url.URL) guard {
	return guard{allow: c.allow, plain: u.Scheme != "https"}
}

// Allow tells the exceptions in force.
func (c *Client) Allow() Allow { return c.allow }

// CloseIdle closes connections that wait for reuse.
func (c *Client) CloseIdle() {
	c.secure.CloseIdleConnections()
	c.plain.CloseIdleConnections()
}

// Request is one call. Op names it in errors.
type Request struct {
	Op     string
	Method string
	URL    string
	Header http.Header
	Body   []byte
	Small  bool // the answer is a few lines: more than a MiB is refused
	Once   bool // what is sent is good for one use: it goes out once, whatever becomes of the connection
}

// Answer is what came back, read whole. Whoever gets one calls Release when its body
// has been made use of.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte

	release func()
}

// Release gives back the room that a large body took.
func (a Answer) Release() {
	if a.release != nil {
		a.release()
	}
}

// Do makes one call and reads the answer whole, whatever its code; a redirect is
// an error. It never repeats a call. Errors are *distributor.Error, or the context's.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	within, ended := c.followed(ctx, r)
	a, err := c.do(within, r)
	ended(a, err)
	c.tell(ctx, a, err)
	if c.see != nil {
		c.see(r, a, err)
	}
	if err != nil && ctx.Err() != nil {
		return Answer{}, ctx.Err()
	}
	return a, withOp(r.Op, err)
}

func (c *Client) do(ctx context.Context, r Request) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return Answer{}, badURL("The address cannot be read.")
	}
	if len(r.Body) == 0 {
		req.Body, req.GetBody = nil, nil
	}
	if r.Header != nil {
		req.Header = r.Header.Clone()
	}
	req.Header.Set("User-Agent", "Seatledger")
	// All calls only read, so one that met a connection the server had just closed
	// may go out again. The empty value says so to net/http and is not sent.
	if r.Once {
		req.GetBody = nil
	} else {
		req.Header["Idempotency-Key"] = nil
	}
	resp, err := c.roundTrip(req)
	if err != nil {
		return Answer{}, explain(err, c.timeout)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		return Answer{}, redirected(resp)
	}
	body, release, err := c.read(ctx, resp, r.Small)
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: body, release: release}, err
}

// roundTrip speaks to the transport itself: it knows no redirects and no cookies.
func (c *Client) roundTrip(req *http.Request) (*http.Response, error) {
	if err := c.named(req.URL); err != nil {
		return nil, err
	}
	switch req.URL.Scheme {
	case "https":
		return c.secure.RoundTrip(req)
	case "http":
		return c.plain.RoundTrip(req)
	}
	return nil, notHTTPS()
}

func withOp(op string, err error) error {
	if err == nil {
		return nil
	}
	e := *distributor.AsError(err)
	e.Op = op
	return &e
}
