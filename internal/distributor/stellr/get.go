package stellr

import (
	"context"
	"net/http"
	"net/url"

	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/outbound"
)

// question is one GET request.
type question struct {
	op    string
	path  string
	query url.Values
	once  bool // without further tries, for a check that a person waits for
	read  func(outbound.Answer) error
}

// get asks a question, and has an answer read whose code was 200.
func (c *Connector) get(ctx context.Context, q question) error {
	_, err := c.session.Ask(ctx, calls.Question{Op: q.op, Once: q.once, Read: q.read,
		Send: func(ctx context.Context, token string) (outbound.Answer, error) {
			return c.send(ctx, q, token)
		}})
	return err
}

func (c *Connector) send(ctx context.Context, q question, token string) (outbound.Answer, error) {
	target := c.base + q.path
	if len(q.query) > 0 {
		target += "?" + q.query.Encode()
	}
	a, err := c.http.Do(ctx, outbound.Request{Op: q.op, Method: http.MethodGet, URL: target,
		Header: http.Header{"Authorization": {"Bearer " + token}, "Accept": {"application/json"}}})
	c.log.DebugContext(ctx, "distributor call", "op", q.op, "path", q.path, "status", a.Status, "bytes", len(a.Body))
	return a, err
}
