package syncing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/errs"
	"seatledger/internal/provider"
	"seatledger/internal/syncing"
)

func (w *world) deactivate() *syncing.Run {
	w.t.Helper()
	r, err := w.sync.DeactivateProvider(w.t.Context(), person, w.provider)
	w.ok(err)
	return r
}

// Each way to ask for a run is refused in words, and the night passes by.
func TestADeactivatedProviderNeverSyncs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.DataOptions{Customers: 3, Subscriptions: 9, Seed: 4})
	w.accounts()
	failed := w.subscriptions()
	var account uuid.UUID
	w.ok(w.db.Read(t.Context()).Raw(`SELECT id FROM provider_accounts LIMIT 1`).Row().Scan(&account))
	_, err := w.db.Owner().Exec(t.Context(), `UPDATE sync_runs SET state = 'failed' WHERE id = $1`, failed.ID)
	w.ok(err)
	w.ok(w.sync.Night(t.Context())) // the schedule stands
	if w.deactivate() != nil {
		t.Error("a run was ended, though none was under way")
	}
	for name, ask := range map[string]func() error{
		"accounts": func() error {
			_, _, err := w.sync.Request(t.Context(), person,
				syncing.Request{ProviderID: w.provider, Kind: syncing.Accounts, Trigger: syncing.ByPerson,
					Anyway: true})
			return err
		},
		"one account": func() error {
			_, _, err := w.sync.Request(t.Context(), person,
				syncing.Request{ProviderID: w.provider, Kind: syncing.Subscriptions, Trigger: syncing.ByPerson,
					AccountID: &account})
			return err
		},
		"retry": func() error { _, _, err := w.sync.Retry(t.Context(), person, failed.ID, false); return err },
	} {
		if err := ask(); errs.KindOf(err) != errs.Conflict ||
			!strings.Contains(errs.Public(err), "is deactivated and syncs nothing") {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.clock.Advance(48 * time.Hour)
	w.ok(w.sync.Night(t.Context()))
	if n := w.count(`SELECT count(*) FROM sync_runs WHERE state IN ('queued', 'running', 'interrupted')`); n != 0 {
		t.Errorf("%d runs are queued", n)
	}
	if n := w.count(`SELECT count(*) FROM audit_events WHERE action = 'provider.deactivated'
		AND before ->> 'active' = 'true' AND after ->> 'active' = 'false'`); n != 1 {
		t.Errorf("%d audit rows tell of it", n)
	}
}

// A run queued before does nothing even if its job still comes, and one that was
// interrupted does not go on.
func TestDeactivatingEndsTheRunOfTheProvider(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state syncing.State
		want  syncing.State
		asked bool
	}{{syncing.Queued, syncing.Cancelled, true}, {syncing.Interrupted, syncing.Cancelled, true},
		{syncing.Running, syncing.Running, true}} {
		w := newWorld(t, sandbox.DataOptions{Customers: 2, Subscriptions: 4, Seed: 4})
		r, _, err := w.sync.Request(t.Context(), person,
			syncing.Request{ProviderID: w.provider, Kind: syncing.Accounts, Trigger: syncing.ByPerson})
		w.ok(err)
		_, err = w.db.Owner().Exec(t.Context(), `UPDATE sync_runs SET state = $1 WHERE id = $2`, string(c.state), r.ID)
		w.ok(err)
		if ended := w.deactivate(); ended == nil || ended.ID != r.ID || ended.State != c.state {
			t.Errorf("%s: ended %v", c.state, ended)
		}
		if got := w.get(r.ID); got.State != c.want || (got.CancelRequestedAt != nil) != c.asked {
			t.Errorf("%s became %s, asked %v", c.state, got.State, got.CancelRequestedAt)
		}
		w.clock.Advance(time.Hour)
		w.ok(w.sync.Watch(t.Context()))
		w.work()
		if got := w.get(r.ID); got.State != syncing.Cancelled ||
			w.count(`SELECT count(*) FROM provider_accounts`) != 0 {
			t.Errorf("%s ended as %s: %s", c.state, got.State, got.Message)
		}
	}
}

func TestActivatedAgainItSyncsAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.DataOptions{Customers: 2, Subscriptions: 4, Seed: 4})
	w.deactivate()
	w.ok((&provider.Service{DB: w.db.DB, Clock: w.clock}).Activate(t.Context(), person, w.provider))
	if r := w.accounts(); r.State != syncing.Succeeded {
		t.Errorf("%s %s", r.State, r.Message)
	}
}
