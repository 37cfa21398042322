package syncing_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/syncing"
)

func small() sandbox.DataOptions {
	return sandbox.DataOptions{Customers: 12, Subscriptions: 40, Seed: 3}
}

func ready(t *testing.T) *world {
	w := newWorld(t, small())
	w.accounts()
	if r := w.subscriptions(); r.State != syncing.Succeeded {
		t.Fatalf("first run: %s %s", r.State, r.Message)
	}
	return w
}

func TestAFailedAccountStopsNoOtherAndNothingIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	w.accounts()
	bad := w.far.Customers()[3].CustomerNo
	_, err := w.far.AddFault(sandbox.Fault{Path: "/api/v1/customers/" + bad + "/subscriptions", Kind: "status",
		Status: 403})
	w.ok(err)
	r := w.subscriptions()
	if r.State != syncing.Partial || r.Failed != 1 || r.Done != r.Total {
		t.Fatalf("run: %s failed %d of %d", r.State, r.Failed, r.Total)
	}
	var cause string
	w.ok(w.db.Read(t.Context()).Raw(`SELECT cause FROM sync_run_accounts WHERE run_id = ? AND outcome = 'failed'`,
		r.ID).Scan(&cause).Error)
	if cause == "" {
		t.Error("the failed account has no cause")
	}
	w.far.ClearFaults()
	again, _, err := w.sync.Retry(t.Context(), person, r.ID, false)
	w.ok(err)
	w.work()
	if got := w.get(again.ID); got.State != syncing.Succeeded || got.Total != 1 {
		t.Errorf("retry of the failed: %s, %d accounts", got.State, got.Total)
	}
}

func TestAnEmptyListingIsNeverTakenForTheEndOfAllCustomers(t *testing.T) {
	t.Parallel()
	w := ready(t)
	_, err := w.far.AddFault(sandbox.Fault{Path: "/api/v1/cloud/customers", Kind: "empty_list"})
	w.ok(err)
	r := w.accounts()
	if r.State != syncing.Stopped || r.Gone != 0 {
		t.Errorf("run: %s, gone %d", r.State, r.Gone)
	}
	if n := w.count(`SELECT count(*) FROM provider_accounts WHERE provider_status = 'gone'`); n != 0 {
		t.Errorf("%d accounts marked as gone", n)
	}
}

func TestAVanishedSubscriptionIsGoneOnlyAfterACompleteListingOfAll(t *testing.T) {
	t.Parallel()
	w := ready(t)
	var victim string
	w.ok(w.db.Read(t.Context()).Raw(`SELECT external_id FROM subscriptions WHERE state <> 'inactive'
		ORDER BY external_id LIMIT 1`).Scan(&victim).Error)
	w.ok(w.far.SetSubscriptionGone(victim, true))
	_, err := w.far.AddFault(sandbox.Fault{Path: "/api/v1/customers/" + w.far.Customers()[5].CustomerNo +
		"/subscriptions", Kind: "status", Status: 403})
	w.ok(err)
	if r := w.subscriptions(); r.Gone != 0 {
		t.Fatalf("gone decided though an account failed: %d", r.Gone)
	}
	w.far.ClearFaults()
	if r := w.subscriptions(); r.State != syncing.Succeeded || r.Gone != 1 {
		t.Fatalf("run: %s, gone %d: %s", r.State, r.Gone, r.Message)
	}
	if n := w.count(`SELECT count(*) FROM subscriptions WHERE external_id = ? AND provider_status = 'missing'
		AND state = 'inactive' AND review = 'fail' AND ledger_quantity = 0`, victim); n != 1 {
		t.Error("the vanished one is not missing, inactive and failing its review")
	}
	w.ok(w.far.SetSubscriptionGone(victim, false))
	w.subscriptions()
	if n := w.count(`SELECT count(*) FROM subscriptions WHERE external_id = ? AND state <> 'inactive'
		AND ledger_quantity = quantity`, victim); n != 1 {
		t.Error("the one that came back does not count again")
	}
}

