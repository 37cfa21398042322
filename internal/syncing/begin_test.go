package syncing_test

import (
	"context"
	"testing"

	"seatledger/internal/distributor"
	"seatledger/internal/provider"
	"seatledger/internal/syncing"
)

func TestATryThatWasRolledBackTakesNoRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	q := syncing.Request{ProviderID: w.provider, Kind: syncing.Accounts, Trigger: syncing.ByPerson}
	r, _, err := w.sync.Request(t.Context(), person, q)
	w.ok(err)
	cancelled := false
	late := *w.sync
	late.DB = w.db.Overtaken("sync_runs", func() error {
		cancelled = true
		return w.sync.Cancel(t.Context(), person, r.ID)
	})
	late.Connect = func(context.Context, provider.Provider) (distributor.Connector, error) {
		t.Error("the distributor was asked for a run that had ended")
		return nil, context.Canceled
	}
	w.ok(late.Execute(t.Context(), r.ID))
	if got := w.get(r.ID); !cancelled || got.State != syncing.Cancelled || got.Attempt != 0 {
		t.Errorf("cancelled between the tries: %v; then %s, attempt %d", cancelled, got.State, got.Attempt)
	}
	if n := w.count(`SELECT count(*) FROM sync_runs WHERE held_until IS NOT NULL`); n != 0 {
		t.Errorf("%d leases", n)
	}
}
