package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"seatledger/internal/distributor"
)

// Options of a client; what is left zero gets a sensible value.
type Options struct {
	Allow     Allow
	Timeout   time.Duration  // the whole of one call, body included; 30 s
	MaxBody   int64          // bytes, after decompression; 64 MiB
	MaxHeader int64          // bytes; 64 KiB
	RootCAs   *x509.CertPool // the system's
	Resolver  *net.Resolver  // the system's
}

// Client makes guarded calls. It is safe for concurrent use.
type Client struct {
	allow    Allow
	timeout  time.Duration
	maxBody  int64
	tls      *tls.Config
	resolver *net.Resolver
	secure   *http.Transport
	plain    *http.Transport
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
		allow: o.Allow, timeout: orDefault(o.Timeout, 30*time.Second), maxBody: orDefault(o.MaxBody, 64<<20),
		tls: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs}, resolver: o.Resolver,
	}
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
}

// Answer is what came back, read whole.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do makes one call and reads the answer whole, whatever its code; a redirect is
// an error. It never repeats a call. Errors are *distributor.Error, or the context's.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	a, err := c.do(ctx, r)
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
	req.Header["Idempotency-Key"] = nil
	resp, err := c.roundTrip(req)
	if err != nil {
		return Answer{}, explain(err, c.timeout)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		return Answer{}, redirected(resp)
	}
	body, err := c.read(resp)
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}, err
}

// roundTrip speaks to the transport itself: it knows no redirects and no cookies.
func (c *Client) roundTrip(req *http.Request) (*http.Response, error) {
	switch req.URL.Scheme {
	case "https":
		return c.secure.RoundTrip(req)
	case "http":
		return c.plain.RoundTrip(req)
	}
	return nil, notHTTPS()
}

func (c *Client) read(resp *http.Response) ([]byte, error) {
	if resp.ContentLength > c.maxBody {
		return nil, tooLarge("The answer is larger than the limit of %d MiB.", c.maxBody>>20)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.maxBody+1))
	if err != nil {
		return nil, explain(err, c.timeout)
	}
	if int64(len(body)) > c.maxBody {
		return nil, tooLarge("The answer is larger than the limit of %d MiB.", c.maxBody>>20)
	}
	return body, nil
}

func withOp(op string, err error) error {
	if err == nil {
		return nil
	}
	e := *distributor.AsError(err)
	e.Op = op
	return &e
}
