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
	status := a.Status
	if e := distributor.AsError(err); status == 0 && e != nil {
		status = e.StatusCode
	}
	word := "no_answer"
	if status > 0 {
		word = strconv.Itoa(status)
	}
	c.called(ctx, word)
}
