package contractsync_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/connect"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/provider"
	"seatledger/internal/review"
	"seatledger/internal/secret"
	"seatledger/internal/syncing"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/pgtest"
	"seatledger/web/contractsync"
	"seatledger/web/httpx"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ada = audit.Actor{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000001"), Name: "Ada Example"}

// desk is the page with somebody signed in, and a distributor behind it. Runs are
// worked by work, in the test's own time.
type desk struct {
	*testing.T
	echo      *echo.Echo
	db        *pgtest.DB
	clock     *clock.Fake
	role      auth.Role
	sync      *syncing.Service
	providers *provider.Service
	queued    []uuid.UUID

	far      *sandbox.Server
	url      string
	customer sandbox.Customer // the distributor's customer that is mapped
	provider uuid.UUID
	crm      uuid.UUID
	contract uuid.UUID
}

// open is a contract whose customer is mapped at a verified provider and has three
// subscriptions there, none of them here yet.
func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{T: t, db: pgtest.New(t), clock: clock.NewFake(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)),
		role: auth.Billing}
	d.wire()
	d.serve()
	d.provider = d.verified("Sandbox", sandbox.DefaultReseller)
	d.run(syncing.Request{ProviderID: d.provider, Kind: syncing.Accounts})
	d.crm = d.crmAccount(d.customer.Company.Name)
	d.mapAt(d.provider, d.crm)
	d.contract = d.newContract("Licences", d.crm)
	return d
}

func (d *desk) wire() {
	var err error
	d.far, err = sandbox.New(sandbox.Options{Data: sandbox.DataOptions{Customers: 3, Subscriptions: 2, Seed: 5},
		Clock: clock.System{}})
	d.ok(err)
	d.customer, err = d.far.AddCustomer(sandbox.NewCustomer{Company: sandbox.Company{Name: "Contoso Example",
		Domain: "contoso.example"}})
	d.ok(err)
	srv := httptest.NewServer(d.far.Handler())
	d.Cleanup(srv.Close)
	d.url = srv.URL
	log := slog.New(slog.DiscardHandler)
	allow, err := outbound.ParseAllow("127.0.0.0/8")
	d.ok(err)
	client, err := outbound.New(outbound.Options{Allow: allow})
	d.ok(err)
	sealer, err := secret.Load(d.Context(), d.db.DB,
		secret.Options{Path: d.TempDir() + "/key", Create: true, Clock: d.clock})
	d.ok(err)
	d.providers = &provider.Service{DB: d.db.DB, Clock: d.clock, Sealer: sealer,
		Open: connect.Opener(client, clock.System{}, log), CheckURL: client.CheckURL}
	d.sync = &syncing.Service{
		DB: d.db.DB, Clock: d.clock, Zone: time.UTC, Log: log, Holder: "test",
		Reviews: review.Reviewer{Clock: d.clock, Zone: time.UTC}, Connect: d.providers.Connect,
		Verify: func(ctx context.Context, id uuid.UUID) (distributor.Check, error) {
			return d.providers.Verify(ctx, audit.System, id)
		},
		Enqueue: func(_ context.Context, _ *gorm.DB, id uuid.UUID, _ time.Duration) error {
			d.queued = append(d.queued, id)
			return nil
		},
	}
}

func (d *desk) serve() {
	d.echo = echo.New()
	d.echo.HTTPErrorHandler = httpx.ErrorHandler(slog.New(slog.DiscardHandler))
	d.echo.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set("session.user", auth.User{ID: ada.ID, Name: ada.Name, Role: d.role, Active: true})
			return next(c)
		}
	})
	h := contractsync.Handlers{DB: d.db.DB, Clock: d.clock, Zone: time.UTC, Sync: d.sync}
	d.echo.GET("/contracts/:id/sync", h.Show)
	d.echo.POST("/contracts/:id/sync", h.Run)
}

// verified is a provider over the sandbox.
func (d *desk) verified(name, reseller string) uuid.UUID {
	d.Helper()
	p, err := d.providers.Create(d.Context(), ada, provider.Input{
		Name: name, ComprehensiveAPI: true, URL: d.url, TokenURL: d.url + "/oauth2/v1/token",
		ApplicationID:     "sandbox-app",
		ApplicationSecret: "sandbox-secret", ResellerNumber: reseller, Currency: "USD",
	})
	d.ok(err)
	_, err = d.providers.Verify(d.Context(), ada, p.ID)
	d.ok(err)
	return p.ID
}

