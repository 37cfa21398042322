package syncruns_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/syncing"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/pgtest"
	"seatledger/static"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/syncruns"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const password = "four plain words together"

// desk is the screens of sync runs behind a real server, with Ada signed in by a real session.
type desk struct {
	*testing.T
	server   *httptest.Server
	client   *http.Client
	db       *pgtest.DB
	clock    *clock.Fake
	auth     auth.Service
	user     auth.User
	sync     *syncing.Service
	provider uuid.UUID
}

func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{T: t, db: pgtest.New(t), clock: clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))}
	log := slog.New(slog.DiscardHandler)
	d.auth = auth.Service{DB: d.db.DB, Clock: d.clock,
		Hasher: auth.NewHasher(auth.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1})}
	d.sync = &syncing.Service{DB: d.db.DB, Clock: d.clock, Zone: time.UTC, Log: log,
		Enqueue: func(context.Context, *gorm.DB, uuid.UUID, time.Duration) error { return nil }}
	m := session.New(session.Options{DB: d.db.DB, Clock: d.clock, Log: log})
	e := echo.New()
	e.HTTPErrorHandler = httpx.ErrorHandler(log)
	e.IPExtractor = echo.ExtractIPDirect()
	e.Use(httpx.WithFrame(m.Frame()))
	pages := e.Group("", m.Load, m.SetupFirst)
	doors := session.Handlers{Manager: m, Auth: d.auth}
	pages.GET(session.LoginPath, doors.LoginForm)
	pages.POST(session.LoginPath, doors.Login)
	pages.GET("/", func(c echo.Context) error {
		return httpx.Render(c, http.StatusOK,
			session.Page(c, "Dashboard", ""))
	})
	e.GET(static.Prefix+"*", echo.WrapHandler(static.Handler()))
	h := syncruns.Handlers{DB: d.db.DB, Clock: d.clock, Zone: time.UTC, Sync: d.sync, Sessions: m}
	runs := pages.Group("/sync-runs", m.Require())
	runs.GET("", h.List)
	runs.GET("/:id", h.Show)
	runs.GET("/:id/accounts", h.Accounts)
	runs.GET("/:id/accounts.csv", h.Accounts)
	runs.GET("/:id/events", h.Events)
	runs.GET("/:id/changes.csv", h.ChangesCSV)
	runs.POST("/:id/cancel", h.Cancel)
	runs.POST("/:id/retry", h.Retry)
	pages.GET("/sync-runs.csv", h.List, m.Require())
	d.server = httptest.NewServer(e)
	t.Cleanup(d.server.Close)
	d.signIn()
	d.provider = d.newProvider("Northwind US")
	return d
}

func (d *desk) signIn() {
	d.Helper()
	var err error
	if d.user, err = d.auth.FirstAdmin(d.Context(),
		auth.NewUser{Name: "Ada Example", Email: "ada@reseller.example", Password: password}); err != nil {
		d.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.Fatal(err)
	}
	d.client = &http.Client{Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	d.post("/login", url.Values{"email": {"ada@reseller.example"}, "password": {password}}, http.StatusSeeOther)
}

// newProvider is a verified provider.
func (d *desk) newProvider(name string) uuid.UUID {
	d.Helper()
	id, now := uuid.Must(uuid.NewV7()), d.clock.Now()
	d.exec(`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, active,
		credentials_at, checked_at, check_result, created_at, updated_at)
		VALUES (?, ?, 'stellr', true, 'api.us.tdsynnex.com', ?, true, ?, ?, 'passed', ?,
			?)`, id, name, name, now, now, now, now)
	return id
}

// run is a run of the provider in a state, with columns set as given.
func (d *desk) run(state syncing.State, set map[string]any) uuid.UUID {
	d.Helper()
	id, now := uuid.Must(uuid.NewV7()), d.clock.Now()
	var finished any
	if state.Finished() {
		finished = now.Add(90 * time.Second)
	}
	d.exec(`INSERT INTO sync_runs (id, provider_id, kind, trigger, state, requested_by, requested_at, started_at,
		finished_at, attempt)
		VALUES (?, ?, 'subscriptions', 'person', ?, 'Ada Example', ?, ?, ?,
			1)`, id, d.provider, state, now, now, finished)
	for column, value := range set {
		d.exec(fmt.Sprintf("UPDATE sync_runs SET %s = ? WHERE id = ?", column), value, id)
	}
	return id
}

func (d *desk) outcome(run uuid.UUID, externalID, outcome, cause string) {
	d.Helper()
	d.exec(`INSERT INTO sync_run_accounts (run_id, external_id, name, outcome, cause, advice, request_id, added, at)
		VALUES (?, ?, ?, ?, ?, 'Retry it.', 'req-9', 2, now())`,
		run, externalID, "Contoso "+externalID, outcome, cause)
}

func (d *desk) exec(sql string, args ...any) {
	d.Helper()
	if err := d.db.Read(d.Context()).Exec(sql, args...).Error; err != nil {
		d.Fatal(err)
	}
}

func (d *desk) load(id uuid.UUID) syncing.Run {
	d.Helper()
	r, err := syncing.Get(d.Context(), d.db.Read(d.Context()), id)
	if err != nil {
		d.Fatal(err)
	}
	return r
}

func (d *desk) request(method, path string, form url.Values) *http.Response {
	d.Helper()
	r, err := http.NewRequestWithContext(d.Context(), method, d.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		d.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", echo.MIMEApplicationForm)
	}
	res, err := d.client.Do(r)
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func (d *desk) get(path string) *goquery.Document {
	d.Helper()
	res := d.request(http.MethodGet, path, nil)
	if res.StatusCode != http.StatusOK {
		d.Fatalf("GET %s: %d\n%.2000s", path, res.StatusCode, body(d, res))
	}
	doc := htmlcheck.Parse(d, res.Body)
	htmlcheck.Page(d, doc)
	return doc
}

// post gives where it leads to.
func (d *desk) post(path string, form url.Values, want int) string {
	d.Helper()
	res := d.request(http.MethodPost, path, form)
	if res.StatusCode != want {
		d.Fatalf("POST %s: %d, want %d\n%.2000s", path, res.StatusCode, want, body(d, res))
	}
	return res.Header.Get("Location")
}

func body(d *desk, res *http.Response) string {
	d.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		d.Fatal(err)
	}
	return string(b)
}

func page(id uuid.UUID) string { return "/sync-runs/" + id.String() }
