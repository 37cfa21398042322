package accounts

import (
	"context"
	"io"
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
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/crm"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
	"seatledger/internal/mapping"
	"seatledger/internal/money"
	"seatledger/internal/review"
	"seatledger/internal/selection"
	"seatledger/internal/subscription"
	"seatledger/internal/syncing"
	"seatledger/internal/testkit/pgtest"
	"seatledger/static"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const password = "four plain words together"

// world is the mapping pages on a database of their own, with people who sign in.
type world struct {
	*httptest.Server
	t       *testing.T
	db      *pgtest.DB
	clock   *clock.Fake
	auth    auth.Service
	mapping *mapping.Service
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, db: pgtest.New(t), clock: clock.NewFake(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC))}
	w.auth = auth.Service{DB: w.db.DB, Clock: w.clock,
		Hasher: auth.NewHasher(auth.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1})}
	w.mapping = &mapping.Service{DB: w.db.DB, Clock: w.clock, Zone: time.UTC,
		Reviews: review.Reviewer{Clock: w.clock, Zone: time.UTC}, CRM: crm.Service{DB: w.db.DB, Clock: w.clock}}
	sync := &syncing.Service{DB: w.db.DB, Clock: w.clock, Zone: time.UTC,
		Enqueue: func(context.Context, *gorm.DB, uuid.UUID, time.Duration) error { return nil }}
	w.serve(Handlers{DB: w.db.DB, Clock: w.clock, Zone: time.UTC, Mapping: w.mapping, Sync: sync,
		Bulk: &selection.Service{DB: w.db.DB, Clock: w.clock, Zone: time.UTC, Deeds: w.mapping.Deeds()}})
	if _, err := w.auth.FirstAdmin(t.Context(),
		auth.NewUser{Name: "Root Example", Email: "root@reseller.example", Password: password}); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) serve(h Handlers) {
	log := slog.New(slog.DiscardHandler)
	manager := session.New(session.Options{DB: w.db.DB, Clock: w.clock, Log: log})
	e := echo.New()
	e.HTTPErrorHandler = httpx.ErrorHandler(log)
	e.Use(httpx.WithFrame(manager.Frame()))
	pages := e.Group("", manager.Load)
	doors := session.Handlers{Manager: manager, Auth: w.auth}
	pages.GET(session.LoginPath, doors.LoginForm)
	pages.POST(session.LoginPath, doors.Login)
	e.GET(static.Prefix+"*", echo.WrapHandler(static.Handler()))
	all, operator := manager.Require(), manager.Require(auth.Operator)
	pages.GET("/accounts", h.List, all)
	pages.GET("/accounts.csv", h.List, all)
	pages.GET("/accounts/:id", h.Record, all)
	for name, handle := range map[string]echo.HandlerFunc{"map": h.ConfirmMap, "unmap": h.ConfirmUnmap,
		"exclude": h.ConfirmExclude, "take-over": h.ConfirmTakeOver, "undo": h.ConfirmUndo} {
		pages.GET("/accounts/:id/"+name, handle, operator)
	}
	for name, handle := range map[string]echo.HandlerFunc{
		"map": h.Map, "unmap": h.Unmap, "exclude": h.Exclude, "include": h.Include,
		"create-crm-account": h.CreateCRMAccount, "undo": h.Undo,
		"take-over": h.TakeOver, "sync": h.SyncAccount,
	} {
		pages.POST("/accounts/:id/"+name, handle, operator)
	}
	w.Server = httptest.NewServer(e)
	w.t.Cleanup(w.Close)
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if err := w.db.Read(w.t.Context()).Exec(sql, args...).Error; err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
}

func (w *world) value(sql string, args ...any) string {
	w.t.Helper()
	var s string
	if err := w.db.Read(w.t.Context()).Raw(sql, args...).Row().Scan(&s); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return s
}

func (w *world) provider(name, connector string) uuid.UUID {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, currency, active,
		credentials_at, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, '1', 'USD', true, ?, ?,
			?)`, id, name, connector, connector == "stellr", name, w.clock.Now(), w.clock.Now(), w.clock.Now())
	return id
}

// account stores one as a sync does.
func (w *world) account(provider uuid.UUID, external, name, domain, tenant string) uuid.UUID {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, domain, tenant_id, provider_status,
		state, first_seen_at, updated_at, raw)
		VALUES (?, ?, ?, ?, ?, ?, 'active', 'unmapped', ?, ?,
			'{"customerNo": "1"}')`, id, provider, external, name, domain, tenant, w.clock.Now(), w.clock.Now())
	return id
}