func (d *desk) crmAccount(name string) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	d.exec(`INSERT INTO crm_accounts (id, name, source, created_at, updated_at) VALUES (?, ?, 'person', now(), now())`,
		id, name)
	return id
}

func (d *desk) mapAt(provider, crm uuid.UUID) {
	d.exec(`UPDATE provider_accounts SET state = 'mapped', crm_account_id = ? WHERE provider_id = ?
		AND external_id = ?`, crm, provider, d.customer.CustomerNo)
}

// newContract is a contract with a price of 30 a month for each product of the sandbox.
func (d *desk) newContract(name string, crm uuid.UUID) uuid.UUID {
	id, list := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	d.exec(`INSERT INTO price_lists (id, name, currency, active, created_at, updated_at)
		VALUES (?, ?, 'USD', true, now(), now())`, list, "List of "+name)
	d.exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
		price_list_id, start_date, refunds, is_default, active, created_at, updated_at)
		VALUES (?, ?, ?, 'USD', 'monthly', 'advance', 1, ?, '2020-01-01', 'global', false, true, now(),
			now())`, id, crm, name, list)
	return id
}

// buy adds a subscription at the distributor and a price for it in every list.
func (d *desk) buy(part string, quantity int) string {
	d.Helper()
	s, err := d.far.AddSubscription(sandbox.NewSubscription{CustomerNo: d.customer.CustomerNo, PartNumber: part,
		Quantity: quantity})
	d.ok(err)
	return s.ID
}

func (d *desk) run(q syncing.Request) {
	d.Helper()
	q.Trigger = syncing.ByPerson
	_, _, err := d.sync.Request(d.Context(), ada, q)
	d.ok(err)
	d.work()
}

// work works what is queued.
func (d *desk) work() {
	d.Helper()
	for len(d.queued) > 0 {
		id := d.queued[0]
		d.queued = d.queued[1:]
		if err := d.sync.Execute(d.Context(), id); err != nil && !errors.Is(err, syncing.ErrBusy) {
			d.Fatal(err)
		}
		r, err := syncing.Get(d.Context(), d.db.Read(d.Context()), id)
		d.ok(err)
		if r.State != syncing.Succeeded {
			d.Fatalf("run %s: %s %s", r.Kind, r.State, r.Message)
		}
	}
}

func (d *desk) path() string { return "/contracts/" + d.contract.String() + "/sync" }

func (d *desk) get() *goquery.Document {
	d.Helper()
	return d.page(d.do(httptest.NewRequest(http.MethodGet, d.path(), nil), http.StatusOK))
}

// post sends a form and, when a run is queued by it, works that.
func (d *desk) post(want int, pairs ...string) *httptest.ResponseRecorder {
	d.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, d.path(), strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", echo.MIMEApplicationForm)
	w := d.do(r, want)
	if want == http.StatusSeeOther && !strings.HasPrefix(w.Header().Get("Location"), "/sync-runs/") {
		d.Fatalf("leads to %s", w.Header().Get("Location"))
	}
	return w
}

func (d *desk) do(r *http.Request, want int) *httptest.ResponseRecorder {
	d.Helper()
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	d.echo.ServeHTTP(w, r)
	if w.Code != want {
		d.Fatalf("%s %s: %d, want %d\n%.3000s", r.Method, r.URL, w.Code, want, w.Body)
	}
	return w
}

func (d *desk) page(w *httptest.ResponseRecorder) *goquery.Document {
	d.Helper()
	doc := htmlcheck.Parse(d, w.Body)
	htmlcheck.Page(d, doc)
	return doc
}

func (d *desk) exec(sql string, args ...any) {
	d.Helper()
	d.ok(d.db.Read(d.Context()).Exec(sql, args...).Error)
}

// lies tells in which contract a subscription lies and at which price: "Licences 30", "" for none.
func (d *desk) lies(external string) string {
	d.Helper()
	var s string
	d.ok(d.db.Read(d.Context()).Raw(`SELECT coalesce((SELECT CASE WHEN s.contract_id IS NULL AND s.never_land
		THEN 'never' WHEN s.contract_id IS NULL THEN 'none'
		ELSE c.name || coalesce(' ' || trim_scale(s.unit_price)::text, '') END
		FROM subscriptions s LEFT JOIN billing_contracts c ON c.id = s.contract_id
		WHERE s.external_id = ?), 'not here')`, external).Scan(&s).Error)
	return s
}

func (d *desk) ok(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}
