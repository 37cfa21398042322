package subscriptions_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/app"
	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
	"seatledger/internal/mapping"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/review"
	"seatledger/internal/selection"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/pgtest"
	"seatledger/web/bulk"
	"seatledger/web/changes"
	"seatledger/web/httpx"
	"seatledger/web/subscriptions"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is the screens of subscriptions with somebody signed in, over a database
// with a provider, a customer and its contract.
type desk struct {
	*testing.T
	db       *pgtest.DB
	clock    *clock.Fake
	echo     *echo.Echo
	role     auth.Role
	reviews  review.Reviewer
	provider subscription.Provider
	account  subscription.Account
	customer uuid.UUID
	list     uuid.UUID
	contract uuid.UUID
	item     uuid.UUID
}

var ada = auth.User{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000001"), Name: "Ada Example", Active: true}

func open(t *testing.T) *desk {
	t.Helper()
	clk := clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	d := &desk{T: t, db: pgtest.New(t), clock: clk, role: auth.Billing,
		reviews: review.Reviewer{Clock: clk, Zone: time.UTC}}
	d.serve(d.db.DB)
	d.furnish()
	return d
}

// serve answers the routes over a database, as the desk's own or one that makes trouble.
func (d *desk) serve(db *postgres.DB) {
	d.echo = echo.New()
	work := &selection.Service{DB: db, Clock: d.clock, Zone: time.UTC, Deeds: d.reviews.Deeds(), Lists: app.Lists(),
		Enqueue: func(context.Context, *gorm.DB, selection.Job, time.Duration) error { return nil }}
	h := subscriptions.Handlers{DB: db, Clock: d.clock, Zone: time.UTC, Reviews: d.reviews, Bulk: work}
	b := bulk.Handlers{DB: db, Clock: d.clock, Zone: time.UTC, Bulk: work}
	d.echo.HTTPErrorHandler = httpx.ErrorHandler(slog.New(slog.DiscardHandler))
	d.echo.Use(d.signIn)
	d.echo.GET(httpx.ColumnsPath, httpx.ChooseColumns)
	d.echo.GET("/subscriptions", h.List)
	d.echo.GET("/subscriptions.csv", h.List)
	d.echo.GET("/subscriptions.xlsx", h.List)
	d.echo.POST("/subscriptions/sign-off", b.SignOff)
	d.echo.GET("/bulk/:id", b.Show)
	d.echo.POST("/bulk/:id/apply", b.Apply)
	d.echo.POST("/bulk/:id/again", b.Again)
	d.echo.POST("/bulk/:id/undo", b.Undo)
	d.echo.GET("/subscriptions/:id", h.Record)
	d.echo.POST("/subscriptions/:id/contract", h.SetContract)
	d.echo.POST("/subscriptions/:id/price", h.SetPrice)
	d.echo.POST("/subscriptions/:id/price/keep", h.KeepPrice)
	d.echo.POST("/subscriptions/:id/no-twin", h.NoTwin)
	d.echo.POST("/subscriptions/:id/confirm-gone", h.ConfirmGone)
	d.echo.GET("/subscriptions/:id/bill-from-start", h.ConfirmFromStart)
	d.echo.POST("/subscriptions/:id/bill-from-start", h.BillFromStart)
	d.echo.GET("/subscriptions/:id/prices", h.Prices)
	d.echo.GET("/subscriptions/:id/prices.csv", h.Prices)
	d.echo.GET("/subscriptions/:id/prices/:change/correct", h.PriceForm)
	d.echo.POST("/subscriptions/:id/prices/:change/correct", h.CorrectPrice)
	d.echo.GET("/subscriptions/:id/changes/:change/correct", h.ChangeForm)
	d.echo.POST("/subscriptions/:id/changes/:change/correct", h.CorrectChange)
	c := changes.Handlers{DB: db, Zone: time.UTC}
	d.echo.GET("/changes", c.List)
	d.echo.GET("/changes.csv", c.List)
	d.echo.GET("/subscriptions/:id/prices.xlsx", h.Prices)
}

// furnish makes a provider with an unmapped account, and a customer with a default contract and a price.
func (d *desk) furnish() {
	d.Helper()
	d.provider, d.account = d.newProvider("Northwind", distributor.Stellr, "A-1")
	d.customer, d.list, d.contract, d.item = newID(), newID(), newID(), newID()
	now := d.clock.Now()
	d.exec(`INSERT INTO crm_accounts (id, name, source, created_at, updated_at)
		VALUES (?, 'Contoso Ltd', 'person', ?, ?)`, d.customer, now, now)
	d.exec(`INSERT INTO price_lists (id, name, currency, active, created_at, updated_at)
		VALUES (?, 'Standard', 'USD', true, ?, ?)`, d.list, now, now)
	product := newID()
	d.exec(`INSERT INTO products (id, vendor, part_number, name, created_at, updated_at)
		VALUES (?, 'Microsoft', 'CFQ7TTC0LCHC:0002', 'Business Premium', ?, ?)`, product, now, now)
	d.exec(`INSERT INTO price_list_items (id, price_list_id, product_id, unit, term, billing_frequency, unit_price,
		effective_from, created_at, updated_at)
		VALUES (?, ?, ?, 'month', 'annual', 'monthly', 22, '2026-01-01', ?, ?)`, d.item, d.list, product, now, now)
	d.exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
		price_list_id, start_date, refunds, is_default, active, created_at, updated_at)
		VALUES (?, ?, 'Contoso monthly', 'USD', 'monthly', 'advance', 1, ?, '2026-01-01', 'global', true, true, ?,
			?)`, d.contract, d.customer, d.list, now, now)
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func (d *desk) newProvider(name, connector, account string) (subscription.Provider, subscription.Account) {
	d.Helper()
	p := subscription.Provider{ID: newID(), Connector: connector, Currency: "USD"}
	a := subscription.Account{ID: newID(), ExternalID: account}
	now := d.clock.Now()
	d.exec(`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, currency, active,
		credentials_at, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, '1', 'USD', true, ?, ?,
			?)`, p.ID, name, connector, connector == distributor.Stellr, name, now, now, now)
	d.exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, first_seen_at,
		updated_at)
		VALUES (?, ?, ?, 'contoso.example', 'active', 'unmapped', ?, ?)`, a.ID, p.ID, account, now, now)
	return p, a
}

