package syncing_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/provider"
	"seatledger/internal/syncing"
)

// nightly is a world shortly after the hour of its night.
func nightly(t *testing.T) *world {
	w := newWorld(t, small())
	w.sync.SyncAt, w.sync.SyncUntil = 2*time.Hour, 6*time.Hour
	w.sync.Patience = []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond}
	w.ok(w.sync.Night(t.Context()))
	w.clock.Set(time.Date(2026, 11, 21, 2, 0, 1, 0, time.UTC))
	return w
}

func (w *world) night() {
	w.t.Helper()
	w.ok(w.sync.Night(w.t.Context()))
	w.work()
}

func (w *world) nextAt() string {
	w.t.Helper()
	var at time.Time
	w.ok(w.db.Read(w.t.Context()).Raw(`SELECT next_at FROM run_nights`).Row().Scan(&at))
	return at.UTC().Format("02 15:04:05")
}

// states tells the nightly runs in their order.
func (w *world) states() string {
	w.t.Helper()
	var all []string
	w.ok(w.db.Read(w.t.Context()).Raw(`SELECT kind || ' ' || state FROM sync_runs WHERE trigger = 'nightly'
		ORDER BY id`).Scan(&all).Error)
	return strings.Join(all, ", ")
}

func (w *world) spoil(f sandbox.Fault) {
	w.t.Helper()
	_, err := w.far.AddFault(f)
	w.ok(err)
}

func TestOneMomentOfTroubleInTheChecksOfANightCostsNothing(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]sandbox.Fault{
		"503 on the list":    {Path: "/api/v1/cloud/customers", Kind: "status", Status: 503, Times: 1},
		"503 at the token":   {Path: "/oauth2/v1/token", Kind: "status", Status: 503, Times: 1},
		"dropped at a token": {Path: "/oauth2/v1/token", Kind: "reset", Times: 1},
		"busy at the token": {Path: "/oauth2/v1/token", Kind: "status", Status: 400, Shape: "oauth",
			Message: "temporarily_unavailable", Times: 1},
		"a page with 401 at the token": {Path: "/oauth2/v1/token", Kind: "status", Status: 401, Shape: "html",
			Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := nightly(t)
			w.spoil(fault)
			w.night()
			if got := w.states(); got != "accounts succeeded, subscriptions succeeded" {
				t.Error(got)
			}
			if at := w.nextAt(); at != "22 02:00:00" {
				t.Errorf("next at %s", at)
			}
		})
	}
}

func TestAFailedNightIsTriedAgainUntilItsEndAndThenWaitsForTheNext(t *testing.T) {
	t.Parallel()
	w := nightly(t)
	w.spoil(sandbox.Fault{Path: "/**", Kind: "reset"})
	for _, next := range []string{"21 02:05:01", "21 02:20:01", "21 03:20:01", "21 04:20:01", "21 05:20:01",
		"22 02:00:00"} {
		w.night()
		if at := w.nextAt(); at != next {
			t.Fatalf("next at %s instead of %s; %s", at, next, w.states())
		}
		if next != "22 02:00:00" {
			at, err := time.Parse("2006-01 02 15:04:05", "2026-11 "+next)
			w.ok(err)
			w.clock.Set(at.Add(-time.Second))
			w.night() // not before its time
			w.clock.Set(at)
		}
	}
	if n := strings.Count(w.states(), "accounts failed"); n != 6 || strings.Contains(w.states(), "subscriptions") {
		t.Errorf("%d tries: %s", n, w.states())
	}
	w.far.ClearFaults()
	w.clock.Set(time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC))
	w.night()
	if !strings.HasSuffix(w.states(), "accounts succeeded, subscriptions succeeded") {
		t.Error(w.states())
	}
}

