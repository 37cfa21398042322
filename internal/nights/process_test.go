package nights

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/secret"
	"seatledger/internal/testkit/pgtest"
	"seatledger/internal/testkit/webtest"
)

var program struct {
	once sync.Once
	path string
	err  error
}

// binary is the program itself, built once for these tests.
func binary(t testing.TB) string {
	t.Helper()
	program.once.Do(func() {
		dir, err := os.MkdirTemp("", "seatledger-nights-")
		if err != nil {
			program.err = err
			return
		}
		program.path = filepath.Join(dir, "seatledger")
		if out, err := exec.Command("go", "build", "-o", program.path, "seatledger/web").CombinedOutput(); err != nil {
			program.err = fmt.Errorf("go build: %w\n%s", err, out)
		}
	})
	if program.err != nil {
		t.Fatal(program.err)
	}
	return program.path
}

// house is a database, a distributor, and real processes of the product around them.
type house struct {
	t    testing.TB
	db   *pgtest.DB
	far  *sandbox.Server
	url  string // of the distributor
	key  string
	mu   sync.Mutex
	all  []*process
	page string // of the provider
}

// process is one replica, with a network of its own to the database.
type process struct {
	h     *house
	cmd   *exec.Cmd
	base  string
	log   *lines
	ended chan struct{}
	err   error
	web   *webtest.Client
}

const (
	adminMail     = "ada@reseller.example"
	adminPassword = "an honest sentence"
)

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, db: pgtest.New(t), key: filepath.Join(t.TempDir(), "master.key")}
	var err error
	h.far, err = sandbox.New(sandbox.Options{Data: sandbox.DataOptions{Customers: 30, Subscriptions: 90, Seed: 8}})
	h.must(err)
	srv := httptest.NewServer(h.far.Handler())
	t.Cleanup(srv.Close)
	h.url = srv.URL
	_, err = secret.CreateFile(h.key)
	h.must(err)
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// start begins a process, without waiting for it.
func (h *house) start() *process {
	h.t.Helper()
	p := &process{h: h, log: &lines{}, ended: make(chan struct{})}
	p.cmd = exec.Command(binary(h.t), "serve")
	p.cmd.Env = append(os.Environ(), "SEATLEDGER_ADDR=127.0.0.1:0", "SEATLEDGER_DATABASE_URL="+h.db.AppURL(),
		"SEATLEDGER_MASTER_KEY_FILE="+h.key, "SEATLEDGER_ADMIN_EMAIL="+adminMail,
		"SEATLEDGER_ADMIN_PASSWORD="+adminPassword,
		"SEATLEDGER_OUTBOUND_ALLOW=127.0.0.0/8",
		"SEATLEDGER_SYNC_AT="+time.Now().UTC().Add(12*time.Hour).Format("15:04"))
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.cmd.Stderr = p.log
	out, err := p.cmd.StdoutPipe()
	h.must(err)
	h.must(p.cmd.Start())
	addr := make(chan string, 1)
	go func() {
		defer close(p.ended)
		s := bufio.NewScanner(out)
		for s.Scan() {
			if a, ok := strings.CutPrefix(s.Text(), "listening on "); ok {
				addr <- a
			}
		}
		p.err = p.cmd.Wait()
	}()
	h.t.Cleanup(p.kill)
	h.mu.Lock()
	h.all = append(h.all, p)
	h.mu.Unlock()
	select {
	case p.base = <-addr:
	case <-p.ended:
	case <-time.After(time.Minute):
		h.t.Fatal("the process does not listen")
	}
	return p
}

// up begins a process and signs in.
func (h *house) up() *process {
	h.t.Helper()
	p := h.start()
	if p.base == "" {
		h.t.Fatalf("the process ended: %v %s", p.err, p.log)
	}
	p.web = webtest.Browse(h.t, p.base)
	p.web.Post("/login", url.Values{"email": {adminMail}, "password": {adminPassword}}).Want(303)
	return p
}

func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	p.signal(syscall.SIGCONT)
	<-p.ended
}

// lines keeps what was logged.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// provider connects the distributor through the first process and reads its customers.
func (h *house) provider(p *process) {
	h.t.Helper()
	made := p.web.Post("/providers", url.Values{"connector": {"stellr"}, "comprehensive_api": {"on"}, "name": {"Far"},
		"url": {h.url}, "token_url": {h.url + "/oauth2/v1/token"}, "application_id": {"sandbox-app"},
		"application_secret": {"sandbox-secret"}, "reseller_number": {sandbox.DefaultReseller}, "currency": {"USD"},
		"user_name": {"u@reseller.example"}, "password": {"sandbox-password"}}).Want(303)
	h.page = made.Location()
	p.web.Post(h.page+"/verify", url.Values{}).Want(303)
	h.wait("the customers are read", time.Minute, h.asked(p, "/sync-accounts"), "succeeded")
}

