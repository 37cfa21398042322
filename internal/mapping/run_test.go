package mapping_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/crm"
	"seatledger/internal/mapping"
	"seatledger/internal/postgres"
	"seatledger/internal/review"
	"seatledger/internal/runs"
	"seatledger/internal/testkit/pgtest"
)

// childRun and childDB tell a process that this test binary has started which run it works, and where.
const (
	childRun = "SEATLEDGER_MAPPING_TEST_RUN"
	childDB  = "SEATLEDGER_MAPPING_TEST_DB"
)

func TestMain(m *testing.M) {
	if run := os.Getenv(childRun); run != "" {
		if err := workAsChild(context.Background(), uuid.MustParse(run), os.Getenv(childDB)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	pgtest.Main(m)
}

func workAsChild(ctx context.Context, run uuid.UUID, url string) error {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return err
	}
	db, err := postgres.Open(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer db.Close()
	clk := clock.NewFake(morning)
	s := &mapping.Service{DB: db, Clock: clk, Zone: time.UTC, Reviews: review.Reviewer{Clock: clk, Zone: time.UTC},
		CRM: crm.Service{DB: db, Clock: clk}, Enqueue: noQueue, Lease: shortLease, Holder: "the child"}
	return s.Execute(ctx, run)
}

const shortLease = 2 * time.Second

// many makes accounts and CRM accounts of the same names, so that each account has a suggestion.
func (w *world) many(p uuid.UUID, n int) {
	w.exec(`INSERT INTO settings (name, value, updated_at, updated_by)
		VALUES ('general', '{"auto_map": false}', now(), 'Olga Example')`)
	for i := range n {
		f := facts{name: fmt.Sprintf("%s%s%s Dental", syllable[i/81%9], syllable[i/9%9], syllable[i%9])}
		w.account(p, fmt.Sprint(i), f)
		w.customer(f)
	}
}

var syllable = strings.Fields("harvo belqui montra tavisk ruden calfer wexlo prasun zamvey")

// made are all suggestions, in words.
func (w *world) made() []string {
	return w.lines(`SELECT concat_ws(' ', a.external_id, s.rank, c.name, s.band, s.probability, s.chosen, s.doubt)
		FROM mapping_suggestions s JOIN provider_accounts a ON a.id = s.account_id
		JOIN crm_accounts c ON c.id = s.crm_account_id ORDER BY 1`)
}

// until asks again until the database says yes.
func (w *world) until(what string, yes func() bool) {
	w.t.Helper()
	for range 3000 {
		if yes() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	w.t.Fatalf("it never came to be: %s", what)
}

// TestARunThatWasKilledGoesOn kills the process that makes suggestions with SIGKILL while it writes: what it had made
// is seen, people decide meanwhile, and another process makes the rest.
func TestARunThatWasKilledGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	w.many(p, 130)
	var again []uuid.UUID
	w.Lease = shortLease
	w.Enqueue = func(_ context.Context, _ *gorm.DB, job mapping.Job, _ time.Duration) error {
		again = append(again, job.(mapping.SuggestJob).RunID)
		return nil
	}
	run, err := w.Request(t.Context(), olga, p)
	w.must(err)
	release := w.stopAfter(100)
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childRun+"="+run.String(), childDB+"="+w.db.AppURL())
	child.Stderr = os.Stderr
	w.must(child.Start())
	w.until("a hundred accounts have suggestions", func() bool {
		return w.lines(`SELECT (count(DISTINCT account_id) = 100)::text FROM mapping_suggestions`)[0] == "true"
	})
	w.must(child.Process.Kill())
	_ = child.Wait()
	release()
	if got := w.lines(`SELECT concat_ws(' ', state, suggested, accounts) FROM suggestion_runs`)[0]; got !=
		"running 100 130" {
		t.Errorf("the run stands at %q", got)
	}

	// People decide meanwhile.
	decided := w.lines(`SELECT account_id FROM mapping_suggestions ORDER BY account_id LIMIT 1`)[0]
	customer := w.lines(`SELECT crm_account_id FROM mapping_suggestions WHERE account_id = ? AND rank = 1`,
		decided)[0]
	choice := mapping.Choice{AccountID: uuid.MustParse(decided), CRMAccountID: uuid.MustParse(customer)}
	w.must(w.Map(t.Context(), olga, choice))

	w.until("the run is seen to be without a worker", func() bool {
		w.must(w.Watch(t.Context()))
		return w.lines(`SELECT state FROM suggestion_runs`)[0] != "running"
	})
	if !slices.Contains(again[1:], run) {
		t.Errorf("queued again: %v", again)
	}
	w.must(w.Execute(t.Context(), run))
	r, err := mapping.GetRun(t.Context(), w.db.Read(t.Context()), run)
	w.must(err)
	if r.State != runs.Succeeded || r.Attempt != 2 || r.Suggested != 129 || r.Accounts != 129 {
		t.Errorf("%s at attempt %d, %d of %d", r.State, r.Attempt, r.Suggested, r.Accounts)
	}
	got := w.made()
	w.exec(`DELETE FROM mapping_suggestions`)
	_, err = w.Refresh(t.Context(), p)
	w.must(err)
	if want := w.made(); len(want) < 129 || !slices.Equal(got, want) {
		t.Errorf("%d suggestions, unbroken %d", len(got), len(want))
	}
	if got := w.state(choice.AccountID); !strings.HasPrefix(got, "mapped ") {
		t.Errorf("what was decided meanwhile is %s", got)
	}
}

// stopAfter keeps whoever writes suggestions of more than n accounts waiting, until it is released.
func (w *world) stopAfter(n int) (release func()) {
	w.t.Helper()
	owner, ctx := w.db.Owner(), w.t.Context()
	_, err := owner.Exec(ctx, fmt.Sprintf(`CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF (SELECT count(DISTINCT account_id) FROM mapping_suggestions) > %d THEN
				PERFORM pg_advisory_xact_lock(4711);
			END IF;
			RETURN NULL;
		END $$;
		CREATE TRIGGER wait_here AFTER INSERT ON mapping_suggestions FOR EACH STATEMENT
			EXECUTE FUNCTION wait_here()`, n))
	w.must(err)
	conn, err := owner.Acquire(ctx)
	w.must(err)
	_, err = conn.Exec(ctx, `SELECT pg_advisory_lock(4711)`)
	w.must(err)
	return func() {
		_, err := conn.Exec(ctx, `SELECT pg_advisory_unlock(4711)`)
		w.must(err)
		conn.Release()
	}
}

func TestWhoAsksAtOnceGetsOneRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	w.many(p, 12)
	var all sync.WaitGroup
	asked := make([]uuid.UUID, 8)
	for i := range asked {
		all.Go(func() {
			var err error
			if asked[i], err = w.Request(t.Context(), olga, p); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := slices.Compact(slices.Clone(asked)); len(got) != 1 {
		t.Errorf("%d runs: %v", len(got), got)
	}
	for range 4 {
		all.Go(func() {
			if err := w.Execute(t.Context(), asked[0]); err != nil && !errors.Is(err, runs.ErrBusy) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := w.lines(`SELECT concat_ws(' ', count(*), min(state), min(attempt)) FROM suggestion_runs`)[0]; got !=
		"1 succeeded 1" {
		t.Errorf("runs: %s", got)
	}
	if n := len(w.made()); n < 12 {
		t.Errorf("%d suggestions of 12 accounts", n)
	}
}

// TestTheWatcherAsksWhenSomethingChanged: for one run, not while one is under way, and not at once after a failure.
func TestTheWatcherAsksWhenSomethingChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	w.many(p, 3)
	watch := mapping.Watcher{Service: w.Service}
	looked := func(what, want string) {
		t.Helper()
		w.must(watch.Look(t.Context()))
		if got := w.lines(`SELECT string_agg(state, ' ' ORDER BY requested_at, id) FROM
		suggestion_runs`)[0]; got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	work := func() {
		t.Helper()
		w.must(w.Execute(t.Context(), uuid.MustParse(w.lines(`SELECT id FROM suggestion_runs WHERE state =
		'queued'`)[0])))
		w.clock.Advance(time.Second)
	}
	looked("nothing was made", "queued")
	looked("one is asked for", "queued")
	work()
	looked("nothing has changed", "succeeded")
	w.exec(`UPDATE crm_accounts SET name = 'Somebody Else', version = version + 1 WHERE name LIKE 'harvoharvoharvo%'`)
	looked("a customer has changed", "succeeded queued")
	w.exec(`UPDATE suggestion_runs SET state = 'failed', finished_at = ? WHERE state = 'queued'`, w.clock.Now())
	looked("it failed", "succeeded failed")
	w.clock.Advance(5*time.Minute + time.Second)
	looked("a while after it failed", "succeeded failed queued")
	work()
	looked("it was made", "succeeded failed succeeded")
}
