//go:build linux

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/provider"
	"seatledger/internal/secret"
	"seatledger/internal/syncing"
	"seatledger/internal/testkit/pgtest"
	"seatledger/internal/testkit/webtest"
)

// playsReplica lets the test binary be the program itself, so that tests can kill, stop and cut it off.
const playsReplica = "SEATLEDGER_TEST_REPLICA"

func TestMain(m *testing.M) {
	if os.Getenv(playsReplica) == "" {
		pgtest.Main(m)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := run(ctx, []string{"serve"}, os.Getenv, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "seatledger:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// replica is one process of the program.
type replica struct {
	t    *testing.T
	cmd  *exec.Cmd
	base string
	log  *webtest.Log
	done chan struct{} // closed when it has ended
}

// startReplica starts the program without waiting for it; env is without the prefix.
func startReplica(t *testing.T, env map[string]string) *replica {
	t.Helper()
	r := &replica{t: t, log: &webtest.Log{}, done: make(chan struct{})}
	r.cmd = exec.Command(os.Args[0])
	r.cmd.Env = append(os.Environ(), playsReplica+"=1", "SEATLEDGER_ADDR=127.0.0.1:0")
	for name, v := range env {
		r.cmd.Env = append(r.cmd.Env, "SEATLEDGER_"+name+"="+v)
	}
	r.cmd.Stderr = r.log
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	listening := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if base, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
				listening <- base
			}
		}
		_ = r.cmd.Wait()
		close(r.done)
	}()
	t.Cleanup(func() {
		_ = r.cmd.Process.Signal(syscall.SIGCONT)
		_ = r.cmd.Process.Kill()
		<-r.done
	})
	select {
	case r.base = <-listening:
	case <-r.done:
	case <-time.After(patience):
		t.Fatalf("a replica does not come up:\n%s", r.log)
	}
	return r
}

const patience = 150 * time.Second // the machine may be busy; what is measured has limits of its own

func (r *replica) signal(s syscall.Signal) {
	r.t.Helper()
	if err := r.cmd.Process.Signal(s); err != nil {
		r.t.Fatal(err)
	}
}

