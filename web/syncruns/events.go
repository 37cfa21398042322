package syncruns

import (
	"reflect"
	"time"

	"github.com/labstack/echo/v4"

	"seatledger/internal/syncing"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

const (
	lookEvery = time.Second
	pingEvery = 15 // looks without news
)

// Events streams a run's progress until it ends, the reader leaves, or the session
// would no longer be let in. It only reads the run's row, so any replica can serve it.
func (h Handlers) Events(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	run, err := syncing.Get(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	hash := session.Hash(c)
	s, err := httpx.Events(c)
	if err != nil {
		return err
	}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for t := (teller{stream: s}); ; {
		if err := t.tell(progressOf(run)); err != nil || run.State.Finished() {
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
		if run, err = syncing.Get(ctx, h.DB.Read(ctx), id); err != nil {
			return err
		}
	}
}

// teller sends what is new, and now and then a sign of life.
type teller struct {
	stream *httpx.Stream
	last   httpx.Progress
	told   bool
	silent int
}

func (t *teller) tell(p httpx.Progress) error {
	if !t.told || !reflect.DeepEqual(p, t.last) {
		t.told, t.last, t.silent = true, p, 0
		return t.stream.Send(p)
	}
	if t.silent++; t.silent < pingEvery {
		return nil
	}
	t.silent = 0
	return t.stream.Ping()
}
