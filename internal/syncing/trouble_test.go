package syncing_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/distributor"
	"seatledger/internal/syncing"
)

func TestAFullDiskFailsTheRunAndIsNamedWithWhatIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	w.accounts()
	w.ok(w.db.Read(t.Context()).Exec(`UPDATE providers SET concurrency = 1`).Error)
	_, err := w.db.Owner().Exec(t.Context(), `
		CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF (SELECT count(*) FROM subscriptions) > 10 THEN
				RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full';
			END IF;
			RETURN NEW; END $$;
		CREATE TRIGGER full_disk BEFORE INSERT ON subscriptions FOR EACH ROW EXECUTE FUNCTION full_disk()`)
	w.ok(err)
	r := w.subscriptions()
	if r.State != syncing.Failed || !strings.Contains(r.Message, "The disk of the database (") ||
		!strings.Contains(r.Message, "What was applied until then is kept.") ||
		strings.Contains(r.Message, "Nothing was") {
		t.Errorf("%s: %s", r.State, r.Message)
	}
	if n := w.count(`SELECT count(*) FROM subscriptions`); n == 0 || r.Done == 0 {
		t.Errorf("%d subscriptions, %d accounts", n, r.Done)
	}
}

func TestKilledSessionsOfTheDatabaseInterruptARunAndNeverFailIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	w.accounts()
	super, err := pgx.Connect(t.Context(), os.Getenv("SEATLEDGER_TEST_DATABASE_URL"))
	w.ok(err)
	defer super.Close(t.Context())
	asked := 0
	w.speak(spoken{subscriptions: func() error {
		if asked++; asked == 5 {
			_, err := super.Exec(t.Context(),
				`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`,
				w.db.Name)
			return err
		}
		return nil
	}})
	w.ok(w.db.Read(t.Context()).Exec(`UPDATE providers SET concurrency = 1`).Error)
	r, _, err := w.sync.Request(t.Context(), person,
		syncing.Request{ProviderID: w.provider, Kind: syncing.Subscriptions, Trigger: syncing.ByPerson})
	w.ok(err)
	w.queued = nil
	if err := w.sync.Execute(t.Context(), r.ID); err != nil { // the end could not be written: the lease lapses
		for range 5 { // connections of before are found broken one by one
			_ = w.sync.TakeOver(t.Context())
			_ = w.sync.Watch(t.Context())
		}
	}
	if got := w.get(r.ID); got.State != syncing.Interrupted {
		t.Fatalf("%s: %s", got.State, got.Message)
	}
	w.work()
	if got := w.get(r.ID); got.State != syncing.Succeeded {
		t.Errorf("%s: %s", got.State, got.Message)
	}
}

// Whoever reads pages may hold every connection of the large pool: a run is taken and its lease renewed all the same.
func TestReadersThatHoldEveryConnectionKeepNobodyFromALease(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	r, _, err := w.sync.Request(t.Context(), person,
		syncing.Request{ProviderID: w.provider, Kind: syncing.Accounts, Trigger: syncing.ByPerson})
	w.ok(err)
	w.queued = nil
	var held []*pgxpool.Conn
	for range w.db.Pool().Config().MaxConns {
		c, err := w.db.Pool().Acquire(t.Context())
		w.ok(err)
		held = append(held, c)
	}
	worked := make(chan error, 1)
	go func() { worked <- w.sync.Execute(t.Context(), r.ID) }()
	state := func() (s string) {
		w.ok(w.db.Reserved().Read(t.Context()).Raw(`SELECT state FROM sync_runs WHERE id = ?`, r.ID).Scan(&s).Error)
		return s
	}
	for state() == "queued" {
		if len(worked) > 0 {
			t.Fatalf("it ended before it began: %v", <-worked)
		}
	}
	for _, c := range held {
		c.Release()
	}
	w.ok(<-worked)
	if got := w.get(r.ID); got.State != syncing.Succeeded {
		t.Errorf("%s: %s", got.State, got.Message)
	}
}

// The address is changed in the middle of a run: what is under way ends at the old one, what goes on later finds that
// the secrets are not for the new one, and nothing at all is sent there.
func TestAnAddressThatChangesInTheMiddleOfARunGetsNoSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	w.accounts()
	var reached atomic.Int32
	fresh := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(fresh.Close)
	w.ok(w.db.Read(t.Context()).Exec(`UPDATE providers SET concurrency = 1`).Error)
	asked := 0
	w.speak(spoken{subscriptions: func() error {
		if asked++; asked == 3 {
			w.ok(w.db.Read(t.Context()).Exec(`UPDATE providers SET url = ?, token_url = ?`, fresh.URL,
				fresh.URL+"/oauth2/v1/token").Error)
		}
		if asked == 6 {
			return &distributor.Error{Kind: distributor.Paused, Until: w.clock.Now().Add(time.Minute),
				AskedBy: distributor.ByDistributor}
		}
		return nil
	}})
	r, _, err := w.sync.Request(t.Context(), person,
		syncing.Request{ProviderID: w.provider, Kind: syncing.Subscriptions, Trigger: syncing.ByPerson})
	w.ok(err)
	w.work()
	w.clock.Advance(2 * time.Minute)
	w.work()
	got := w.get(r.ID)
	if got.State != syncing.Failed || !strings.Contains(got.Message, "secret was given for") ||
		!strings.Contains(got.Message, "Nothing was sent.") {
		t.Errorf("%s: %s %s", got.State, got.Message, got.Advice)
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("%d requests reached the new address", n)
	}
}
