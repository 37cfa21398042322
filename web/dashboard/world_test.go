package dashboard_test

import (
	"encoding/csv"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/crm"
	"seatledger/internal/cutover"
	"seatledger/internal/invoice"
	"seatledger/internal/selection"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/pgtest"
	"seatledger/web/accounts"
	"seatledger/web/changes"
	"seatledger/web/crmaccounts"
	"seatledger/web/cutovers"
	"seatledger/web/dashboard"
	"seatledger/web/httpx"
	"seatledger/web/invoices"
	"seatledger/web/providers"
	"seatledger/web/subscriptions"
	"seatledger/web/syncruns"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is the dashboard and the lists that its figures open, with somebody signed in.
type desk struct {
	*testing.T
	echo  *echo.Echo
	db    *pgtest.DB
	clock *clock.Fake
	role  auth.Role
}

func open(t *testing.T) *desk {
	t.Helper()
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	// In the zone it is still the day before.
	d := &desk{T: t, echo: echo.New(), db: pgtest.New(t),
		clock: clock.NewFake(time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)), role: auth.Admin}
	d.echo.HTTPErrorHandler = httpx.ErrorHandler(slog.New(slog.DiscardHandler))
	d.echo.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set("session.user", auth.User{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000001"),
				Name: "Ada Example", Role: d.role, Active: true})
			return next(c)
		}
	})
	db := d.db.DB
	ticks := &selection.Service{DB: db, Clock: d.clock}
	d.echo.GET("/", dashboard.Handlers{DB: db, Clock: d.clock, Zone: zone}.Show)
	for path, h := range map[string]echo.HandlerFunc{
		"/changes": changes.Handlers{DB: db, Zone: zone}.List,
		"/invoices": invoices.Handlers{Invoices: billing.Service{Service: invoice.Service{DB: db, Clock: d.clock,
			Zone: zone}}}.List,
		"/accounts":      accounts.Handlers{DB: db, Clock: d.clock, Zone: zone, Bulk: ticks}.List,
		"/crm-accounts":  crmaccounts.Handlers{Accounts: crm.Service{DB: db, Clock: d.clock}, Zone: zone}.List,
		"/cutovers":      cutovers.Handlers{Cutovers: cutover.Service{DB: db, Clock: d.clock, Zone: zone}}.List,
		"/providers":     providers.Handlers{DB: db, Clock: d.clock, Zone: zone}.List,
		"/subscriptions": subscriptions.Handlers{DB: db, Clock: d.clock, Zone: zone, Bulk: ticks}.List,
		"/sync-runs":     syncruns.Handlers{DB: db, Clock: d.clock, Zone: zone}.List,
	} {
		d.echo.GET(path, h)
		d.echo.GET(path+".csv", h)
	}
	return d
}