func (r *replica) ended() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// get asks for a page; status 0 when there is no answer.
func (r *replica) get(path string) (status int, body string) {
	client := http.Client{Timeout: 70 * time.Second}
	res, err := client.Get(r.base + path)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

// fleet is a database with a distributor, and replicas that share them.
type fleet struct {
	*webtest.Site
	t        *testing.T
	provider uuid.UUID
}

func newFleet(t *testing.T, customers int) *fleet {
	t.Helper()
	f := &fleet{t: t, Site: webtest.Start(t, webtest.Options{Far: sandbox.DataOptions{Customers: customers,
		Subscriptions: 3 * customers, Seed: 5}})}
	f.SignIn("admin")
	ctx, by := t.Context(), audit.Actor{ID: uuid.Must(uuid.NewV7()), Name: "Robin"}
	p, err := f.App.Providers.Create(ctx, by, provider.Input{Name: "Sandbox", ComprehensiveAPI: true, URL: f.FarURL,
		TokenURL: f.FarURL + "/oauth2/v1/token", ApplicationID: "sandbox-app", ApplicationSecret: "sandbox-secret",
		ResellerNumber: sandbox.DefaultReseller, Currency: "USD"})
	f.ok(err)
	f.provider = p.ID
	f.ok(f.ask(syncing.Accounts, func(id uuid.UUID) { f.WaitRunID(id) }))
	return f
}

func (f *fleet) ok(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fleet) ask(k syncing.Kind, then func(uuid.UUID)) error {
	r, _, err := f.App.Sync.Request(f.t.Context(), audit.Actor{Name: "Robin"},
		syncing.Request{ProviderID: f.provider, Kind: k, Trigger: syncing.ByPerson, Anyway: true})
	if err == nil {
		then(r.ID)
	}
	return err
}

// replica starts one more; through is the address of the database, empty for its own.
func (f *fleet) replica(through string) *replica {
	if through == "" {
		through = f.DB.AppURL()
	}
	return startReplica(f.t, map[string]string{"DATABASE_URL": through, "MASTER_KEY_FILE": f.App.Config.MasterKeyFile,
		"OUTBOUND_ALLOW": "127.0.0.0/8", "SYNC_AT": time.Now().UTC().Add(12 * time.Hour).Format("15:04")})
}

func (f *fleet) run(id uuid.UUID) syncing.Run {
	f.t.Helper()
	r, err := syncing.Get(f.t.Context(), f.DB.Read(f.t.Context()), id)
	f.ok(err)
	return r
}

func (f *fleet) until(limit time.Duration, what string, is func() bool) time.Duration {
	f.t.Helper()
	began := time.Now()
	for !is() {
		if time.Since(began) > limit {
			f.t.Fatalf("not within %s: %s", limit, what)
		}
		time.Sleep(50 * time.Millisecond)
	}
	return time.Since(began)
}

// right tells whether every subscription stands here as the distributor has it, and the ledger adds up.
func (f *fleet) right() {
	f.t.Helper()
	db := f.DB.Read(f.t.Context())
	var have, wrong int
	f.ok(db.Raw(`SELECT count(*), count(*) FILTER (WHERE ledger_quantity <> billable_quantity)
		FROM subscriptions`).Row().
		Scan(&have, &wrong))
	if want := len(f.Far.Subscriptions()); have != want || wrong != 0 {
		f.t.Errorf("%d of %d subscriptions, the ledger of %d does not add up", have, want, wrong)
	}
	var creates, doubled int
	f.ok(db.Raw(`SELECT count(*), count(*) - count(DISTINCT subscription_id) FROM license_changes
		WHERE event = 'create'`).
		Row().Scan(&creates, &doubled))
	if creates != have || doubled != 0 {
		f.t.Errorf("%d create rows for %d subscriptions, %d of them double", creates, have, doubled)
	}
}

// relay passes bytes between replicas and the database until it is cut: then it keeps every connection open and passes
// nothing, as a machine does whose network has gone.
type relay struct {
	l      net.Listener
	cut    atomic.Bool
	mended chan struct{}
}

func newRelay(t *testing.T, database string) (*relay, string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	network, address := "tcp", u.Host
	if dir := q.Get("host"); strings.HasPrefix(dir, "/") {
		network, address = "unix", filepath.Join(dir, ".s.PGSQL."+q.Get("port"))
		q.Del("host")
		q.Del("port")
	}
	r := &relay{mended: make(chan struct{})}
	if r.l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.l.Close() })
	go func() {
		for {
			near, err := r.l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial(network, address)
			if err != nil {
				_ = near.Close()
				continue
			}
			go r.pass(near, far)
			go r.pass(far, near)
		}
	}()
	u.Host, u.RawQuery = r.l.Addr().String(), q.Encode()
	return r, u.String()
}

func (r *relay) pass(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	for b := make([]byte, 32<<10); ; {
		n, err := from.Read(b)
		if r.cut.Load() {
			<-r.mended
		}
		if err != nil {
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

func (r *relay) mend() {
	r.cut.Store(false)
	close(r.mended)
}

// TestAHolderThatIsGoneIsReplacedAndCannotCommit hits the holder of a run while its transactions are open: another
// replica has the run within a minute, ends it right, and the first one changes nothing when it wakes.
func TestAHolderThatIsGoneIsReplacedAndCannotCommit(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"killed", "stopped", "cut off"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t, 12)
			line, through := newRelay(t, f.DB.AppURL())
			first := f.replica(through)
			// A table that somebody else holds keeps the holder's transactions open when it is hit.
			lock, err := f.DB.Owner().Begin(t.Context())
			f.ok(err)
			_, err = lock.Exec(t.Context(), `LOCK TABLE license_changes IN SHARE ROW EXCLUSIVE MODE`)
			f.ok(err)
			var id uuid.UUID
			f.ok(f.ask(syncing.Subscriptions, func(r uuid.UUID) { id = r }))
			f.until(patience, "the holder waits in its transactions", func() bool {
				var waiting int
				f.ok(f.DB.Owner().QueryRow(t.Context(), `SELECT count(*) FROM pg_locks l
					JOIN pg_database d ON d.oid = l.database
					WHERE NOT l.granted AND d.datname = current_database()`).Scan(&waiting))
				return waiting > 0
			})
			wake := func() {}
			switch how {
			case "killed":
				first.signal(syscall.SIGKILL)
			case "stopped":
				first.signal(syscall.SIGSTOP)
				wake = func() { first.signal(syscall.SIGCONT) }
			case "cut off":
				line.cut.Store(true)
				wake = line.mend
			}
			hit := time.Now()
			f.ok(lock.Rollback(t.Context()))
			second := f.replica("")
			f.until(60*time.Second, "another replica has the run", func() bool { return f.run(id).Attempt == 2 })
			t.Logf("%s: taken over after %s", how, time.Since(hit).Round(100*time.Millisecond))
			f.until(patience, "the run ends", func() bool { return f.run(id).State.Finished() })
			if r := f.run(id); r.State != syncing.Succeeded || r.Attempt != 2 {
				t.Fatalf("%s, attempt %d: %s", r.State, r.Attempt, r.Message)
			}
			f.right()
			before := f.run(id)
			wake()
			f.until(patience, "the first replica is well again", func() bool {
				if how == "killed" {
					return first.ended()
				}
				status, _ := first.get("/readyz")
				return status == http.StatusOK
			})
			f.right()
			if after := f.run(id); after.Attempt != before.Attempt || !after.FinishedAt.Equal(*before.FinishedAt) {
				t.Errorf("the run was changed by who had lost it: %+v", after.Head)
			}
			if second.ended() {
				t.Errorf("the second replica ended:\n%s", second.log)
			}
		})
	}
}

