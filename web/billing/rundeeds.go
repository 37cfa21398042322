package billing

import (
	"reflect"
	"time"

	"github.com/labstack/echo/v4"

	"seatledger/internal/billingrun"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Bill lets the drafts of a run, or those ticked, be billed.
func (h Handlers) Bill(c echo.Context) error { return h.ask(c, billingrun.ToBill) }

// Send lets them be billed, where they are not, and sent.
func (h Handlers) Send(c echo.Context) error { return h.ask(c, billingrun.ToSend) }

// Undo throws the drafts of a run away, or those ticked.
func (h Handlers) Undo(c echo.Context) error { return h.ask(c, billingrun.ToUndo) }

func (h Handlers) ask(c echo.Context, goal billingrun.Goal) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ids, err := form.IDs("contract_id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	err = h.Runs.Ask(ctx, session.Actor(c),
		billingrun.Asked{Run: id, Goal: goal, Contracts: ids, Usual: form.On("usual")})
	if err != nil {
		return err
	}
	if err := h.Runs.Go(ctx, id, atOnce); err != nil {
		return err
	}
	return httpx.SeeOther(c, RunPath(id))
}

// Cancel ends a run between two contracts.
func (h Handlers) Cancel(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.Runs.Cancel(c.Request().Context(), session.Actor(c), id); err != nil {
		return err
	}
	return httpx.Done(c, RunPath(id), "It ends at the next contract. What was drafted, billed and sent until then stays.")
}

const (
	lookEvery = time.Second
	pingEvery = 15 // looks without news
)

// Events streams how far a run has come until its work ends, the reader leaves, or the session would no longer be let
// in.
func (h Handlers) Events(c echo.Context) error {
	s, err := h.sight(c)
	if err != nil {
		return err
	}
	ctx, hash := c.Request().Context(), session.Hash(c)
	stream, err := httpx.Events(c)
	if err != nil {
		return err
	}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	var last httpx.Progress
	for silent := 0; ; silent++ {
		p := s.progress()
		switch {
		case !reflect.DeepEqual(p, last):
			err, last, silent = stream.Send(p), p, 0
		case silent >= pingEvery:
			err, silent = stream.Ping(), 0
		}
		if err != nil || p.Final {
			return nil // nobody listens any more, or there is nothing more to tell
		}
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
		if !h.Sessions.StillValid(ctx, hash) {
			return nil
		}
		if s, err = h.sight(c); err != nil {
			return err
		}
	}
}
