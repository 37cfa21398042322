package outbound

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"runtime/debug"
	"sync"

	"seatledger/internal/distributor"
)

// small is a body that needs no leave. Of larger ones the whole process holds one at a time, from the first byte until
// it has been made use of.
const small = 1 << 20

// tight is the share of what lives that may lie about as waste while a large body is made use of: by itself the heap
// would grow to twice what such a body and what is made of it take.
const tight = 20

// waste bounds the process's waste while any client makes use of a large body.
var waste thrift

type thrift struct {
	mu    sync.Mutex
	users int
	usual int
}

func (t *thrift) tighten() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.users++; t.users == 1 {
		t.usual = debug.SetGCPercent(tight)
	}
}

func (t *thrift) loosen() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.users--; t.users == 0 {
		debug.SetGCPercent(t.usual)
	}
}

func (c *Client) read(ctx context.Context, resp *http.Response, smallOnly bool) (body []byte, release func(),
	err error) {
	limit := c.maxBody
	if smallOnly {
		limit = min(limit, small)
	}
	if resp.ContentLength > limit {
		return nil, nil, tooLarge("The answer is larger than the limit of %s.", size(limit))
	}
	var begin bytes.Buffer
	if n, err := io.CopyN(&begin, resp.Body, min(limit, small)+1); errors.Is(err, io.EOF) {
		return begin.Bytes(), nil, nil
	} else if err != nil {
		return nil, nil, explain(err, c.timeout)
	} else if n > limit {
		return nil, nil, tooLarge("The answer is larger than the limit of %s.", size(limit))
	}
	release, err = distributor.TakeRoom(ctx, func() (func(), error) { return c.leave(ctx) })
	if err != nil {
		return nil, nil, err
	}
	if body, err = c.readOn(begin.Bytes(), resp); err != nil {
		release()
		return nil, nil, err
	}
	return body, release, nil
}

// leave waits until there is room for a large body.
func (c *Client) leave(ctx context.Context) (release func(), err error) {
	if c.large.Acquire(ctx, 1) != nil {
		return nil, &distributor.Error{Kind: distributor.NoRoom,
			Message: "The answer is large, and others as large were being read at the same time, so that it found no " +
				"room.",
			Advice: "Lower the page size or the concurrency under Advanced, then try again."}
	}
	waste.tighten()
	return sync.OnceFunc(func() {
		runtime.GC() // what was made of it would else lie beside the next one
		waste.loosen()
		c.large.Release(1)
	}), nil
}

// readOn reads the rest into room that is taken once: growing would take it twice.
func (c *Client) readOn(begin []byte, resp *http.Response) ([]byte, error) {
	room := resp.ContentLength
	if room < 0 {
		room = c.maxBody
	}
	body := make([]byte, room+1)
	n := copy(body, begin)
	for n < len(body) {
		more, err := resp.Body.Read(body[n:])
		if n += more; errors.Is(err, io.EOF) {
			return fitting(body, n), nil
		}
		if err != nil {
			return nil, explain(err, c.timeout)
		}
	}
	return nil, tooLarge("The answer is larger than the limit of %s.", size(c.maxBody))
}

// fitting gives the room back that a body did not need: records that lie in it may live long.
func fitting(body []byte, n int) []byte {
	if n < len(body)/2 {
		return bytes.Clone(body[:n])
	}
	return body[:n:n]
}
