package syncing_test

import (
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

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