func TestManyVanishedAtOnceStopTheRunUntilAPersonAgrees(t *testing.T) {
	t.Parallel()
	w := ready(t)
	for i, s := range w.far.Subscriptions() {
		if i%2 == 0 {
			w.ok(w.far.SetSubscriptionGone(s.ID, true))
		}
	}
	r := w.subscriptions()
	if r.State != syncing.Stopped || r.Gone != 0 {
		t.Fatalf("run: %s, gone %d", r.State, r.Gone)
	}
	again, _, err := w.sync.Retry(t.Context(), person, r.ID, true)
	w.ok(err)
	w.work()
	if got := w.get(again.ID); got.State != syncing.Succeeded || got.Gone == 0 {
		t.Errorf("after agreeing: %s, gone %d", got.State, got.Gone)
	}
}

func TestAChangedResellerIsComparedByACompleteListingOnly(t *testing.T) {
	t.Parallel()
	w := ready(t)
	w.ok(w.db.Read(t.Context()).Exec(`UPDATE providers SET identity_changed_at = ? WHERE id = ?`, w.clock.Now(),
		w.provider).Error)
	waiting := func() int {
		return w.count(`SELECT count(*) FROM providers WHERE identity_changed_at IS NOT NULL`)
	}
	_, err := w.far.AddFault(sandbox.Fault{Path: "/api/v1/cloud/customers", Kind: "total_mismatch", Count: 3})
	w.ok(err)
	if r := w.accounts(); r.State != syncing.Partial || waiting() != 1 {
		t.Errorf("after an incomplete listing: %s, %d wait for their comparison", r.State, waiting())
	}
	w.far.ClearFaults()
	if r := w.accounts(); r.State != syncing.Succeeded || waiting() != 0 {
		t.Errorf("after a complete listing: %s, %d wait for their comparison", r.State, waiting())
	}
}

func TestASecondRequestFindsTheRunUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	first, found, err := w.sync.Request(t.Context(), person,
		syncing.Request{ProviderID: w.provider, Kind: syncing.Accounts, Trigger: syncing.ByPerson})
	w.ok(err)
	if found {
		t.Fatal("the first request found a run")
	}
	second, found, err := w.sync.Request(t.Context(), person,
		syncing.Request{ProviderID: w.provider, Kind: syncing.Subscriptions, Trigger: syncing.ByPerson})
	w.ok(err)
	if !found || second.ID != first.ID {
		t.Errorf("second request: found %t, %s instead of %s", found, second.ID, first.ID)
	}
}

func TestAnInterruptedRunGoesOnAndEndsAsIfNothingHadHappened(t *testing.T) {
	t.Parallel()
	w, calm := newWorld(t, small()), newWorld(t, small())
	calm.accounts()
	calm.subscriptions()
	w.accounts()
	r, _, err := w.sync.Request(t.Context(), person,
		syncing.Request{ProviderID: w.provider, Kind: syncing.Subscriptions, Trigger: syncing.ByPerson})
	w.ok(err)
	w.queued = nil
	w.breakOff(r)
	if got := w.get(r.ID); got.State != syncing.Interrupted && got.State != syncing.Running {
		t.Fatalf("after the break: %s", got.State)
	}
	w.ok(w.sync.Watch(t.Context()))
	if got := w.get(r.ID); got.State != syncing.Interrupted {
		t.Fatalf("watched: %s", got.State)
	}
	w.work()
	got := w.get(r.ID)
	want := calm.count(`SELECT count(*) FROM subscriptions`)
	if got.State != syncing.Succeeded || got.Attempt != 2 || got.Added != want {
		t.Errorf("resumed: %s, attempt %d, added %d of %d", got.State, got.Attempt, got.Added, want)
	}
	const sums = `SELECT sum(hashtext(external_id || quantity || state || ledger_quantity || coalesce(review,
		''))::bigint) FROM subscriptions`
	if w.count(sums) != calm.count(sums) {
		t.Errorf("the data differ from a run without the break:\n%s", cmp.Diff(calm.rows(), w.rows()))
	}
}

// rows are the stored subscriptions in words, for a difference that a person can read.
func (w *world) rows() []string {
	w.t.Helper()
	var rows []string
	w.ok(w.db.Read(w.t.Context()).
		Raw(`SELECT concat_ws(' ', external_id, quantity, state, hold_reason, provider_status, ledger_quantity, review)
			FROM subscriptions ORDER BY external_id`).Scan(&rows).Error)
	return rows
}

