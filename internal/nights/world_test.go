package nights

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/connect"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/provider"
	"seatledger/internal/syncing"
	"seatledger/internal/testkit/pgtest"
	"seatledger/internal/testkit/webtest"
)

// nightsAtOnce is how many nights are played side by side where nobody says otherwise: they wait for
// answers most of the time, so the number of processors is far too few.
const nightsAtOnce = "8"

func TestMain(m *testing.M) {
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "test.parallel" })
	if !said {
		if err := flag.Set("test.parallel", nightsAtOnce); err != nil {
			panic(err)
		}
	}
	pgtest.Main(m)
}

// jumping is a clock that runs, and that the test moves: for the product and the
// distributor alike, so that pauses and lives of tokens pass with it.
type jumping struct {
	mu    sync.Mutex
	by    time.Duration
	moved func(by time.Duration) // tells the database; nil: nobody
}

func (c *jumping) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().UTC().Add(c.by)
}

func (c *jumping) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by += d
	if c.moved != nil {
		c.moved(c.by)
	}
}

func (c *jumping) put(at time.Time) { c.advance(at.Sub(c.Now())) }

// firstDay is the Friday on which every world begins.
func firstDay() time.Time { return time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC) }

// world is the product and a distributor that it has read once.
type world struct {
	cut atomic.Bool // connections to the database were cut
	*webtest.Site
	t        testing.TB
	ctx      context.Context
	clock    *jumping
	front    *front
	admin    *webtest.Client
	provider uuid.UUID
	since    time.Time // runs asked for since then are the fault's
	patience time.Duration
	morning  time.Time // when the night that is played ends
	watching bool
	saw      strings.Builder // what the pages of runs under way showed
	gate     *gate
	power    *power // nil: never pulled
	died     int    // how often it was
	stopAt   int    // the process is asked to stop in this call; 0: not
	stops    int    // and so often again, when it goes on
	stopped  map[uuid.UUID]int
	idle     time.Duration
	touched  map[string]bool // accounts whose mapping a person has changed
}

// options of a world; the zero value is twelve customers with forty subscriptions.
type options struct {
	data     sandbox.DataOptions
	pageSize int
	pool     func(*pgxpool.Config)
	patience time.Duration // of one call; 1500 ms
	unread   bool          // nothing is read yet
	power    *power
	hands    int
}

func newWorld(t testing.TB, o options) *world {
	t.Helper()
	if o.data.Customers == 0 {
		o.data = sandbox.DataOptions{Customers: 12, Subscriptions: 40, Seed: 3}
	}
	if o.patience == 0 {
		o.patience = 1500 * time.Millisecond
	}
	w := &world{t: t, ctx: t.Context(), clock: &jumping{}, patience: o.patience, power: o.power,
		idle: 5 * time.Minute, touched: map[string]bool{}, stopped: map[uuid.UUID]int{}}
	w.clock.put(firstDay())
	o.data.Today = clock.DateOf(w.clock.Now(), time.UTC)
	w.Site = webtest.Start(t, webtest.Options{Far: o.data, Both: w.clock, Pool: func(cfg *pgxpool.Config) {
		cfg.ConnConfig.RuntimeParams["search_path"] = "test_time, public, pg_catalog"
		cfg.ConnConfig.RuntimeParams["application_name"] = product
		if o.pool != nil {
			o.pool(cfg)
		}
	},
		Env: map[string]string{"SYNC_AT": "02:00"}})
	w.moveDatabase()
	w.gate = &gate{next: w.Far.Handler()}
	w.front = newFront(t, w.gate)
	w.connectBy(w.front)
	w.admin = w.SignIn(auth.Admin)
	w.addProvider(o.pageSize, o.hands)
	if !o.unread {
		w.press("/sync-accounts")
		w.press("/sync-subscriptions")
		w.hold()
	}
	return w
}

// product is the name by which the database knows the connections of the product.
const product = "the product"

