package provider_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/connect"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/provider"
	"seatledger/internal/testkit/pgtest"
)

// twoReplicas are connectors of two processes, which share nothing but the database, at a
// distributor that a test scripts.
func twoReplicas(t *testing.T, perMinute int, list http.HandlerFunc) (one, two distributor.Connector) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			_, _ = w.Write([]byte(`{"access_token":"t","expires_in":7200}`))
			return
		}
		list(w, r)
	}))
	t.Cleanup(server.Close)
	db := pgtest.New(t)
	return replica(t, db, server.URL, perMinute), replica(t, db, server.URL, perMinute)
}

func replica(t *testing.T, db *pgtest.DB, url string, perMinute int) distributor.Connector {
	t.Helper()
	allow, err := outbound.ParseAllow("127.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	hc, err := outbound.New(outbound.Options{Allow: allow})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hc.CloseIdle)
	open := connect.OpenerOf(hc, calls.Options{Clock: clock.System{}, Store: provider.Lines{DB: db.DB}},
		slog.New(slog.DiscardHandler))
	c, err := open(t.Context(), distributor.Credentials{Connector: distributor.Stellr, BaseURL: url,
		ApplicationID: "app", ApplicationSecret: "secret", Line: "provider host", CallsPerMinute: perMinute})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const nobody = `{"data":{"total":0,"records":[]}}`

// soon gives a caller that cannot wait out what a run would.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestAPauseThatOneReplicaWasAskedForHoldsForAll(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]int{"limited": 429, "down": 503} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			one, two := twoReplicas(t, 0, func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				w.Header().Set("Retry-After", "5400")
				w.WriteHeader(code)
			})
			before := clock.System{}.Now()
			_, err := one.Subscriptions(t.Context(), "1")
			until, by, ok := distributor.PauseOf(err)
			if !ok || by != distributor.ByDistributor || until.Before(before.Add(90*time.Minute)) {
				t.Fatal(err)
			}
			for range 5 {
				_, err = two.Subscriptions(t.Context(), "1")
			}
			other, _, ok := distributor.PauseOf(err)
			took := clock.System{}.Now().Sub(before) // the replicas' clocks are compared by asking
			if gap := other.Sub(until).Abs(); !ok || gap > took+time.Second || asked.Load() != 1 {
				t.Errorf("asked %d times; %v", asked.Load(), err)
			}
			check := two.Verify(t.Context(), distributor.Hurried)
			if _, _, ok := distributor.PauseOf(check.Err()); !ok || asked.Load() != 1 {
				t.Errorf("a check by hand asked too: %+v", check)
			}
		})
	}
}

func TestAServerThatFailsCostsAllReplicasTogetherFewCalls(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	var well atomic.Bool
	one, two := twoReplicas(t, 0, func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1); well.Load() {
			_, _ = w.Write([]byte(nobody))
			return
		}
		w.WriteHeader(503)
	})
	paused := 0
	for range 20 {
		for _, c := range []distributor.Connector{one, two} {
			_, err := c.Subscriptions(soon(t), "1")
			if _, by, ok := distributor.PauseOf(err); ok && by == distributor.ByBreaker {
				paused++
			}
		}
	}
	if asked.Load() > 16 || paused < 30 {
		t.Errorf("%d calls for 40 accounts, %d paused", asked.Load(), paused)
	}
	well.Store(true)
	if err := two.Verify(t.Context(), distributor.Hurried).Err(); err != nil {
		t.Fatalf("a person's check tries: %v", err)
	}
	if _, err := one.Subscriptions(soon(t), "1"); err != nil {
		t.Errorf("what one found well is well for all: %v", err)
	}
}

func TestReplicasShareTheCallsOfAMinute(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	one, two := twoReplicas(t, 40, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write([]byte(nobody))
	})
	began := clock.System{}.Now()
	for _, c := range []distributor.Connector{one, two, one, two} {
		if _, err := c.Subscriptions(t.Context(), "1"); err != nil {
			t.Fatal(err)
		}
	}
	if took := (clock.System{}).Now().Sub(began); took < 4500*time.Millisecond || asked.Load() != 4 {
		t.Errorf("%d calls in %s at 40 a minute", asked.Load(), took)
	}
}

func TestCallsThatGoWellWriteNothing(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			_, _ = w.Write([]byte(`{"access_token":"t"}`))
			return
		}
		_, _ = w.Write([]byte(nobody))
	}))
	t.Cleanup(server.Close)
	c := replica(t, db, server.URL, 0)
	for range 50 {
		if _, err := c.Subscriptions(t.Context(), "1"); err != nil {
			t.Fatal(err)
		}
	}
	var rows int
	if err := db.Read(t.Context()).Raw(`SELECT count(*) FROM provider_lines`).Scan(&rows).Error; err != nil ||
		rows != 0 {
		t.Errorf("%d rows, %v", rows, err)
	}
}

func TestALineIsStoredAsItStands(t *testing.T) {
	t.Parallel()
	lines := provider.Lines{DB: pgtest.New(t).DB}
	at := time.Date(2026, 11, 29, 2, 0, 0, 0, time.UTC)
	want := calls.State{Version: 1, PausedUntil: at, AskedBy: distributor.ByBreaker, Why: "w", Answers: "..x",
		AnsweredAt: at.Add(1), Trips: 2, ProbeUntil: at.Add(time.Second), Spent: 3.5, SpentAt: at.Add(time.Minute),
		NextSlot: at.Add(time.Hour)}
	want.AnsweredAt = at.Add(time.Microsecond)
	_, _, err := lines.Change(t.Context(), "a", func(calls.State, time.Time) calls.State { return want })
	if err != nil {
		t.Fatal(err)
	}
	got, now, err := lines.Look(t.Context(), "a")
	if err != nil || !got.PausedUntil.Equal(want.PausedUntil) || !got.AnsweredAt.Equal(want.AnsweredAt) ||
		!got.ProbeUntil.Equal(want.ProbeUntil) || !got.SpentAt.Equal(want.SpentAt) ||
		!got.NextSlot.Equal(want.NextSlot) {
		t.Errorf("%+v %v", got, err)
	}
	if got.Version != 1 || got.AskedBy != want.AskedBy || got.Why != "w" || got.Answers != "..x" || got.Trips != 2 ||
		got.Spent != 3.5 || now.Sub(clock.System{}.Now()).Abs() > time.Minute {
		t.Errorf("%+v at %s", got, now)
	}
	if other, _, err := lines.Look(t.Context(), "b"); err != nil || other != (calls.State{}) {
		t.Errorf("%+v %v", other, err)
	}
}