func TestATryThatSucceedsEndsTheNight(t *testing.T) {
	t.Parallel()
	w := nightly(t)
	w.spoil(sandbox.Fault{Path: "/**", Kind: "reset"})
	w.night()
	w.far.ClearFaults()
	w.clock.Advance(5 * time.Minute)
	w.night()
	if got := w.states(); got != "accounts failed, accounts succeeded, subscriptions succeeded" {
		t.Error(got)
	}
	if at := w.nextAt(); at != "22 02:00:00" {
		t.Errorf("next at %s", at)
	}
}

// A sign-in that is busy for longer costs a try, not the night, and is told as what it is.
func TestABusySignInIsNoRefusalAndTheNightIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := nightly(t)
	w.spoil(sandbox.Fault{Path: "/oauth2/v1/token", Kind: "status", Status: 400, Shape: "oauth",
		Message: "temporarily_unavailable"})
	w.night()
	if at := w.nextAt(); at != "21 02:05:01" {
		t.Fatalf("next at %s; %s", at, w.states())
	}
	var said string
	w.ok(w.db.Read(t.Context()).Raw(`SELECT message FROM sync_runs WHERE trigger = 'nightly'`).Scan(&said).Error)
	if !strings.Contains(said, "cannot sign anybody in just now") || strings.Contains(said, "refused") {
		t.Error(said)
	}
	w.far.ClearFaults()
	w.clock.Advance(5 * time.Minute)
	w.night()
	if got := w.states(); got != "accounts failed, accounts succeeded, subscriptions succeeded" {
		t.Error(got)
	}
}

func TestARefusedSignInIsNotTriedAgainInTheNight(t *testing.T) {
	t.Parallel()
	w := nightly(t)
	w.spoil(sandbox.Fault{Path: "/oauth2/v1/token", Kind: "status", Status: 401})
	w.night()
	if got, at := w.states(), w.nextAt(); got != "accounts failed" || at != "22 02:00:00" {
		t.Errorf("%s, next at %s", got, at)
	}
	w.clock.Set(time.Date(2026, 11, 22, 2, 0, 1, 0, time.UTC)) // the next night asks once more
	w.night()
	if got, at := w.states(), w.nextAt(); got != "accounts failed, accounts failed" || at != "23 02:00:00" {
		t.Errorf("%s, next at %s", got, at)
	}
}

// spoken is a connector whose listing of accounts, or of subscriptions, is what a test says.
type spoken struct {
	distributor.Connector
	accounts, subscriptions func() error
}

func (s spoken) Accounts(ctx context.Context) (distributor.AccountListing, error) {
	if s.accounts != nil {
		if err := s.accounts(); err != nil {
			return distributor.AccountListing{}, err
		}
	}
	return s.Connector.Accounts(ctx)
}

func (s spoken) Subscriptions(ctx context.Context, id string) (distributor.SubscriptionListing, error) {
	if s.subscriptions != nil {
		if err := s.subscriptions(); err != nil {
			return distributor.SubscriptionListing{}, err
		}
	}
	return s.Connector.Subscriptions(ctx, id)
}

func (w *world) speak(s spoken) {
	connect := w.sync.Connect
	w.sync.Connect = func(ctx context.Context, p provider.Provider) (distributor.Connector, error) {
		c, err := connect(ctx, p)
		s.Connector = c
		return s, err
	}
}

func TestSubscriptionsAreReadAlsoWhenOnlyTheListOfAccountsFailed(t *testing.T) {
	t.Parallel()
	w := nightly(t)
	w.accounts()
	down := true
	w.speak(spoken{accounts: func() error {
		if down {
			return &distributor.Error{Kind: distributor.Broken, StatusCode: http.StatusBadGateway, Message: "Broken."}
		}
		return nil
	}})
	w.spoil(sandbox.Fault{Path: "/api/v1/cloud/customers", Kind: "status", Status: 500})
	w.night()
	w.far.ClearFaults()
	if got := w.states(); got != "accounts failed, subscriptions succeeded" {
		t.Fatal(got)
	}
	if at := w.nextAt(); at != "21 02:05:01" {
		t.Fatalf("next at %s", at)
	}
	down = false
	w.clock.Advance(5 * time.Minute)
	w.night()
	if got := w.states(); !strings.HasSuffix(got, "accounts succeeded, subscriptions succeeded") {
		t.Error(got)
	}
}