// moveDatabase gives the database the world's clock: leases are judged by its own.
func (w *world) moveDatabase() {
	w.t.Helper()
	exec := func(sql string, args ...any) {
		_, err := w.DB.Owner().Exec(context.WithoutCancel(w.ctx), sql, args...)
		w.must(err)
	}
	exec(`CREATE SCHEMA test_time`)
	exec(`GRANT USAGE ON SCHEMA test_time TO PUBLIC`)
	exec(`CREATE TABLE test_time.shift AS SELECT interval '0' AS by`)
	exec(`GRANT SELECT ON test_time.shift TO PUBLIC`)
	for _, name := range []string{"clock_timestamp", "now"} {
		exec(`CREATE FUNCTION test_time.` + name + `() RETURNS timestamptz LANGUAGE sql VOLATILE AS
			$$ SELECT pg_catalog.` + name + `() + by FROM test_time.shift $$`)
	}
	w.clock.mu.Lock()
	defer w.clock.mu.Unlock()
	w.clock.moved = func(by time.Duration) {
		exec(`UPDATE test_time.shift SET by = make_interval(secs => $1)`, by.Seconds())
	}
	w.clock.moved(w.clock.by)
}

// connectBy lets the product reach the distributor through its front, by name and TLS.
func (w *world) connectBy(f *front) {
	allow, err := outbound.ParseAllow("127.0.0.0/8")
	w.must(err)
	client, err := outbound.New(outbound.Options{Allow: allow, RootCAs: f.roots, Resolver: f.resolver(),
		Timeout: w.patience})
	w.must(err)
	w.App.Providers.Open = connect.OpenerOf(client, calls.Options{Clock: w.clock, Zone: time.UTC,
		Store: provider.Lines{DB: w.App.DB}}, w.App.Log)
	w.App.Providers.CheckURL = client.CheckURL
	w.App.Outbound = client
	w.App.Sync.Patience = []time.Duration{10 * time.Millisecond, 20 * time.Millisecond, 40 * time.Millisecond}
}

func (w *world) addProvider(pageSize, hands int) {
	form := url.Values{"connector": {"stellr"}, "comprehensive_api": {"on"}, "name": {"Far"}, "url": {w.front.url()},
		"token_url": {w.front.url() + "/oauth2/v1/token"}, "application_id": {"sandbox-app"},
		"application_secret": {"sandbox-secret"}, "reseller_number": {sandbox.DefaultReseller}, "currency": {"USD"},
		"user_name": {"integration@reseller.example"}, "password": {"sandbox-password"},
		"grant": {"client_credentials"}}
	if pageSize > 0 {
		form.Set("page_size", fmt.Sprint(pageSize))
	}
	if hands > 0 {
		form.Set("concurrency", fmt.Sprint(hands))
	}
	p := w.admin.Post("/providers", form).Want(303)
	id := p.Location()[strings.LastIndex(p.Location(), "/")+1:]
	w.provider = uuid.MustParse(id)
	w.admin.Post(w.page()+"/verify", url.Values{}).Want(303)
}

func (w *world) page() string { return "/providers/" + w.provider.String() }

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// press asks for a run by its button, and works it to its end.
func (w *world) press(command string) syncing.Run {
	w.t.Helper()
	p := w.admin.Post(w.page()+command, url.Values{"anyway": {"on"}})
	if w.power != nil && w.power.restart() { // the plug was pulled while the button was pressed: press again
		w.died++
		p = w.admin.Post(w.page()+command, url.Values{"anyway": {"on"}})
	}
	p.Want(303)
	id, err := uuid.Parse(strings.TrimPrefix(p.Location(), "/sync-runs/"))
	w.must(err)
	w.workAll()
	r, err := syncing.Get(w.ctx, w.DB.Read(w.ctx), id)
	w.must(err)
	return r
}

// unfinished is the run that the provider has not ended yet.
func (w *world) unfinished() (uuid.UUID, bool) {
	w.t.Helper()
	r, found, err := syncing.Unfinished(w.ctx, w.DB.Read(w.ctx), w.provider)
	w.must(err)
	return r.ID, found
}

const longEnough = 300 // tries at a run in one night; a run that needs more hangs

