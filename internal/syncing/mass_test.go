package syncing_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/syncing"
)

const allLists = "/api/v1/customers/*/subscriptions"

func middling() sandbox.DataOptions {
	return sandbox.DataOptions{Customers: 20, Subscriptions: 90, Seed: 5}
}

// settled is a world that was read twice, with the row versions that it then has.
func settled(t *testing.T) (*world, int) {
	w := newWorld(t, middling())
	w.accounts()
	if r := w.subscriptions(); r.State != syncing.Succeeded {
		t.Fatalf("first run: %s %s", r.State, r.Message)
	}
	return w, w.count(versions)
}

func (w *world) fault(f sandbox.Fault) {
	w.t.Helper()
	_, err := w.far.AddFault(f)
	w.ok(err)
}

func (w *world) digest(r syncing.Run) string {
	w.t.Helper()
	p, found, err := syncing.PlanOf(w.t.Context(), w.db.Read(w.t.Context()), r.ID)
	w.ok(err)
	if !found {
		w.t.Fatal("the run has no plan")
	}
	return p.Digest
}

// Each row of the table that is about values: seen as "succeeded"; right is stopped, and nothing written.
func TestValuesThatChangeAllAtOnceStopTheRunBeforeItWrites(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault sandbox.Fault
		says  string
	}{
		"every status cancelled": {sandbox.Fault{Kind: "set_field", Field: "status",
			Value: json.RawMessage(`"Cancelled"`)},
			"would end"},
		"every status pending": {sandbox.Fault{Kind: "set_field", Field: "status", Value: json.RawMessage(`"Pending"`)},
			"would change status"},
		"every status a word nobody knows": {sandbox.Fault{Kind: "set_field", Field: "status",
			Value: json.RawMessage(`"Zweifelhaft"`)}, "would change status"},
		"status no longer sent": {sandbox.Fault{Kind: "drop_field", Field: "status"}, "no longer sends the status"},
		"every quantity 1": {sandbox.Fault{Kind: "set_field", Field: "quantity", Value: json.RawMessage(`1`)},
			"would lose seats"},
		"every quantity tenfold": {sandbox.Fault{Kind: "set_field", Field: "quantity", Value: json.RawMessage(`4000`)},
			"would gain seats"},
		"every unit price gone": {sandbox.Fault{Kind: "drop_field", Field: "unitPrice"}, "no longer sends the cost"},
		"dates in a form that nobody can read": {sandbox.Fault{Kind: "set_field", Field: "endDate",
			Value: json.RawMessage(`"soon"`)}, "no longer sends the end date in a form that can be read"},
		"end date renamed": {sandbox.Fault{Kind: "rename_field", Field: "endDate", To: "until"}, "end date"},
		"frequency renamed": {sandbox.Fault{Kind: "rename_field", Field: "billingFrequency", To: "rhythm"},
			"no longer sends the frequency"},
		"every price doubled": {sandbox.Fault{Kind: "set_field", Field: "unitPrice",
			Value: json.RawMessage(`99.5`)}, "cost"},
		"another currency": {sandbox.Fault{Kind: "set_field", Field: "currency", Value: json.RawMessage(`"EUR"`)},
			"currency"},
		"another start": {sandbox.Fault{Kind: "set_field", Field: "startDate", Value: json.RawMessage(`"2020-01-01"`)},
			"dates"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, before := settled(t)
			c.fault.Path = allLists
			w.fault(c.fault)
			r := w.subscriptions()
			if r.State != syncing.Stopped || !strings.Contains(r.Message, c.says) {
				t.Errorf("run: %s, %q", r.State, r.Message)
			}
			if after := w.count(versions); after != before {
				t.Error("a stopped run wrote rows")
			}
			w.far.ClearFaults()
			if r := w.subscriptions(); r.State != syncing.Succeeded || r.Changed+r.Added+r.Gone != 0 {
				t.Errorf("after it healed: %s, changed %d, %q", r.State, r.Changed, r.Message)
			}
			if after := w.count(versions); after != before {
				t.Error("the healed run wrote rows")
			}
		})
	}
}