func TestAPauseGivesTheLeaseBackSaysUntilWhenAndLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	zone, err := time.LoadLocation("Europe/Amsterdam")
	w.ok(err)
	w.sync.Zone = zone
	w.accounts()
	asked, resting := 0, true
	w.speak(spoken{subscriptions: func() error {
		if asked++; asked > 4 && resting {
			return &distributor.Error{Kind: distributor.Paused, Until: w.clock.Now().Add(90 * time.Minute),
				AskedBy: distributor.ByDistributor, Message: "It asks for a pause."}
		}
		return nil
	}})
	w.ok(w.db.Read(t.Context()).Exec(`UPDATE providers SET concurrency = 1`).Error)
	r, _, err := w.sync.Request(t.Context(), person,
		syncing.Request{ProviderID: w.provider, Kind: syncing.Subscriptions, Trigger: syncing.ByPerson})
	w.ok(err)
	w.queued = nil
	w.ok(w.sync.Execute(t.Context(), r.ID))
	got := w.get(r.ID)
	until, ok := got.Paused()
	if !ok || got.HeldUntil != nil || got.Done != 4 || until.Before(w.clock.Now().Add(90*time.Minute)) {
		t.Fatalf("%s until %v, held %v, done %d", got.State, until, got.HeldUntil, got.Done)
	}
	if want := "Paused until 12:30 CET, asked by the distributor. What was applied until then is kept."; !strings.HasPrefix(
		got.Message, want) {
		t.Errorf("message %q", got.Message)
	}
	if len(w.queued) != 1 {
		t.Fatalf("queued %d times", len(w.queued))
	}
	resting = false
	w.work()
	if got = w.get(r.ID); got.State != syncing.Succeeded || got.Fruitless != 0 || got.Attempt != 2 {
		t.Errorf("%s %s, attempt %d, fruitless %d", got.State, got.Message, got.Attempt, got.Fruitless)
	}
	if n := len(w.far.Customers()) + 1; asked != n {
		t.Errorf("%d listings asked for, %d wanted: what was read was asked for again", asked, n)
	}
}

func TestAPauseOfMoreThanADayIsSaidAndFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	w.accounts()
	w.speak(spoken{subscriptions: func() error {
		return &distributor.Error{Kind: distributor.Paused, Until: w.clock.Now().Add(40 * time.Hour),
			AskedBy: distributor.ByDistributor}
	}})
	if r := w.subscriptions(); r.State != syncing.Failed || !strings.Contains(r.Message, "2026-11-22 02:00 UTC") ||
		!strings.Contains(r.Message, "24 hours") {
		t.Errorf("%s %s", r.State, r.Message)
	}
}

// A pause that is longer than a day is said as it was asked for, although it is not kept so long.
func TestAPauseOfTwentyFiveHoursIsSaidAsTwentyFive(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	w.accounts()
	w.spoil(sandbox.Fault{Path: allLists, Kind: "status", Status: 429, RetryAfter: "90000"})
	r := w.subscriptions()
	const want = "A pause of 25 hours was asked for, until 2026-11-21 11:00 UTC, longer than the 24 hours that a run " +
		"waits."
	if r.State != syncing.Failed || !strings.HasPrefix(r.Message, want) {
		t.Errorf("%s %s", r.State, r.Message)
	}
}

// With a clock that was moved, a pause of the outside is as long as it was asked for, and told by the clock that
// people see.
func TestAPauseIsToldByTheClockThatPeopleSee(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	w.accounts()
	outside := clock.NewFake(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC))
	w.sync.Clock = clock.NewMoved(outside, w.clock.Now())
	w.speak(spoken{subscriptions: func() error {
		return &distributor.Error{Kind: distributor.Paused, Until: outside.Now().Add(90 * time.Minute),
			AskedBy: distributor.ByDistributor}
	}})
	r, _, err := w.sync.Request(t.Context(), person,
		syncing.Request{ProviderID: w.provider, Kind: syncing.Subscriptions, Trigger: syncing.ByPerson})
	w.ok(err)
	w.queued = nil
	w.ok(w.sync.Execute(t.Context(), r.ID))
	if got := w.get(r.ID); !strings.HasPrefix(got.Message, "Paused until 11:30 UTC, asked by the distributor.") {
		t.Error(got.Message)
	}
}