// workAll works what is asked for, also what that asks for. A run that waits is
// tried again by the clock, when it says or a little later; one that waits past
// the end of the night is left waiting. Where nothing was to do there is nothing to settle either.
func (w *world) workAll() {
	w.t.Helper()
	try := 0
	for ; ; try++ {
		id, found := w.unfinished()
		if !found {
			break
		}
		if try > longEnough {
			w.t.Fatalf("run %s does not end", id)
		}
		before := w.state(id)
		w.execute(id)
		if w.cut.Swap(false) {
			w.App.DB.Pool().Reset() // what looks on takes new connections; the run had to do without
		}
		w.wake()
		after := w.state(id)
		if syncing.State(after).Finished() {
			continue
		}
		if w.watching {
			w.saw.WriteString(w.admin.Look("/sync-runs/"+id.String()).Text() + "\n")
		}
		if until := w.waitsUntil(id); !w.morning.IsZero() && until.After(w.morning) {
			break
		} else if until.After(w.clock.Now()) {
			w.clock.put(until)
		} else if after == before || !syncing.State(after).Finished() {
			w.clock.advance(10 * time.Second)
		}
		_ = w.App.Sync.Watch(w.ctx)
		w.wake()
	}
	if try > 0 {
		w.settle()
	} else if w.power != nil && w.power.restart() {
		w.died++
	}
}

// wake starts a process again whose plug was pulled, two minutes later.
func (w *world) wake() {
	if w.power != nil && w.power.restart() {
		w.died++
		w.clock.advance(2 * time.Minute)
		_ = w.App.Sync.Watch(w.ctx)
	}
}

// execute works a run; what it came to stands in the run.
func (w *world) execute(id uuid.UUID) {
	ctx, stop := context.WithCancel(w.ctx)
	defer stop()
	if n := w.stopAt; n > 0 {
		if w.stops--; w.stops < 1 {
			w.stopAt = 0
		}
		w.gate.at("/", n, stop)
	}
	_ = w.App.Sync.Execute(ctx, id)
	if ctx.Err() != nil {
		w.stopped[id]++
	}
}

// waitsUntil is when a run that waits goes on.
func (w *world) waitsUntil(id uuid.UUID) time.Time {
	w.t.Helper()
	var at *time.Time
	w.must(w.DB.Owner().QueryRow(w.ctx, `SELECT resume_at FROM sync_runs WHERE id = $1`, id).Scan(&at))
	if at == nil {
		return time.Time{}
	}
	return *at
}

func (w *world) state(id uuid.UUID) string {
	return w.text(`SELECT state FROM sync_runs WHERE id = $1`, id)
}

// settle does what the clockwork does all day.
func (w *world) settle() {
	for {
		_ = w.App.Mapping.TakeOverRuns(w.ctx) // of a process that is gone
		_, _ = w.App.Mapping.Refresh(w.ctx, w.provider)
		_ = w.App.Reviews.Drain(w.ctx, w.App.DB)
		if w.power == nil || !w.power.restart() {
			return
		}
		w.died++
	}
}

const (
	nightBegins = 2 * time.Hour
	nightEnds   = 6*time.Hour + 10*time.Minute
)

// night plays the next night by the clock alone, from two o'clock until morning.
func (w *world) night() {
	w.t.Helper()
	day := clock.DateOf(w.clock.Now(), time.UTC)
	begins := day.Start(time.UTC).Add(nightBegins)
	if !begins.After(w.clock.Now()) {
		begins = day.AddDays(1).Start(time.UTC).Add(nightBegins)
	}
	_ = w.App.Sync.Night(w.ctx) // so that the schedule knows the provider
	w.clock.put(begins.Add(5 * time.Second))
	_ = w.App.TurnDay(w.ctx)
	_ = w.App.Retire.AtTheirEnd(w.ctx)
	ends := begins.Add(nightEnds - nightBegins)
	w.morning = ends
	w.admin = w.SignIn(auth.Admin) // the session of the day before has ended
	defer func() { w.morning = time.Time{} }()
	for w.clock.Now().Before(ends) {
		_ = w.App.Sync.Night(w.ctx)
		_ = w.App.Sync.Watch(w.ctx)
		w.workAll()
		w.clock.advance(w.idle)
	}
	w.settle()
	w.admin = w.SignIn(auth.Admin)
}

