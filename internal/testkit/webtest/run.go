package webtest

import (
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/runs"
	"seatledger/internal/syncing"
)

const lookEvery = 20 * time.Millisecond

// WaitRun waits until the sync run of a page has ended and gives it. Without
// workers it does their work first. What a run leaves to the clockwork, reviews and
// suggestions, is done too.
func (s *Site) WaitRun(p *Page) syncing.Run {
	s.t.Helper()
	id, err := uuid.Parse(strings.TrimPrefix(p.URL.Path, "/sync-runs/"))
	s.must(err)
	return s.WaitRunID(id)
}

// WaitRunID is WaitRun for a run whose id is known.
func (s *Site) WaitRunID(id uuid.UUID) syncing.Run {
	s.t.Helper()
	ctx := s.t.Context()
	if !s.workers {
		s.must(s.App.Sync.Execute(ctx, id))
	}
	deadline := time.Now().Add(patience)
	for {
		r, err := syncing.Get(ctx, s.DB.Read(ctx), id)
		s.must(err)
		if r.State.Finished() {
			s.settle(r.ProviderID)
			return r
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("webtest: run %s is still %s", id, r.State)
		}
		time.Sleep(lookEvery)
	}
}

func (s *Site) settle(provider uuid.UUID) {
	s.t.Helper()
	ctx := s.t.Context()
	deadline := time.Now().Add(patience)
	_, err := s.App.Mapping.Refresh(ctx, provider)
	for errors.Is(err, runs.ErrBusy) && time.Now().Before(deadline) { // a worker has it
		time.Sleep(lookEvery)
		_, err = s.App.Mapping.Refresh(ctx, provider)
	}
	s.must(err)
	s.must(s.App.Reviews.Drain(ctx, s.App.DB))
}