func TestAStoppedPlanIsAppliedExactlyAsShownOrNotAtAll(t *testing.T) {
	t.Parallel()
	w, before := settled(t)
	w.fault(sandbox.Fault{Path: allLists, Kind: "set_field", Field: "status", Value: json.RawMessage(`"Cancelled"`)})
	r := w.subscriptions()
	if _, err := w.sync.ApplyPlan(t.Context(), person, r.ID, "another"); err == nil {
		t.Error("a plan was applied by another digest")
	}
	if w.count(versions) != before {
		t.Fatal("a refused plan wrote rows")
	}
	w.clock.Advance(50 * time.Hour)
	run, err := w.sync.ApplyPlan(t.Context(), person, r.ID, w.digest(r))
	w.ok(err)
	w.work()
	if got := w.get(run.ID); got.State != syncing.Succeeded || got.Changed == 0 {
		t.Errorf("applied: %s, changed %d: %s", got.State, got.Changed, got.Message)
	}
	if n := w.count(`SELECT count(*) FROM subscriptions WHERE state <> 'inactive'`); n != 0 {
		t.Errorf("%d live subscriptions left", n)
	}
	const closed = `SELECT count(*) FROM license_changes WHERE event = 'deactivate' AND estimated
		AND effective_at = ?`
	if a, b := w.count(closed, "2026-11-22"), w.count(closed, "2026-11-20"); a != 0 || b == 0 {
		t.Errorf("%d and %d: rows bear the day of the apply instead of the day they were read", a, b)
	}
	if _, err := w.sync.ApplyPlan(t.Context(), person, r.ID, w.digest(r)); err == nil {
		t.Error("a plan was applied twice")
	}
}

func TestAChangedWorldRefusesAPlanWithBoth(t *testing.T) {
	t.Parallel()
	w, _ := settled(t)
	w.fault(sandbox.Fault{Path: allLists, Kind: "set_field", Field: "quantity", Value: json.RawMessage(`1`)})
	r := w.subscriptions()
	w.ok(w.db.Read(t.Context()).Exec(`UPDATE subscriptions SET unit_cost = 7 WHERE id = (SELECT subject_id
		FROM sync_plan_rows WHERE run_id = ? ORDER BY external_id LIMIT 1)`, r.ID).Error)
	before := w.count(versions)
	_, err := w.sync.ApplyPlan(t.Context(), person, r.ID, w.digest(r))
	var outdated *syncing.Outdated
	if !errors.As(err, &outdated) || len(outdated.Rows) != 1 ||
		outdated.Rows[0].Shown.Words == outdated.Rows[0].Now.Words {
		t.Fatalf("got %v", err)
	}
	if w.count(versions) != before || len(w.queued) != 0 {
		t.Error("a refused plan did something")
	}
}

func TestAPlanIsOutOfDateOnceALaterRunHasRead(t *testing.T) {
	t.Parallel()
	w, _ := settled(t)
	w.fault(sandbox.Fault{Path: allLists, Kind: "set_field", Field: "quantity", Value: json.RawMessage(`1`)})
	r := w.subscriptions()
	w.far.ClearFaults()
	w.clock.Advance(time.Minute)
	w.subscriptions()
	if _, err := w.sync.ApplyPlan(t.Context(), person, r.ID, w.digest(r)); err == nil {
		t.Error("a plan was applied although the distributor was read since")
	}
	w.ok(w.sync.DiscardPlan(t.Context(), person, r.ID))
	if err := w.sync.DiscardPlan(t.Context(), person, r.ID); err == nil {
		t.Error("a plan was discarded twice")
	}
}

func TestADryRunWritesNothingAndCanBeApplied(t *testing.T) {
	t.Parallel()
	w, before := settled(t)
	id, have := w.living(1)
	w.ok(w.far.SetSeats(id, have+2))
	w.clock.Advance(time.Hour)
	r := w.run(syncing.Request{Kind: syncing.Subscriptions, Dry: true})
	if r.State != syncing.Planned || w.count(versions) != before {
		t.Fatalf("dry run: %s %s", r.State, r.Message)
	}
	run, err := w.sync.ApplyPlan(t.Context(), person, r.ID, w.digest(r))
	w.ok(err)
	w.work()
	if got := w.get(run.ID); got.State != syncing.Succeeded || got.Changed != 1 {
		t.Errorf("applied: %s, changed %d: %s", got.State, got.Changed, got.Message)
	}
	if n := w.count(`SELECT quantity FROM subscriptions WHERE external_id = ?`, id); n != have+2 {
		t.Errorf("%d seats, want %d", n, have+2)
	}
}