// breakOff works a run until some accounts are read, then takes its context away
// as a stop of the process does.
func (w *world) breakOff(r syncing.Run) {
	w.t.Helper()
	_, err := w.far.AddFault(sandbox.Fault{Path: "/api/v1/customers/" + w.far.Customers()[6].CustomerNo +
		"/subscriptions", Kind: "hang", Times: 1})
	w.ok(err)
	ctx, stop := context.WithCancel(w.t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- w.sync.Execute(ctx, r.ID) }()
	deadline := time.Now().Add(20 * time.Second)
	for w.count(`SELECT count(*) FROM sync_plan_accounts WHERE run_id = ?`, r.ID) == 0 {
		if time.Now().After(deadline) {
			w.t.Fatal("nothing was read")
		}
	}
	stop()
	w.ok(<-ended)
	w.far.ClearFaults()
}

func TestTheNightReadsAccountsThenSubscriptionsOnceANight(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	w.sync.SyncAt = 2 * time.Hour
	w.ok(w.sync.Night(t.Context()))
	if len(w.queued) != 0 {
		t.Fatal("a run was queued before the hour")
	}
	w.clock.Set(time.Date(2026, 11, 21, 2, 0, 1, 0, time.UTC))
	w.ok(w.sync.Night(t.Context()))
	w.ok(w.sync.Night(t.Context()))
	w.work()
	if a, s := w.count(`SELECT count(*) FROM sync_runs WHERE kind = 'accounts' AND trigger = 'nightly'
		AND state = 'succeeded'`),
		w.count(`SELECT count(*) FROM sync_runs WHERE kind = 'subscriptions' AND trigger = 'nightly'
			AND state = 'succeeded'`); a != 1 || s != 1 {
		t.Errorf("account runs %d, subscription runs %d", a, s)
	}
}

func TestACancelledRunKeepsWhatItReadAndEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	w.accounts()
	r, _, err := w.sync.Request(t.Context(), person,
		syncing.Request{ProviderID: w.provider, Kind: syncing.Subscriptions, Trigger: syncing.ByPerson})
	w.ok(err)
	w.ok(w.sync.Cancel(t.Context(), person, r.ID))
	w.work()
	if got := w.get(r.ID); got.State != syncing.Cancelled || got.FinishedAt == nil {
		t.Errorf("cancelled: %s", got.State)
	}
	if err := w.sync.Cancel(t.Context(), person, r.ID); err == nil {
		t.Error("a run that has ended was cancelled again")
	}
}

func TestTheChangeLogDatesAMidTermChange(t *testing.T) {
	t.Parallel()
	w := ready(t)
	var id string
	w.ok(w.db.Read(t.Context()).Raw(`SELECT external_id FROM subscriptions WHERE state <> 'inactive'
		AND kind = 'licence' ORDER BY external_id LIMIT 1`).Scan(&id).Error)
	var have int
	w.ok(w.db.Read(t.Context()).Raw(`SELECT quantity FROM subscriptions WHERE external_id = ?`, id).Scan(&have).Error)
	w.far.SetNow(w.clock.Now().Add(24 * time.Hour))
	w.ok(w.far.SetSeats(id, have+3))
	w.clock.Advance(72 * time.Hour)
	if r := w.subscriptions(); r.Changed != 1 {
		t.Fatalf("changed %d: %s", r.Changed, r.Message)
	}
	if n := w.count(`SELECT count(*) FROM license_changes c JOIN subscriptions s ON s.id = c.subscription_id
		WHERE s.external_id = ? AND c.event = 'update' AND c.delta = 3 AND NOT c.estimated
		AND c.effective_at IN ('2026-11-20', '2026-11-21')`, id); n != 1 {
		t.Error("the change does not carry the change log's date")
	}
}