// What failed before a pause is asked again when the run goes on: by morning all is read, and no failure is left.
func TestWhatFailedBeforeAPauseIsAskedAgainAfterIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	w.accounts()
	w.ok(w.db.Read(t.Context()).Exec(`UPDATE providers SET concurrency = 1`).Error)
	asked := 0
	w.speak(spoken{subscriptions: func() error {
		switch asked++; asked {
		case 1:
			return &distributor.Error{Kind: distributor.Broken, Message: "It is broken."}
		case 3:
			return &distributor.Error{Kind: distributor.Paused, Until: w.clock.Now().Add(time.Minute),
				AskedBy: distributor.ByDistributor}
		}
		return nil
	}})
	r, _, err := w.sync.Request(t.Context(), person,
		syncing.Request{ProviderID: w.provider, Kind: syncing.Subscriptions, Trigger: syncing.ByPerson})
	w.ok(err)
	w.queued = nil
	w.ok(w.sync.Execute(t.Context(), r.ID))
	if got := w.get(r.ID); got.State != syncing.Queued || got.Counts.Failed != 1 {
		t.Fatalf("%s, failed %d: %s", got.State, got.Counts.Failed, got.Message)
	}
	w.clock.Advance(2 * time.Minute)
	w.work()
	got := w.get(r.ID)
	if got.State != syncing.Succeeded || got.Counts.Failed != 0 || got.Done != got.Total {
		t.Errorf("%s, failed %d, %d of %d: %s", got.State, got.Counts.Failed, got.Done, got.Total, got.Message)
	}
	if n := w.count(`SELECT count(*) FROM sync_run_accounts WHERE outcome = 'failed'`); n != 0 {
		t.Errorf("%d accounts are still told as failed", n)
	}
	if n := w.count(`SELECT count(*) FROM subscriptions`); n != len(w.far.Subscriptions()) {
		t.Errorf("%d of %d subscriptions were read", n, len(w.far.Subscriptions()))
	}
}

// An account that failed for a moment is read before the morning, without a person; one that fails every night is told
// and not asked for again and again.
func TestWhatANightCouldNotReadIsAskedForAgainInTheSameNight(t *testing.T) {
	t.Parallel()
	w := nightly(t)
	victim := w.far.Customers()[0].CustomerNo
	w.spoil(sandbox.Fault{Path: listOf(victim), Kind: "status", Status: 500})
	w.night()
	if at := w.nextAt(); at != "21 02:05:01" || w.states() != "accounts succeeded, subscriptions partial" {
		t.Fatalf("next at %s: %s", at, w.states())
	}
	w.far.ClearFaults()
	w.clock.Advance(5 * time.Minute)
	w.night()
	if got := w.states(); got != "accounts succeeded, subscriptions partial, subscriptions succeeded" {
		t.Error(got)
	}
	if n := w.count(`SELECT count(*) FROM sync_runs WHERE trigger = 'nightly' AND only_accounts = ?::jsonb`,
		`["`+victim+`"]`); n != 1 {
		t.Error("the second try did not ask for what failed alone")
	}
	if at := w.nextAt(); at != "22 02:00:00" {
		t.Errorf("next at %s", at)
	}
	if n := w.count(`SELECT count(*) FROM subscriptions`); n != len(w.far.Subscriptions()) {
		t.Errorf("%d of %d subscriptions were read", n, len(w.far.Subscriptions()))
	}
	w.spoil(sandbox.Fault{Path: listOf(victim), Kind: "status", Status: 404})
	w.clock.Set(time.Date(2026, 11, 22, 2, 0, 1, 0, time.UTC))
	for _, next := range []string{"22 02:05:01", "22 02:20:01", "22 03:20:01", "22 04:20:01", "22 05:20:01",
		"23 02:00:00"} {
		w.night()
		if at := w.nextAt(); at != next {
			t.Fatalf("next at %s instead of %s: %s", at, next, w.states())
		}
		at, err := time.Parse("2006-01 02 15:04:05", "2026-11 "+next)
		w.ok(err)
		w.clock.Set(at)
	}
	if strings.Contains(w.states(), "failed") {
		t.Errorf("all others were read: %s", w.states())
	}
	w.night()
	if at := w.nextAt(); at != "24 02:00:00" {
		t.Errorf("a customer that fails every night is asked for again at %s", at)
	}
}