// asked presses a button and gives the run.
func (h *house) asked(p *process, command string) string {
	h.t.Helper()
	r := p.web.Post(h.page+command, url.Values{"anyway": {"on"}}).Want(303)
	return strings.TrimPrefix(r.Location(), "/sync-runs/")
}

func (h *house) text(sql string, args ...any) string {
	h.t.Helper()
	var s *string
	err := h.db.Owner().QueryRow(h.t.Context(), sql, args...).Scan(&s)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && s == nil {
		return ""
	}
	h.must(err)
	return *s
}

// wait waits until a run has a state.
func (h *house) wait(what string, limit time.Duration, run, state string) {
	h.t.Helper()
	for until := time.Now().Add(limit); ; time.Sleep(50 * time.Millisecond) {
		now := h.text(`SELECT state FROM sync_runs WHERE id = $1::uuid`, run)
		if now == state {
			return
		}
		if now == "failed" || time.Now().After(until) {
			h.t.Fatalf("%s: the run is %s: %s", what, now, h.text(`SELECT message FROM sync_runs WHERE id = $1::uuid`,
				run))
		}
	}
}

// underWay waits until a run has read some accounts, and gives who holds it.
func (h *house) underWay(run string) *process {
	h.t.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if h.text(`SELECT count(*)::text FROM subscriptions`) == "0" {
			continue
		}
		holder := h.text(`SELECT holder FROM sync_runs WHERE id = $1::uuid AND state = 'running'`, run)
		for _, p := range h.all {
			if strings.Contains(holder+" ", fmt.Sprintf(" %d ", p.cmd.Process.Pid)) {
				return p
			}
		}
	}
	h.t.Fatalf("nobody holds the run: %q", h.text(`SELECT holder FROM sync_runs WHERE id = $1::uuid`, run))
	return nil
}

// equal wants each subscription here once, with the distributor's seats and a ledger that comes to them.
func (h *house) equal() {
	h.t.Helper()
	rows, err := h.db.Owner().Query(h.t.Context(), `SELECT s.external_id, s.quantity, s.billable_quantity,
		s.ledger_quantity,
		coalesce(sum(c.delta) FILTER (WHERE t.counted), 0), count(*) FILTER (WHERE c.event = 'create')
		FROM subscriptions s LEFT JOIN license_changes c ON c.subscription_id = s.id
		LEFT JOIN license_change_status t ON t.change_id = c.id GROUP BY s.id`)
	h.must(err)
	defer rows.Close()
	have := map[string]int{}
	for rows.Next() {
		var id string
		var quantity, billable, ledger, sum, created int
		h.must(rows.Scan(&id, &quantity, &billable, &ledger, &sum, &created))
		have[id] = quantity
		if ledger != billable || sum != billable || created != 1 {
			h.t.Errorf("%s: billable %d, ledger %d, counted rows %d, created %d times", id, billable, ledger, sum,
				created)
		}
	}
	for _, s := range h.far.Subscriptions() {
		if got, ok := have[s.ID]; !ok || got != s.Quantity {
			h.t.Errorf("%s has %d seats (known: %v), the distributor has %d", s.ID, got, ok, s.Quantity)
		}
	}
}

// slow makes each answer of the distributor take its time, so that a run lasts.
func (h *house) slow(millis int) {
	b := h.far.Behaviour()
	b.LatencyMillis = millis
	h.must(h.far.SetBehaviour(b))
}

// A kill -9 of the only process, twice in one run: it is there at the end as if nothing had been.
func TestAProcessKilledAgainAndAgainInOneRun(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for leases to lapse")
	}
	t.Parallel()
	h := newHouse(t)
	p := h.up()
	h.provider(p)
	h.slow(500)
	run := h.asked(p, "/sync-subscriptions")
	for range 2 {
		h.underWay(run).kill()
		h.up()
		for until := time.Now().Add(time.Minute); time.Now().Before(until) && h.text(`SELECT state FROM sync_runs
			WHERE id = $1::uuid`, run) != "running"; {
			time.Sleep(50 * time.Millisecond)
		}
	}
	h.slow(0)
	h.wait("killed", 90*time.Second, run, "succeeded")
	h.equal()
}