// living is one of the active licences, with its seats.
func (w *world) living(nth int) (id string, seats int) {
	w.t.Helper()
	var rows []struct {
		ExternalID string
		Quantity   int
	}
	w.ok(w.db.Read(w.t.Context()).Raw(`SELECT external_id, quantity FROM subscriptions WHERE state <> 'inactive'
		AND kind = 'licence' AND provider_status = 'active' ORDER BY external_id`).Scan(&rows).Error)
	return rows[nth].ExternalID, rows[nth].Quantity
}

func TestASuddenGrowthIsAppliedAndToldToTheNextBillingRun(t *testing.T) {
	t.Parallel()
	w, _ := settled(t)
	id, have := w.living(0)
	quantity := have*10 + 100
	w.ok(w.far.ChangeSubscription(id, sandbox.SubscriptionChange{Quantity: &quantity}))
	if r := w.subscriptions(); r.State != syncing.Succeeded || r.Changed != 1 {
		t.Fatalf("run: %s, changed %d: %s", r.State, r.Changed, r.Message)
	}
	if n := w.count(`SELECT count(*) FROM unusual_growths g JOIN subscriptions s ON s.id = g.subscription_id
		WHERE s.external_id = ? AND seats_before = ? AND seats_after = ?`, id, have, quantity); n != 1 {
		t.Error("the growth is not marked")
	}
	const told = `SELECT count(*) FROM notices WHERE kind = 'seats_unusual' AND text LIKE ?`
	if n := w.count(told, fmt.Sprintf("%%%s (%d to %d)%%", id, have, quantity)); n != 1 {
		t.Errorf("the growth is told %d times", n)
	}
	if w.subscriptions(); w.count(told, "%") != 1 {
		t.Error("a run that changed nothing tells of the growth again")
	}
}

func TestADoubtfulStatusNeverRevivesWhatEnded(t *testing.T) {
	t.Parallel()
	w, _ := settled(t)
	var ended string
	w.ok(w.db.Read(t.Context()).Raw(`SELECT external_id FROM subscriptions WHERE state = 'inactive'
		ORDER BY external_id LIMIT 1`).Scan(&ended).Error)
	before := w.count(`SELECT count(*) FROM license_changes`)
	lists := "/api/v1/customers/" + w.accountOf(ended) + "/subscriptions"
	for _, f := range []sandbox.Fault{{Kind: "drop_field", Field: "status"},
		{Kind: "set_field", Field: "status", Value: json.RawMessage(`"Zzz"`)}} {
		f.Path = lists
		w.fault(f)
		w.subscriptions()
		if n := w.count(`SELECT count(*) FROM subscriptions WHERE external_id = ? AND state = 'inactive'
			AND deactivated_by = 'provider' AND review = 'fail'`, ended); n != 1 {
			t.Errorf("%s %s revived what had ended, or its review does not fail", f.Kind, f.Value)
		}
		w.far.ClearFaults()
	}
	if after := w.count(`SELECT count(*) FROM license_changes`); after != before {
		t.Errorf("%d rows were written", after-before)
	}
}

func (w *world) accountOf(external string) string {
	w.t.Helper()
	var id string
	w.ok(w.db.Read(w.t.Context()).Raw(`SELECT a.external_id FROM provider_accounts a JOIN subscriptions s
		ON s.account_id = a.id WHERE s.external_id = ?`, external).Scan(&id).Error)
	return id
}