func TestAnEntryDatedBeforeTheLastReadingStillDatesTheChangeOnce(t *testing.T) {
	t.Parallel()
	w := ready(t)
	var id string
	w.ok(w.db.Read(t.Context()).Raw(`SELECT external_id FROM subscriptions WHERE state <> 'inactive'
		AND kind = 'licence' ORDER BY external_id LIMIT 1`).Scan(&id).Error)
	var have int
	w.ok(w.db.Read(t.Context()).Raw(`SELECT quantity FROM subscriptions WHERE external_id = ?`, id).Scan(&have).Error)
	w.far.SetNow(time.Date(2026, 11, 15, 9, 0, 0, 0, time.UTC))
	w.ok(w.far.SetSeats(id, have+4))
	if r := w.subscriptions(); r.Changed != 1 {
		t.Fatalf("changed %d: %s", r.Changed, r.Message)
	}
	const rows = `SELECT count(*) FROM license_changes c JOIN subscriptions s ON s.id = c.subscription_id
		WHERE s.external_id = ? AND c.event = 'update' AND c.delta = 4 AND c.estimated = ? AND c.effective_at = ?`
	if w.count(rows, id, false, "2026-11-15") != 1 {
		t.Error("the change does not carry the log's date")
	}
	quantity := have + 8
	w.ok(w.far.ChangeSubscription(id, sandbox.SubscriptionChange{Quantity: &quantity, Quiet: true}))
	w.subscriptions()
	if w.count(rows, id, true, "2026-11-20") != 1 {
		t.Error("a change that the log does not tell of was dated by an entry that is used up")
	}
}

func TestReadableRecordsOfAnAccountCountAlsoWhenOthersCannotBeRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	w.accounts()
	_, err := w.far.AddFault(sandbox.Fault{Path: "/api/v1/customers/" + w.far.Customers()[1].CustomerNo +
		"/subscriptions", Kind: "set_field", Field: "quantity", Value: []byte(`null`), Row: 1})
	w.ok(err)
	first, second := w.subscriptions(), w.subscriptions()
	if first.Failed != 1 || second.Failed != 1 || second.Unchanged != first.Added {
		t.Errorf("first added %d (failed %d), second unchanged %d (failed %d)", first.Added, first.Failed,
			second.Unchanged, second.Failed)
	}
	if n := w.count(`SELECT count(*) FROM unreadable_records WHERE resolved_at IS NULL`); n != 1 {
		t.Errorf("%d unreadable records kept", n)
	}
}

func TestAnOldEntryNeverDatesAChangeThatTheLogDoesNotTellOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	id := w.far.Subscriptions()[0].ID
	w.far.SetNow(time.Date(2026, 11, 15, 9, 0, 0, 0, time.UTC))
	w.ok(w.far.SetSeats(id, w.far.Subscriptions()[0].Quantity+2)) // told by the log, before the first reading
	w.accounts()
	w.subscriptions()
	var have int
	w.ok(w.db.Read(t.Context()).Raw(`SELECT quantity FROM subscriptions WHERE external_id = ?`, id).Scan(&have).Error)
	quantity := have + 2
	w.ok(w.far.ChangeSubscription(id, sandbox.SubscriptionChange{Quantity: &quantity, Quiet: true}))
	w.subscriptions()
	if n := w.count(`SELECT count(*) FROM license_changes c JOIN subscriptions s ON s.id = c.subscription_id
		WHERE s.external_id = ? AND c.event = 'update' AND c.delta = 2 AND c.estimated
		AND c.effective_at = '2026-11-20'`, id); n != 1 {
		t.Error("a change that the log does not tell of was dated by an entry that was there before")
	}
}

func TestAQueuedRunWhoseJobWasLostIsQueuedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	r, _, err := w.sync.Request(t.Context(), person,
		syncing.Request{ProviderID: w.provider, Kind: syncing.Accounts, Trigger: syncing.ByPerson})
	w.ok(err)
	w.queued = nil // the job is lost
	waits := func(seconds int) {
		w.ok(w.db.Read(t.Context()).Exec(`UPDATE sync_runs SET resume_at = now() - make_interval(secs => ?)`,
			seconds).Error)
	}
	waits(20)
	w.ok(w.sync.Watch(t.Context()))
	if len(w.queued) != 0 {
		t.Fatal("a run that waits its turn was queued twice")
	}
	waits(45) // with the watch that looks every 5 s it is less than a minute
	w.ok(w.sync.Watch(t.Context()))
	w.ok(w.sync.Watch(t.Context()))
	if len(w.queued) != 1 {
		t.Fatalf("queued again %d times", len(w.queued))
	}
	w.work()
	if got := w.get(r.ID); got.State != syncing.Succeeded {
		t.Errorf("run: %s", got.State)
	}
}
