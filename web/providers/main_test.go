package providers_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/provider"
	"seatledger/internal/secret"
	"seatledger/internal/syncing"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/pgtest"
	"seatledger/views/layout"
	"seatledger/web/httpx"
	"seatledger/web/providers"
	"seatledger/web/session"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is the screens of providers with somebody signed in, and a distributor that answers as told.
type desk struct {
	*testing.T
	echo    *echo.Echo
	db      *pgtest.DB
	clock   *clock.Fake
	room    *provider.Service
	sync    *syncing.Service
	role    auth.Role
	check   distributor.Check
	notices []layout.Notice
	queued  []uuid.UUID
}

// Put keeps what a page is told to say.
func (d *desk) Put(_ context.Context, n layout.Notice) { d.notices = append(d.notices, n) }

// Pop gives it back, once.
func (d *desk) Pop(context.Context) []layout.Notice {
	out := d.notices
	d.notices = nil
	return out
}

// Verify answers as told.
func (s stub) Verify(context.Context, distributor.Patience) distributor.Check { return s.desk.check }

type stub struct {
	distributor.Connector
	desk *desk
}

func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{T: t, echo: echo.New(), db: pgtest.New(t),
		clock: clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)), role: auth.Admin,
		check: distributor.Check{Layers: []distributor.Layer{{Name: distributor.LayerToken, Result: distributor.Passed,
			Message: "A token was given.", Took: 120 * time.Millisecond}}}}
	sealer, err := secret.CreateFile(filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	guard, err := outbound.New(outbound.Options{})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	d.room = &provider.Service{DB: d.db.DB, Clock: d.clock, Sealer: sealer, CheckURL: guard.CheckURL,
		Open: func(context.Context, distributor.Credentials) (distributor.Connector, error) {
			return stub{desk: d}, nil
		}}
	d.sync = &syncing.Service{DB: d.db.DB, Clock: d.clock, Zone: time.UTC, Log: log,
		Enqueue: func(_ context.Context, _ *gorm.DB, id uuid.UUID, _ time.Duration) error {
			d.queued = append(d.queued, id)
			return nil
		}}
	d.routes(providers.Handlers{DB: d.db.DB, Clock: d.clock, Zone: time.UTC, Providers: d.room, Sync: d.sync})
	d.echo.HTTPErrorHandler = httpx.ErrorHandler(log)
	return d
}

func (d *desk) routes(h providers.Handlers) {
	d.echo.Use(d.signIn, httpx.WithFrame(httpx.Frame{Notices: d, Base: func(echo.Context) layout.Page {
		return layout.Page{Nav: session.Navigation(d.role),
			User: layout.User{Name: "Ada Example", Role: d.role.Label()}}
	}}))
	d.echo.GET("/providers", h.List)
	d.echo.GET("/providers.csv", h.List)
	d.echo.GET("/providers/new", h.New)
	d.echo.POST("/providers", h.Create)
	d.echo.GET("/providers/:id", h.Show)
	d.echo.GET("/providers/:id/edit", h.Edit)
	d.echo.POST("/providers/:id", h.Update)
	d.echo.POST("/providers/:id/verify", h.Verify)
	d.echo.POST("/providers/:id/sync-accounts", h.SyncAccounts)
	d.echo.POST("/providers/:id/sync-subscriptions", h.SyncSubscriptions)
	d.echo.POST("/providers/:id/activate", h.Activate)
	d.echo.GET("/providers/:id/deactivate", h.ConfirmDeactivate)
	d.echo.POST("/providers/:id/deactivate", h.Deactivate)
}

func (d *desk) signIn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Set("session.user", auth.User{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000001"), Name: "Ada Example",
			Role: d.role, Active: true})
		return next(c)
	}
}

func (d *desk) do(r *http.Request, want int) *httptest.ResponseRecorder {
	d.Helper()
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	d.echo.ServeHTTP(w, r)
	if w.Code != want {
		d.Fatalf("%s %s: %d, want %d\n%.2000s", r.Method, r.URL, w.Code, want, w.Body)
	}
	d.noSecret(w)
	return w
}

// noSecret holds for every answer: no page, file or header ever shows a secret.
func (d *desk) noSecret(w *httptest.ResponseRecorder) {
	d.Helper()
	for _, plain := range []string{"pass-phrase", "app-secret"} {
		if strings.Contains(w.Body.String(), plain) || strings.Contains(w.Header().Get("Location"), plain) {
			d.Errorf("%s is in the answer", plain)
		}
	}
}

func (d *desk) get(path string) *goquery.Document {
	d.Helper()
	return d.page(d.do(httptest.NewRequest(http.MethodGet, path, nil), http.StatusOK))
}

func (d *desk) file(path string) string {
	d.Helper()
	return d.do(httptest.NewRequest(http.MethodGet, path, nil), http.StatusOK).Body.String()
}

func (d *desk) page(w *httptest.ResponseRecorder) *goquery.Document {
	d.Helper()
	doc := htmlcheck.Parse(d, w.Body)
	htmlcheck.Page(d, doc)
	return doc
}

func (d *desk) post(path string, v url.Values, want int) *httptest.ResponseRecorder {
	d.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", echo.MIMEApplicationForm)
	return d.do(r, want)
}

// good is a form that fits, as a script posts it.
func good() url.Values {
	return url.Values{
		"connector": {"stellr"}, "name": {"Northwind US"}, "comprehensive_api": {"on"},
		"internal_name": {provider.DefaultInternalName},
		"user_name":     {"integration@reseller.example"}, "password": {"pass-phrase-1"},
		"url":            {"https://api.us.tdsynnex.com/"},
		"application_id": {"app-1"}, "application_secret": {"app-secret-1"}, "reseller_number": {"100200"},
		"currency": {"USD"},
	}
}

func with(v url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// create posts a form that fits and gives the path of the provider's page.
func (d *desk) create(v url.Values) string {
	d.Helper()
	page := d.post("/providers", v, http.StatusSeeOther).Header().Get("Location")
	d.notices = nil
	return page
}

// verified makes a provider that has passed its check.
func (d *desk) verified() string {
	d.Helper()
	p := d.create(good())
	d.post(p+"/verify", nil, http.StatusSeeOther)
	return p
}

func (d *desk) exec(sql string, args ...any) {
	d.Helper()
	if err := d.db.Read(d.Context()).Exec(sql, args...).Error; err != nil {
		d.Fatal(err)
	}
}

func (d *desk) account(providerPath, externalID, state string) {
	d.Helper()
	d.exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, first_seen_at,
		updated_at)
		VALUES (?, ?, ?, ?, 'active', ?, now(),
			now())`, uuid.Must(uuid.NewV7()), strings.TrimPrefix(providerPath, "/providers/"), externalID,
		"Contoso Example", state)
}

// formValues reads a form as a browser would send it.
func formValues(doc *goquery.Document, action string) url.Values {
	v := url.Values{}
	doc.Find(`form[method="post"][action="` + action + `"]`).Find("input, select, textarea").Each(func(_ int,
		s *goquery.Selection) {
		name, _ := s.Attr("name")
		_, disabled := s.Attr("disabled")
		if name == "" || disabled {
			return
		}
		value, _ := s.Attr("value")
		switch kind, _ := s.Attr("type"); {
		case kind == "checkbox":
			if _, on := s.Attr("checked"); !on {
				return
			}
		case goquery.NodeName(s) == "select":
			value, _ = s.Find("option[selected]").Attr("value")
		}
		v.Add(name, value)
	})
	return v
}