// TestReplicasThatStartTogetherOnAnEmptyDatabaseAllServe names the first admin to each of them.
func TestReplicasThatStartTogetherOnAnEmptyDatabaseAllServe(t *testing.T) {
	t.Parallel()
	db, key := pgtest.New(t), filepath.Join(t.TempDir(), "master.key")
	if _, err := secret.CreateFile(key); err != nil {
		t.Fatal(err)
	}
	replicas := make([]*replica, 3)
	var started sync.WaitGroup
	for i := range replicas {
		started.Go(func() {
			replicas[i] = startReplica(t, map[string]string{"DATABASE_URL": db.AppURL(), "MASTER_KEY_FILE": key,
				"ADMIN_EMAIL": "ada@reseller.example", "ADMIN_PASSWORD": "a sentence for tests"})
		})
	}
	started.Wait()
	for i, r := range replicas {
		if status, body := r.get("/readyz"); status != http.StatusOK {
			t.Errorf("replica %d: %d %s\n%s", i, status, body, r.log)
		}
	}
}

// TestARollingUpgradeUnderLoadLosesNothing stops and starts three replicas one after the other while a run works and
// pages are asked for: the run ends, no attempt of it has failed, and no page was refused by a replica that serves.
func TestARollingUpgradeUnderLoadLosesNothing(t *testing.T) {
	t.Parallel()
	f := newFleet(t, 60)
	replicas := []*replica{f.replica(""), f.replica(""), f.replica("")}
	_, err := f.Far.AddFault(sandbox.Fault{Path: "/api/v1/customers/*/subscriptions", Kind: "slow", Millis: 600})
	f.ok(err)
	var id uuid.UUID
	f.ok(f.ask(syncing.Subscriptions, func(r uuid.UUID) { id = r }))
	var serving atomic.Pointer[replica]
	serving.Store(replicas[1])
	asked, stop := make(chan int), make(chan struct{})
	go func() {
		bad := 0
		for {
			select {
			case <-stop:
				asked <- bad
				return
			default:
			}
			if status, _ := serving.Load().get("/login"); status != http.StatusOK {
				bad++
			}
		}
	}()
	for i := range replicas {
		serving.Store(replicas[(i+1)%len(replicas)])
		f.until(patience, "the run has got further", func() bool {
			r := f.run(id)
			return r.State == syncing.Running || r.State.Finished()
		})
		time.Sleep(500 * time.Millisecond) // let it work in this replica or another
		replicas[i].signal(syscall.SIGTERM)
		<-replicas[i].done
		if code := replicas[i].cmd.ProcessState.ExitCode(); code != 0 {
			t.Errorf("replica %d ended with %d:\n%s", i, code, replicas[i].log)
		}
		replicas[i] = f.replica("")
	}
	f.Far.ClearFaults()
	f.until(patience, "the run ends", func() bool { return f.run(id).State.Finished() })
	close(stop)
	if bad := <-asked; bad > 0 {
		t.Errorf("%d pages were refused", bad)
	}
	if r := f.run(id); r.State != syncing.Succeeded || r.Fruitless > 1 {
		t.Errorf("%s after %d attempts, %d without progress: %s", r.State, r.Attempt, r.Fruitless, r.Message)
	}
	f.right()
}
