package syncing_test

import (
	"encoding/json"
	"strings"
	"testing"

	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/syncing"
	"seatledger/internal/syncing/guard"
)

// said lets a list say something in the place of a field of one of its rows.
func (w *world) said(account string, row int, field, value string) {
	w.t.Helper()
	w.fault(sandbox.Fault{Path: listOf(account), Kind: "set_field", Field: field, Row: row,
		Value: json.RawMessage(`"` + value + `"`)})
}

// first gives the first subscription that an account lists, which row 1 of a fault is.
func (w *world) first(account string) string {
	w.t.Helper()
	for _, s := range w.far.Subscriptions() {
		if s.CustomerNo == account && !s.Gone {
			return s.ID
		}
	}
	w.t.Fatalf("account %s lists nothing", account)
	return ""
}

// Two rows that are known already get the same id of the vendor: the later one is held, whichever account is read
// first.
func TestRowsThatGetTheSameVendorsIdAreHeldAsTwins(t *testing.T) {
	t.Parallel()
	for name, early := range map[string]int{"the earlier is read first": 0, "the earlier is read last": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ready(t)
			accounts := []string{w.crowded(0), w.crowded(1)}
			if accounts[0] > accounts[1] {
				accounts[0], accounts[1] = accounts[1], accounts[0]
			}
			ids := []string{w.first(accounts[0]), w.first(accounts[1])}
			w.ok(w.db.Read(t.Context()).Exec(`UPDATE subscriptions SET first_seen_at = first_seen_at - interval '1 day'
				WHERE external_id = ?`, ids[early]).Error)
			w.ok(w.db.Read(t.Context()).Exec(`UPDATE providers SET concurrency = 1`).Error)
			for _, a := range accounts {
				w.said(a, 1, "vendorSubscriptionId", "the same")
			}
			if r := w.subscriptions(); r.State != syncing.Succeeded {
				t.Fatalf("%s: %s", r.State, r.Message)
			}
			held := `SELECT count(*) FROM subscriptions WHERE external_id = ? AND twin_hold AND state = 'held'
				AND hold_reason IN ('twin', 'unmapped')`
			if n := w.count(held, ids[1-early]); n != 1 {
				t.Error("the later one is not held")
			}
			if n := w.count(`SELECT count(*) FROM subscriptions WHERE twin_hold`); n != 1 {
				t.Errorf("%d are held as twins", n)
			}
			before := w.count(versions)
			w.subscriptions()
			if w.count(versions) != before {
				t.Error("the next run wrote rows")
			}
		})
	}
}

// All rows get one id where they had none: nothing else changes, and yet all but one would no longer be billed.
func TestOneVendorsIdForAllStopsTheRunAndSaysWhatWouldBeHeld(t *testing.T) {
	t.Parallel()
	w, _ := settled(t)
	w.fault(sandbox.Fault{Path: allLists, Kind: "drop_field", Field: "vendorSubscriptionId"})
	r := w.subscriptions()
	_, err := w.sync.ApplyPlan(t.Context(), person, r.ID, w.digest(r))
	w.ok(err)
	w.work()
	w.far.ClearFaults()
	before := w.count(versions)
	w.fault(sandbox.Fault{Path: allLists, Kind: "set_field", Field: "vendorSubscriptionId",
		Value: json.RawMessage(`"N/A"`)})
	r = w.subscriptions()
	if r.State != syncing.Stopped || !strings.Contains(r.Message, "would be held as twins") ||
		w.count(versions) != before {
		t.Fatalf("%s: %s", r.State, r.Message)
	}
	live := w.count(`SELECT count(*) FROM subscriptions WHERE state <> 'inactive'`)
	if n := w.count(`SELECT count(*) FROM sync_plan_rows WHERE run_id = ? AND kinds && '{twin}'`, r.ID); n != live-1 {
		t.Errorf("%d of %d would be held", n, live)
	}
	run, err := w.sync.ApplyPlan(t.Context(), person, r.ID, w.digest(r))
	w.ok(err)
	w.work()
	if got := w.get(run.ID); got.State != syncing.Succeeded {
		t.Errorf("applied: %s %s", got.State, got.Message)
	}
	if n := w.count(`SELECT count(*) FROM subscriptions WHERE twin_hold`); n != live-1 {
		t.Errorf("%d of %d are held", n, live)
	}
}

