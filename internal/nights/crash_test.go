package nights

import (
	"flag"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/distributor/sandbox"
)

var everyPoint = flag.Bool("nights.everypoint", false, "break runs off at every commit and call, not at every fifth")

func tiny() options {
	return options{data: sandbox.DataOptions{Customers: 4, Subscriptions: 10, Seed: 5}, unread: true}
}

// trace is what a run leaves behind, without ids and times.
func (w *world) trace() string {
	w.t.Helper()
	return w.text(`SELECT concat_ws(E'\n',
		(SELECT string_agg(concat_ws(' ', external_id, name, state, provider_status), E'\n' ORDER BY external_id)
			FROM provider_accounts),
		(SELECT string_agg(concat_ws(' ', external_id, quantity, state, hold_reason, provider_status, ledger_quantity,
			unit_cost, review), E'\n' ORDER BY external_id) FROM subscriptions),
		(SELECT string_agg(concat_ws(' ', s.external_id, c.event, c.reason, c.delta, c.quantity_after, c.effective_at,
			c.estimated,
			t.counted, t.billing_state), E'\n' ORDER BY s.external_id, c.seq) FROM license_changes c
			JOIN subscriptions s ON s.id = c.subscription_id JOIN license_change_status t ON t.change_id = c.id),
		(SELECT string_agg(concat_ws(' ', kind, state), E'\n' ORDER BY requested_at, id) FROM sync_runs))`)
}

// story is a first reading and then a few changes, read again: what every point of breaking off is tried on.
func story(w *world, before func()) {
	before()
	w.press("/sync-accounts")
	w.press("/sync-subscriptions")
	s := w.alive(w.rich(2, 0).CustomerNo, 0)
	w.must(w.Far.SetSeats(s.ID, s.Quantity+3))
	w.must(w.Far.SetSubscriptionGone(w.alive(w.rich(2, 0).CustomerNo, 1).ID, true))
	w.press("/sync-accounts")
	w.press("/sync-subscriptions")
}

// TestARunBrokenOffAtAnyCommitOrCallEndsAsAnUnbrokenOne counts the commits and the
// calls of a small history, and then plays it again for each: the process is gone
// before that commit, after it and before anybody was told, or in that call.
func TestARunBrokenOffAtAnyCommitOrCallEndsAsAnUnbrokenOne(t *testing.T) {
	t.Parallel()
	calm := newWorld(t, withPower(tiny()))
	story(calm, func() { calm.power.arm(0, false); calm.Far.ClearJournal() })
	commits, calls, want := calm.power.counted(), len(calm.Far.Journal()), calm.trace()
	t.Logf("%d commits, %d calls", commits, calls)
	step := 1
	if !*everyPoint {
		step = 5 // the tests' slice; all of them by -nights.everypoint
	}
	for k := 1; k <= commits; k += step {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("commit %d after %v", k, after), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, withPower(tiny()))
				story(w, func() { w.power.arm(k, after) })
				w.sameAs(want, k+progressSaves < commits)
			})
		}
	}
	for k := 1; k <= calls; k += step {
		t.Run(fmt.Sprintf("call %d", k), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withPower(tiny()))
			story(w, func() { w.gate.at("/", k, w.power.pull) })
			w.sameAs(want, true)
		})
	}
}

func withPower(o options) options {
	o.power = newPower()
	o.pool = o.power.plug
	return o
}

// progressSaves is by how many commits two tellings of the story may differ: a run saves how far it is
// once a second.
const progressSaves = 3

// sameAs holds the end against that of the unbroken story. must says whether the plug has to have been pulled.
func (w *world) sameAs(want string, must bool) {
	w.t.Helper()
	if w.died == 0 && must {
		w.t.Error("the plug was not pulled")
	}
	if got := w.trace(); got != want {
		w.t.Errorf("it ends otherwise than unbroken (-want +got):\n%s", cmp.Diff(want, got))
	}
	for _, wrong := range w.unlike() {
		w.t.Error(wrong)
	}
}