// hold gives the first customers to the CRM and a contract, which no sync may take away again.
func (w *world) hold() {
	w.t.Helper()
	for _, a := range w.admin.Get("/accounts.csv?state=unmapped&sort=external_id").Records()[:3] {
		w.admin.Post("/accounts/"+a["id"]+"/create-crm-account", url.Values{}).Want(303)
	}
	for _, a := range w.admin.Get("/accounts.csv?state=mapped").Records() {
		w.admin.Post("/contracts", url.Values{"crm_account_id": {a["crm_account_id"]},
			"name":     {"All of " + a["external_id"]},
			"currency": {"USD"}, "billing_frequency": {"monthly"}, "timing": {"advance"}, "billing_day": {"1"},
			"start_date": {"2020-01-01"}, "bill_from": {"2026-11-01"}, "refunds": {"global"}, "is_default": {"on"},
			"payment_terms": {"30"}}).Want(303)
	}
}

// begin marks the moment from which on runs and calls are the fault's.
func (w *world) begin() {
	w.since = w.clock.Now()
	w.Far.ClearJournal()
}

// heal takes every fault away.
func (w *world) heal() {
	w.Far.ClearFaults()
	w.front.set(open)
}

func (w *world) text(sql string, args ...any) string {
	w.t.Helper()
	var s *string
	err := w.DB.Owner().QueryRow(w.ctx, sql, args...).Scan(&s)
	if errors.Is(err, pgx.ErrNoRows) {
		return ""
	}
	w.must(err)
	if s == nil {
		return ""
	}
	return *s
}

func (w *world) number(sql string, args ...any) int {
	w.t.Helper()
	var n int
	w.must(w.DB.Owner().QueryRow(w.ctx, sql, args...).Scan(&n))
	return n
}

// runs are the runs since the fault, oldest first: kind and state.
type ran struct {
	ID          uuid.UUID
	Kind, State string
	Message     string
}

func (w *world) runs() []ran {
	w.t.Helper()
	rows, err := w.DB.Owner().Query(w.ctx, `SELECT id, kind, state, message FROM sync_runs WHERE requested_at >= $1
		ORDER BY requested_at, id`, w.since)
	w.must(err)
	defer rows.Close()
	var all []ran
	for rows.Next() {
		var r ran
		w.must(rows.Scan(&r.ID, &r.Kind, &r.State, &r.Message))
		all = append(all, r)
	}
	w.must(rows.Err())
	return all
}

// gate lets a test do something when the distributor is asked for the n-th time.
type gate struct {
	next http.Handler
	mu   sync.Mutex
	path string
	left int
	do   func()
}

// at does something once, at the n-th request from now on whose path has the words.
func (g *gate) at(path string, n int, do func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.path, g.left, g.do = path, n, do
}

func (g *gate) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	var do func()
	if g.do != nil && strings.Contains(r.URL.Path, g.path) {
		if g.left--; g.left == 0 {
			do, g.do = g.do, nil
		}
	}
	g.mu.Unlock()
	if do != nil {
		do()
	}
	g.next.ServeHTTP(rw, r)
}

// shown is every word that the pages of the fault's runs and of the provider show.
func (w *world) shown() string {
	w.t.Helper()
	var b strings.Builder
	for _, r := range w.runs() {
		b.WriteString(w.admin.Get("/sync-runs/"+r.ID.String()).Text() + "\n")
	}
	b.WriteString(w.admin.Get(w.page()).Text() + w.saw.String())
	return b.String()
}

func matches(text, words string) bool { return regexp.MustCompile("(?is)" + words).MatchString(text) }

// stored is a subscription as the product has it.
type stored struct {
	id, account, state, status string
	quantity, billable, ledger int
	sum                        int // of the counted rows, added up anew
	cost, ends, rhythm         string
	closed, opened             int // rows that closed or reopened it
	rows                       int
	contract                   string
}