// A row in one customer's list that names another customer is nobody's guess: shown, partial, and nothing moves.
func TestARowThatNamesAnotherCustomerIsAConflict(t *testing.T) {
	t.Parallel()
	w := ready(t)
	own := w.crowded(0)
	id := w.first(own)
	w.said(own, 1, "customerNo", w.crowded(1))
	before := w.count(versions)
	for try := range 3 {
		r := w.subscriptions()
		if r.State != syncing.Partial || !strings.Contains(r.Message, "1 subscriptions name another customer") {
			t.Errorf("run %d: %s: %s", try+1, r.State, r.Message)
		}
		rows, _, err := syncing.PlannedRows(t.Context(), w.db.Read(t.Context()), r)
		w.ok(err)
		if len(rows) != 1 || rows[0].State != syncing.RowConflict || rows[0].ExternalID != id ||
			rows[0].Kinds[0] != string(guard.NamesOther) || !strings.Contains(rows[0].Why, w.crowded(1)) {
			t.Errorf("run %d shows %+v", try+1, rows)
		}
		if w.count(versions) != before {
			t.Errorf("run %d wrote rows", try+1)
		}
	}
	if w.accountOf(id) != own {
		t.Error("it moved")
	}
	w.far.ClearFaults()
	if r := w.subscriptions(); r.State != syncing.Succeeded || r.Changed != 0 {
		t.Errorf("healed: %s, changed %d", r.State, r.Changed)
	}
}

func TestEveryRowThatNamesOneOtherCustomerChangesNothing(t *testing.T) {
	t.Parallel()
	w, before := settled(t)
	w.fault(sandbox.Fault{Path: allLists, Kind: "set_field", Field: "customerNo",
		Value: json.RawMessage(`"` + w.far.Customers()[0].CustomerNo + `"`)})
	if r := w.subscriptions(); r.State != syncing.Partial || w.count(versions) != before {
		t.Errorf("%s: %s", r.State, r.Message)
	}
}

// A number that is no customer's, on every row of every list, is another field than we guessed, and stops nothing.
func TestANumberThatIsNoCustomersIsOnlyNoted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, middling())
	w.fault(sandbox.Fault{Path: allLists, Kind: "set_field", Field: "customerNo",
		Value: json.RawMessage(`"the reseller"`)})
	w.accounts()
	if r := w.subscriptions(); r.State != syncing.Succeeded || r.Added == 0 {
		t.Errorf("%s, added %d: %s", r.State, r.Added, r.Message)
	}
}

// The part number tells the frequency, so nothing else changes when the wire no longer says it: the guard judges what
// the wire said.
func TestAFrequencyThatOnlyThePartNumberTellsIsALostField(t *testing.T) {
	t.Parallel()
	w, before := settled(t)
	w.fault(sandbox.Fault{Path: allLists, Kind: "rename_field", Field: "billingFrequency", To: "rhythm"})
	r := w.subscriptions()
	if r.State != syncing.Stopped || !strings.Contains(r.Message, "no longer sends the frequency") {
		t.Errorf("%s: %s", r.State, r.Message)
	}
	if w.count(versions) != before {
		t.Error("a stopped run wrote rows")
	}
}

// A distributor that never sent a frequency has lost none.
func TestAFrequencyThatWasNeverSentIsNotLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, middling())
	w.fault(sandbox.Fault{Path: allLists, Kind: "drop_field", Field: "billingFrequency"})
	w.accounts()
	for range 3 {
		if r := w.subscriptions(); r.State != syncing.Succeeded {
			t.Errorf("%s: %s", r.State, r.Message)
		}
	}
}

// Where the vendor's name is lost alone, its number is read in its place: what stands under another name is looked at
// before it is believed.
func TestANameThatIsLostStopsTheRunThoughItsFieldIsReadFromAnother(t *testing.T) {
	t.Parallel()
	w, before := settled(t)
	w.fault(sandbox.Fault{Path: allLists, Kind: "drop_field", Field: "vendorName"})
	r := w.subscriptions()
	if r.State != syncing.Stopped || !strings.Contains(r.Message, "no longer sends the field called vendorName") {
		t.Errorf("%s: %s", r.State, r.Message)
	}
	if w.count(versions) != before {
		t.Error("a stopped run wrote rows")
	}
	run, err := w.sync.ApplyPlan(t.Context(), person, r.ID, w.digest(r))
	w.ok(err)
	w.work()
	if got := w.get(run.ID); got.State != syncing.Succeeded {
		t.Errorf("applied: %s: %s", got.State, got.Message)
	}
	if r := w.subscriptions(); r.State != syncing.Succeeded {
		t.Errorf("after a person agreed: %s: %s", r.State, r.Message)
	}
}