// One that has ended stays ended when a word comes that nobody knows, and the review says that a word came.
func TestAnUnknownWordOfAnEndedOneIsSaidAsWhatItIs(t *testing.T) {
	t.Parallel()
	w := ready(t)
	account := w.crowded(0)
	id := w.listsOf(account)[0]
	said := func(status string) (state, checks string) {
		w.far.ClearFaults()
		w.fault(sandbox.Fault{Path: listOf(account), Kind: "set_field", Field: "status",
			Value: json.RawMessage(status)})
		w.subscriptions()
		w.ok(w.db.Read(t.Context()).Raw(`SELECT s.state, coalesce(v.checks::text, '') FROM subscriptions s
			LEFT JOIN subscription_reviews v ON v.subscription_id = s.id WHERE s.external_id = ?`, id).Row().
			Scan(&state, &checks))
		return state, checks
	}
	if state, _ := said(`"Cancelled"`); state != "inactive" {
		t.Fatal(state)
	}
	if state, checks := said(`"Terminated"`); state != "inactive" || !strings.Contains(checks, "Terminated") ||
		strings.Contains(checks, "no longer sends its status") {
		t.Errorf("%s: %s", state, checks)
	}
	if state, checks := said(`""`); state != "inactive" || !strings.Contains(checks, "no longer sends its status") {
		t.Errorf("%s: %s", state, checks)
	}
}

// What comes back was not alive before, and the sentence never counts more than there are.
func TestAStopNeverSpeaksOfMoreThanThereAre(t *testing.T) {
	t.Parallel()
	w, _ := settled(t)
	w.fault(sandbox.Fault{Path: allLists, Kind: "set_field", Field: "status", Value: json.RawMessage(`"Cancelled"`)})
	ended := w.subscriptions()
	_, err := w.sync.ApplyPlan(t.Context(), person, ended.ID, w.digest(ended))
	w.ok(err)
	w.work()
	w.far.ClearFaults()
	r := w.subscriptions()
	var n, of int
	if _, err := fmt.Sscanf(r.Message, "%d of %d subscriptions", &n, &of); err != nil || n > of || n == 0 ||
		r.State != syncing.Stopped {
		t.Errorf("%s: %s", r.State, r.Message)
	}
}

// A frequency that one customer's records no longer carry stays what it was, with the period of the cost that follows
// from it, and the review says so (RULES 3).
func TestAFrequencyThatIsNoLongerSentKeepsItsLastValue(t *testing.T) {
	t.Parallel()
	w := ready(t)
	var account string // one of whose records only the frequency itself tells
	w.ok(w.db.Read(t.Context()).Raw(`SELECT a.external_id FROM subscriptions s JOIN provider_accounts a
		ON a.id = s.account_id WHERE s.part_number NOT LIKE '%:%' AND s.billing_frequency = 'monthly' ORDER BY 1
		LIMIT 1`).Scan(&account).Error)
	const rhythms = `SELECT coalesce(string_agg(concat_ws(' ', s.external_id, s.billing_frequency, s.cost_period, s.kind,
		s.term), '; ' ORDER BY s.external_id), '') FROM subscriptions s`
	stand := func() (all string) {
		w.ok(w.db.Read(t.Context()).Raw(rhythms).Scan(&all).Error)
		return all
	}
	before := stand()
	w.fault(sandbox.Fault{Path: listOf(account), Kind: "drop_field", Field: "billingFrequency"})
	w.fault(sandbox.Fault{Path: listOf(account), Kind: "drop_field", Field: "term"})
	if r := w.subscriptions(); r.State != syncing.Succeeded {
		t.Fatalf("%s: %s", r.State, r.Message)
	}
	if after := stand(); after != before {
		t.Errorf("it was\n%s\nand is\n%s", before, after)
	}
	if n := w.count(`SELECT count(*) FROM subscription_reviews v JOIN subscriptions s ON s.id = v.subscription_id
		JOIN provider_accounts a ON a.id = s.account_id WHERE a.external_id = ? AND s.no_longer_sent <> ''
		AND v.checks::text LIKE '%no longer sends: %frequency%'`, account); n == 0 {
		t.Error("no review says that the frequency is no longer sent")
	}
	w.far.ClearFaults()
	w.subscriptions()
	if n := w.count(`SELECT count(*) FROM subscriptions WHERE no_longer_sent <> ''`); n != 0 || stand() != before {
		t.Errorf("it is sent again, and %d still say otherwise", n)
	}
}
