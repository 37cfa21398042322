package outbound

import (
	"context"
	"strconv"

	"seatledger/internal/distributor"
)

// Observed is the same client, which tells of each call that it made and of the
// status of the answer; "no_answer" where none came.
func (c *Client) Observed(called func(ctx context.Context, status string)) *Client {
	other := *c
	other.called = called
	return &other
}

func (c *Client) tell(ctx context.Context, a Answer, err error) {
	if c.called == nil {
		return
	}
	c.called(ctx, statusWord(a, err))
}

func statusWord(a Answer, err error) string {
	status := a.Status
	if e := distributor.AsError(err); status == 0 && e != nil {
		status = e.StatusCode
	}
	if status > 0 {
		return strconv.Itoa(status)
	}
	return "no_answer"
}

// Follow is told when a call for op begins, and by what it returns how it ended.
type Follow func(ctx context.Context, op string) (context.Context, func(status string))

// Traced is the same client, whose calls are followed.
func (c *Client) Traced(follow Follow) *Client {
	other := *c
	other.follow = follow
	return &other
}

func (c *Client) followed(ctx context.Context, r Request) (context.Context, func(Answer, error)) {
	if c.follow == nil {
		return ctx, func(Answer, error) {}
	}
	ctx, ended := c.follow(ctx, r.Op)
	return ctx, func(a Answer, err error) { ended(statusWord(a, err)) }
}