func (d *desk) exec(sql string, args ...any) {
	d.Helper()
	if err := d.db.Read(d.Context()).Exec(sql, args...).Error; err != nil {
		d.Fatalf("%s: %v", sql, err)
	}
}

func (d *desk) number(sql string, args ...any) (n int) {
	d.Helper()
	if err := d.db.Read(d.Context()).Raw(sql, args...).Row().Scan(&n); err != nil {
		d.Fatal(err)
	}
	return n
}

// mapAccount ties an account to the customer.
func (d *desk) mapAccount(a subscription.Account) {
	d.Helper()
	m := mapping.Service{DB: d.db.DB, Clock: d.clock, Zone: time.UTC, Reviews: d.reviews}
	if err := m.Map(d.Context(), ada.Actor(), mapping.Choice{AccountID: a.ID, CRMAccountID: d.customer}); err != nil {
		d.Fatal(err)
	}
}

// sync brings records in as a sync run does.
func (d *desk) sync(p subscription.Provider, a subscription.Account, records ...distributor.Subscription) {
	d.Helper()
	err := d.db.InTx(d.Context(), func(tx *gorm.DB) error {
		res, err := subscription.SyncAccount(d.Context(), tx,
			subscription.Listing{Provider: p, Account: a, Records: records, Zone: time.UTC,
				Origin: ledger.Origin{Source: ledger.FromSync, By: audit.System, At: d.clock.Now()}})
		if err != nil {
			return err
		}
		return d.reviews.Refresh(d.Context(), tx, res.Touched)
	})
	if err != nil {
		d.Fatal(err)
	}
}

// record is a Microsoft subscription of five seats in its first year.
func record(external string, change ...func(*distributor.Subscription)) distributor.Subscription {
	day := func(s string) clock.Date { t, _ := clock.ParseDate(s); return t }
	r := distributor.Subscription{
		ExternalID: external, ContractNo: "C1", Vendor: "Microsoft", Kind: distributor.Licence,
		ProductName: "Business Premium",
		PartNumber:  "CFQ7TTC0LCHC:0002", SKU: "900100", Quantity: 5,
		UnitCost:   decimal.NewNullDecimal(decimal.RequireFromString("18.70")),
		CostPeriod: money.Month, Currency: "USD", Frequency: distributor.Monthly, Term: distributor.Annual,
		Start: day("2026-01-15"), End: day("2027-01-14"), Status: distributor.StatusActive, StatusText: "Active",
	}
	for _, c := range change {
		c(&r)
	}
	r.Raw, _ = json.Marshal(map[string]any{"id": r.ExternalID, "qty": r.Quantity, "name": r.ProductName,
		"cost": r.UnitCost, "status": r.StatusText})
	return r
}

func (d *desk) id(external string) string {
	d.Helper()
	var id uuid.UUID
	if err := d.db.Read(d.Context()).Raw(`SELECT id FROM subscriptions WHERE external_id = ?`,
		external).Row().Scan(&id); err != nil {
		d.Fatalf("subscription %s: %v", external, err)
	}
	return id.String()
}

func (d *desk) signIn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		u := ada
		u.Role = d.role
		c.Set("session.user", u)
		return next(c)
	}
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

func (d *desk) get(path string) *goquery.Document {
	d.Helper()
	return d.page(d.do(httptest.NewRequest(http.MethodGet, path, nil), http.StatusOK))
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

// file reads a CSV into rows keyed by column.
func (d *desk) file(path string) []map[string]string {
	d.Helper()
	all, err := csv.NewReader(d.do(httptest.NewRequest(http.MethodGet, path, nil), http.StatusOK).Body).ReadAll()
	if err != nil {
		d.Fatal(err)
	}
	var out []map[string]string
	for _, line := range all[1:] {
		row := map[string]string{}
		for i, cell := range line {
			row[all[0][i]] = cell
		}
		out = append(out, row)
	}
	return out
}

func text(s *goquery.Selection) string { return htmlcheck.Text(s) }

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func itoa(n int) string { return strconv.Itoa(n) }

// missing closes a subscription that a complete listing lacked.
func (d *desk) missing(external string) {
	d.Helper()
	err := d.db.InTx(d.Context(), func(tx *gorm.DB) error {
		res, err := subscription.MarkGone(d.Context(), tx, d.provider, []uuid.UUID{uuid.MustParse(d.id(external))},
			ledger.Origin{Source: ledger.FromSync, By: audit.System, At: d.clock.Now()}, time.UTC)
		if err != nil {
			return err
		}
		return d.reviews.Refresh(d.Context(), tx, res.Touched)
	})
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) exclude(a subscription.Account) {
	d.Helper()
	m := mapping.Service{DB: d.db.DB, Clock: d.clock, Zone: time.UTC, Reviews: d.reviews}
	if err := m.Exclude(d.Context(), ada.Actor(), mapping.Choice{AccountID: a.ID, Reason: "our own"}); err != nil {
		d.Fatal(err)
	}
}