func (w *world) customer(name, domain, tenant string) uuid.UUID {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO crm_accounts (id, name, website, domain, tenant_id, source, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, 'person', ?, ?)`,
		id, name, domain, domain, tenant, w.clock.Now(), w.clock.Now())
	return id
}

func (w *world) suggest(provider uuid.UUID) {
	w.t.Helper()
	w.exec(`INSERT INTO settings (name, value, updated_at, updated_by)
		VALUES ('general', '{"auto_map": false}', now(), 'Root Example') ON CONFLICT DO NOTHING`)
	if _, err := w.mapping.Refresh(w.t.Context(), provider); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) state(account uuid.UUID) string {
	w.t.Helper()
	return w.value(`SELECT state || coalesce(' ' || (SELECT name FROM crm_accounts c
		WHERE c.id = crm_account_id), '') || CASE exclude_reason WHEN '' THEN '' ELSE ' ' || exclude_reason END
		FROM provider_accounts WHERE id = ?`, account)
}

// olga is an operator who decides without a browser.
var olga = audit.Actor{ID: uuid.MustParse("018f0000-0000-7000-8000-000000000001"), Name: "Olga Adler"}

// subscription stores one as a sync does, landed at a customer.
func (w *world) subscription(provider, accountID uuid.UUID, external string) {
	w.t.Helper()
	var acc subscription.Account
	if err := w.db.Read(w.t.Context()).
		Raw(`SELECT id, external_id, state, crm_account_id FROM provider_accounts WHERE id = ?`,
			accountID).Scan(&acc).Error; err != nil {
		w.t.Fatal(err)
	}
	record := distributor.Subscription{ExternalID: external, AccountExternalID: acc.ExternalID, Vendor: "Microsoft",
		Kind: distributor.Licence, ProductName: "Business Standard",
		PartNumber: "CFQ7TTC0LDPB", Quantity: 12, UnitCost: decimal.NewNullDecimal(decimal.RequireFromString("10.40")),
		CostPeriod: money.Month, Currency: "USD",
		Term: distributor.Annual, Frequency: distributor.Monthly, Start: clock.NewDate(2026, 5, 1),
		Status: distributor.StatusActive}
	err := w.db.InTx(w.t.Context(), func(tx *gorm.DB) error {
		res, err := subscription.SyncAccount(w.t.Context(), tx,
			subscription.Listing{Provider: subscription.Provider{ID: provider, Connector: "stellr", Currency: "USD"},
				Account: acc, Records: []distributor.Subscription{record}, Zone: time.UTC,
				Origin: ledger.Origin{Source: ledger.FromSync, By: audit.System, At: w.clock.Now()}})
		if err != nil {
			return err
		}
		return w.mapping.Reviews.Refresh(w.t.Context(), tx, res.Touched)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// person is somebody signed in, with a browser that does not follow redirects.
type person struct {
	t      *testing.T
	url    string
	client *http.Client
	cookie string
}

func (w *world) person(name string, r auth.Role) person {
	w.t.Helper()
	email := strings.ToLower(strings.Fields(name)[0]) + "@reseller.example"
	if _, err := w.auth.Create(w.t.Context(), audit.System,
		auth.NewUser{Name: name, Email: email, Role: r, Password: password}); err != nil {
		w.t.Fatal(err)
	}
	p := person{t: w.t, url: w.URL,
		client: &http.Client{CheckRedirect: func(*http.Request,
			[]*http.Request) error {
			return http.ErrUseLastResponse
		}}}
	a := p.post(session.LoginPath, "email", email, "password", password)
	for _, k := range a.Cookies() {
		p.cookie = k.Name + "=" + k.Value
	}
	if p.cookie == "" {
		w.t.Fatalf("sign in: %d %s", a.StatusCode, a.body)
	}
	return p
}

type answer struct {
	*http.Response
	body string
	page *goquery.Document
}

func (p person) get(path string) answer { return p.send(http.MethodGet, path, "") }

func (p person) post(path string, pairs ...string) answer {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return p.send(http.MethodPost, path, v.Encode())
}

func (p person) send(method, path, body string) answer {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if p.cookie != "" {
		r.Header.Set("Cookie", p.cookie)
	}
	res, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	page, err := goquery.NewDocumentFromReader(strings.NewReader(string(b)))
	if err != nil {
		p.t.Fatal(err)
	}
	return answer{res, string(b), page}
}

// press posts the form that holds a button, with all its values, as a browser does.
func (p person) press(a answer, button string) answer {
	p.t.Helper()
	form := a.page.Find("form").FilterFunction(func(_ int, s *goquery.Selection) bool {
		return s.Find("button").FilterFunction(func(_ int,
			b *goquery.Selection) bool {
			return strings.TrimSpace(b.Text()) == button
		}).Length() > 0
	}).First()
	if form.Length() == 0 {
		p.t.Fatalf("no button %q on:\n%s", button, a.page.Find("main").Text())
	}
	var pairs []string
	form.Find("input[name]").Each(func(_ int, s *goquery.Selection) {
		pairs = append(pairs, s.AttrOr("name", ""), s.AttrOr("value", ""))
	})
	return p.post(form.AttrOr("action", ""), pairs...)
}

func (a answer) text() string { return strings.Join(strings.Fields(a.page.Find("main").Text()), " ") }

func hrefEnds(end string) func(int, *goquery.Selection) bool {
	return func(_ int, s *goquery.Selection) bool { return strings.HasSuffix(s.AttrOr("href", ""), end) }
}

func hrefContains(part string) func(int, *goquery.Selection) bool {
	return func(_ int, s *goquery.Selection) bool { return strings.Contains(s.AttrOr("href", ""), part) }
}