func TestAttemptsCountOnlyWithoutProgressAndAStopOfTheProcessCountsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	w.accounts()
	hang := make(chan struct{})
	w.speak(spoken{subscriptions: func() error { close(hang); hang = make(chan struct{}); return nil }})
	w.ok(w.db.Read(t.Context()).Exec(`UPDATE providers SET concurrency = 1`).Error)
	r, _, err := w.sync.Request(t.Context(), person,
		syncing.Request{ProviderID: w.provider, Kind: syncing.Subscriptions, Trigger: syncing.ByPerson})
	w.ok(err)
	for range 5 {
		w.queued = nil
		ctx, stop := context.WithCancel(t.Context())
		asked := hang
		go func() { <-asked; stop() }()
		w.ok(w.sync.Execute(ctx, r.ID))
		stop()
		if got := w.get(r.ID); got.State != syncing.Interrupted || got.Fruitless != 0 || len(w.queued) != 1 {
			t.Fatalf("%s, fruitless %d, queued %d", got.State, got.Fruitless, len(w.queued))
		}
	}
	// Killed three times without getting further, it has failed.
	for range 3 {
		w.ok(w.db.Read(t.Context()).Exec(`UPDATE sync_runs SET state = 'running', fruitless = fruitless + 1,
			held_until = now() - interval '1 second' WHERE id = ?`, r.ID).Error)
		w.ok(w.sync.Watch(t.Context()))
	}
	got := w.get(r.ID)
	if got.State != syncing.Failed || !strings.Contains(got.Message, "Interrupted 3 times without getting") {
		t.Errorf("%s %s", got.State, got.Message)
	}
}

// A restart with another hour is followed by the very next night; a night that is due, or is to be tried again, is not
// lost by it.
func TestTheNightFollowsAnHourThatIsSetAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	w.sync.SyncAt, w.sync.SyncUntil = 6*time.Hour, 9*time.Hour
	w.clock.Set(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	w.night()
	for _, c := range []struct {
		at   time.Duration
		want string
	}{{2 * time.Hour, "22 02:00:00"}, {23 * time.Hour, "21 23:00:00"}, {11 * time.Hour, "22 11:00:00"},
		{2 * time.Hour, "22 02:00:00"}} {
		w.sync.SyncAt = c.at
		if w.night(); w.nextAt() != c.want {
			t.Errorf("at %s the next night is %s, want %s", c.at, w.nextAt(), c.want)
		}
	}
	w.clock.Set(time.Date(2026, 11, 22, 2, 0, 1, 0, time.UTC))
	w.sync.SyncAt, w.sync.SyncUntil = time.Hour, 9*time.Hour
	w.spoil(sandbox.Fault{Kind: "status", Status: http.StatusServiceUnavailable, Path: "/**"})
	w.night()
	if w.states() != "accounts failed, subscriptions failed" && w.states() != "accounts failed" {
		t.Fatalf("a night that was due was lost: %q", w.states())
	}
	again := w.nextAt()
	w.sync.SyncAt = 4 * time.Hour
	if w.night(); w.nextAt() != again {
		t.Errorf("the try at %s was moved to %s", again, w.nextAt())
	}
}