func (d *desk) get(path string) string {
	d.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	d.echo.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		d.Fatalf("GET %s: %d\n%.2000s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

func (d *desk) page() *goquery.Document {
	d.Helper()
	doc := htmlcheck.Parse(d, strings.NewReader(d.get("/")))
	htmlcheck.Page(d, doc)
	return doc
}

// rows counts the rows of the file behind the link of a list.
func (d *desk) rows(href string) int {
	d.Helper()
	path, query, _ := strings.Cut(href, "?")
	all, err := csv.NewReader(strings.NewReader(d.get(path + ".csv?" + query))).ReadAll()
	if err != nil {
		d.Fatalf("%s: %v", href, err)
	}
	return len(all) - 1
}

func (d *desk) exec(sql string, args ...any) {
	d.Helper()
	if err := d.db.Read(d.Context()).Exec(sql, args...).Error; err != nil {
		d.Fatalf("%s: %v", sql, err)
	}
}

// dice makes random records of every kind that the dashboard counts.
type dice struct {
	*desk
	*rand.Rand
	providers, accounts, customers []uuid.UUID
}

func (d *desk) dice(seed uint64) *dice { return &dice{desk: d, Rand: rand.New(rand.NewPCG(seed, 7))} }

func pick[T any](r *dice, of ...T) T { return of[r.IntN(len(of))] }

func (r *dice) chance(percent int) bool { return r.IntN(100) < percent }

func (r *dice) fill() {
	for i := range 4 {
		r.provider(i)
	}
	for i := range 25 {
		r.customer(i)
	}
	for i := range 40 {
		r.account(i)
	}
	for i := range 160 {
		r.subscription(i)
	}
	for range 40 {
		r.run()
	}
}

func (r *dice) provider(i int) {
	id, now := uuid.Must(uuid.NewV7()), r.clock.Now()
	var checked, result any
	if r.chance(75) {
		checked, result = now.Add(-time.Duration(r.IntN(100))*time.Hour), pick(r, "passed", "warning", "failed")
	}
	r.exec(`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, active,
		credentials_at, checked_at, check_result, created_at, updated_at)
		VALUES (?, ?, 'stellr', true, ?, '1', ?, ?, ?, ?, ?,
			?)`, id, fmt.Sprintf("Provider %d", i), fmt.Sprint(i), i == 0 || r.chance(75), now.Add(-50*time.Hour),
		checked, result, now, now)
	r.providers = append(r.providers, id)
	for n := range r.IntN(4) {
		var resolved any
		if r.chance(50) {
			resolved = now
		}
		r.exec(`INSERT INTO unreadable_records (id, provider_id, what, reason, raw, first_seen, resolved_at)
			VALUES (?, ?, 'account', 'no id', ?, ?, ?)`,
			uuid.Must(uuid.NewV7()), id, fmt.Sprint(n), now, resolved)
	}
}

func (r *dice) customer(i int) {
	id, now := uuid.Must(uuid.NewV7()), r.clock.Now()
	r.exec(`INSERT INTO crm_accounts (id, name, source, created_at, updated_at) VALUES (?, ?, 'person', ?, ?)`, id,
		fmt.Sprintf("Customer %d", i), now, now)
	if r.chance(60) {
		r.exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing,
			billing_day, start_date, refunds, is_default, active, created_at, updated_at)
			VALUES (?, ?, 'Licences', 'USD', 'monthly', 'advance', 1, '2024-01-01', 'global', true, ?, ?,
				?)`, uuid.Must(uuid.NewV7()), id, r.chance(70), now, now)
	}
	r.customers = append(r.customers, id)
}

func (r *dice) account(i int) {
	id, now := uuid.Must(uuid.NewV7()), r.clock.Now()
	state := pick(r, "unmapped", "mapped", "mapped", "excluded")
	var customer any
	if state == "mapped" {
		if i >= len(r.customers) {
			state = "excluded"
		} else {
			customer = r.customers[i]
		}
	}
	r.exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, crm_account_id,
		first_seen_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?,
			?)`, id, pick(r, r.providers...), fmt.Sprint(i), fmt.Sprintf("Account %d", i),
		pick(r, "active", "discontinued"), state, customer, now, now)
	r.accounts = append(r.accounts, id)
}

// subscription has no seats, so that it needs no ledger.
func (r *dice) subscription(i int) {
	now, state := r.clock.Now(), pick(r, "active", "active", "held", "inactive")
	var hold, by, on, end any
	review := pick[any](r, "fail", "warn", "ok", "signed", nil)
	switch state {
	case "held":
		hold = pick(r, "unmapped", "excluded", "pending", "twin", "cutover")
	case "inactive":
		by, on, review = "provider", "2026-10-01", pick[any](r, nil, nil, "fail")
	}
	if r.chance(80) {
		end = clock.NewDate(2026, 11, 15).AddDays(r.IntN(120)).String()
	}
	r.exec(`INSERT INTO subscriptions (id, provider_id, account_id, external_id, kind, product_name, quantity,
		unit_cost, cost_period, cost_currency, billing_frequency, term,
			end_date, provider_status, first_seen_at, facts_at, state, hold_reason, deactivated_by, deactivated_on,
				review, updated_at)
		SELECT ?, a.provider_id, a.id, ?, ?, 'Product', 0, 5, ?, 'USD', 'monthly', 'annual', ?, 'active', ?, ?, ?, ?, ?,
			?, ?, ? FROM provider_accounts a WHERE a.id = ?`,
		uuid.Must(uuid.NewV7()), fmt.Sprintf("S%d", i), pick(r, "licence", "usage", "one_time"),
		pick(r, "", "month", "year", "once"), end, now, now, state, hold, by, on, review, now, pick(r, r.accounts...))
}

func (r *dice) run() {
	state := pick(r, "succeeded", "succeeded", "failed", "partial", "stopped", "cancelled")
	at := r.clock.Now().Add(-time.Duration(r.IntN(20*24)) * time.Hour)
	r.exec(`INSERT INTO sync_runs (id, provider_id, kind, trigger, state, requested_by, requested_at, finished_at)
		VALUES (?, ?, ?, 'person', ?, 'Ada Example', ?, ?)`,
		uuid.Must(uuid.NewV7()), pick(r, r.providers...), pick(r, "accounts", "subscriptions", "listing"),
		state, at, at)
}