func (w *world) stored() map[string]stored {
	w.t.Helper()
	rows, err := w.DB.Owner().Query(w.ctx, `SELECT s.external_id, a.external_id, s.state, s.provider_status, s.quantity,
		s.billable_quantity, s.ledger_quantity, coalesce(trim_scale(s.unit_cost)::text, ''),
			coalesce(s.contract_id::text, ''), coalesce(s.end_date::text, ''), s.billing_frequency,
		coalesce(sum(c.delta) FILTER (WHERE t.counted), 0), count(c.id),
			count(c.id) FILTER (WHERE c.event = 'deactivate'),
		count(c.id) FILTER (WHERE c.event = 'activate')
		FROM subscriptions s JOIN provider_accounts a ON a.id = s.account_id
		LEFT JOIN license_changes c ON c.subscription_id = s.id LEFT JOIN license_change_status t ON t.change_id = c.id
		GROUP BY s.id, a.external_id`)
	w.must(err)
	defer rows.Close()
	all := map[string]stored{}
	for rows.Next() {
		var s stored
		w.must(rows.Scan(&s.id, &s.account, &s.state, &s.status, &s.quantity, &s.billable, &s.ledger, &s.cost,
			&s.contract, &s.ends, &s.rhythm,
			&s.sum, &s.rows, &s.closed, &s.opened))
		all[s.id] = s
	}
	w.must(rows.Err())
	return all
}

// ends tells whether a word of the distributor's ends a subscription (RULES 3).
func ends(status *string) bool {
	if status == nil {
		return false
	}
	return slices.Contains([]string{"expire", "expired", "cancelled", "canceled", "discontinued", "deleted"},
		strings.ToLower(*status))
}

// listed are the subscriptions that the distributor lists at the moment.
func (w *world) listed() map[string]sandbox.Subscription {
	away := map[string]bool{}
	for _, c := range w.Far.Customers() {
		away[c.CustomerNo] = c.Gone
	}
	all := map[string]sandbox.Subscription{}
	for _, s := range w.Far.Subscriptions() {
		if !s.Gone && !away[s.CustomerNo] {
			all[s.ID] = s
		}
	}
	return all
}

// unlike lists where the product differs from the distributor: what it lists
// stands here with its seats, customer and cost; what it lists no more is closed,
// except below customers that are away themselves.
func (w *world) unlike() []string { w.t.Helper(); return w.unlikeBut(nil) }

// unlikeBut is unlike where people have deactivated some.
func (w *world) unlikeBut(off map[string]bool) []string {
	w.t.Helper()
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	have, far := w.stored(), w.listed()
	away := map[string]bool{}
	for _, c := range w.Far.Customers() {
		away[c.CustomerNo] = c.Gone
	}
	for id, f := range far {
		h, ok := have[id]
		seats := f.Quantity
		if ends(f.Status) || off[id] {
			seats = 0
		}
		switch {
		case !ok:
			say("%s is not here", id)
		case h.quantity != f.Quantity || h.billable != seats:
			say("%s has %d seats, %d billable, %s; the distributor has %d, %d billable", id, h.quantity, h.billable,
				h.state, f.Quantity, seats)
		case h.account != f.CustomerNo:
			say("%s is with %s, the distributor has it with %s", id, h.account, f.CustomerNo)
		case h.cost != f.UnitPrice.String():
			say("%s costs %q, at the distributor %s", id, h.cost, f.UnitPrice)
		}
	}
	for id, h := range have {
		if h.sum != h.billable || h.ledger != h.sum {
			say("%s: the counted rows come to %d, the ledger to %d, billable are %d", id, h.sum, h.ledger, h.billable)
		}
		if _, there := far[id]; !there && !away[h.account] && h.state != "inactive" {
			say("%s is %s here and gone there", id, h.state)
		}
	}
	for _, r := range w.runs() {
		if !syncing.State(r.State).Finished() {
			say("a run is still %s", r.State)
		}
	}
	slices.Sort(wrong)
	return wrong
}

// untouched are the digests of what a run over an unchanged distributor must not write.
func (w *world) untouched() map[string]string {
	w.t.Helper()
	all := w.Versions()
	for table := range all {
		if !slices.Contains([]string{"subscriptions", "provider_accounts", "license_changes", "license_change_status",
			"license_change_marks", "products", "crm_accounts", "sign_offs", "mapping_events"}, table) {
			delete(all, table)
		}
	}
	return all
}

func raw(v any) json.RawMessage {
	b, _ := json.Marshal(v)
	return b
}
