package dashboard_test

import (
	"encoding/csv"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/auth"
	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/crm"
	sums "seatledger/internal/figures"
	"seatledger/internal/invoice"
	"seatledger/internal/selection"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/web/changes"
	"seatledger/web/crmaccounts"
	"seatledger/web/dashboard"
	"seatledger/web/httpx"
	"seatledger/web/invoices"
	"seatledger/web/subscriptions"
)

// till is the dashboard of a reseller with contracts, and the lists that its money opens.
type till struct {
	*billtest.World
	echo *echo.Echo
}

func openTill(t *testing.T, today string) *till {
	t.Helper()
	d := &till{World: billtest.New(t, today, billtest.Terms{}), echo: echo.New()}
	db := d.DB.DB
	d.echo.HTTPErrorHandler = httpx.ErrorHandler(slog.New(slog.DiscardHandler))
	d.echo.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set("session.user", auth.User{ID: billtest.Bea.ID, Name: "Bea Example", Role: auth.Admin, Active: true})
			return next(c)
		}
	})
	board := dashboard.Handlers{DB: db, Clock: d.Clock, Zone: time.UTC}
	bills := invoices.Handlers{Invoices: billing.Service{Service: invoice.Service{DB: db, Clock: d.Clock,
		Zone: time.UTC}}}
	customers := crmaccounts.Handlers{Accounts: crm.Service{DB: db, Clock: d.Clock}, Zone: time.UTC}
	for path, h := range map[string]echo.HandlerFunc{"/": board.Show, "/money": board.Money,
		"/crm-accounts/:id/statement": customers.Statement, "/crm-accounts/:id/statement.pdf": customers.Statement} {
		d.echo.GET(path, h)
	}
	many := &selection.Service{DB: db, Clock: d.Clock, Zone: time.UTC}
	for path, h := range map[string]echo.HandlerFunc{
		"/subscriptions": subscriptions.Handlers{DB: db, Clock: d.Clock, Zone: time.UTC, Bulk: many}.List,
		"/invoices":      bills.List, "/invoice-lines": bills.Lines, "/changes": changes.Handlers{DB: db,
			Zone: time.UTC}.List,
	} {
		d.echo.GET(path, h)
		d.echo.GET(path+".csv", h)
	}
	d.echo.POST("/contracts/:id/invoices", bills.Create)
	d.echo.POST("/invoices/:id/bill", bills.Bill)
	d.echo.POST("/invoices/:id/pay", bills.Pay)
	return d
}

func (d *till) get(path string) string {
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

func (d *till) page(path string) *goquery.Document {
	d.Helper()
	doc := htmlcheck.Parse(d, strings.NewReader(d.get(path)))
	htmlcheck.Page(d, doc)
	return doc
}

func (d *till) post(path string, v url.Values) string {
	d.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", echo.MIMEApplicationForm)
	w := httptest.NewRecorder()
	d.echo.ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther {
		d.Fatalf("POST %s: %d\n%.2000s", path, w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

// bill drafts and bills a cycle, and gives the invoice's address.
func (d *till) bill(w *billtest.World, end string) string {
	d.Helper()
	at := d.post("/contracts/"+w.Contract.String()+"/invoices", url.Values{"kind": {"full_cycle"}, "period_end": {end}})
	d.post(at+"/bill", nil)
	return at
}

// turn tells the database which day it is, as the program does before it shows a page.
func (d *till) turn(day string) {
	d.Helper()
	d.Today(day)
	d.Tx(func(tx *gorm.DB) error {
		_, err := subscription.DayChanged(d.Context(), tx, clock.Today(d.Clock, time.UTC))
		return err
	})
}

// column adds up a column of the file behind a link, and counts its rows.
func (d *till) column(href, name string) (sum decimal.Decimal, rows int) {
	d.Helper()
	path, query, _ := strings.Cut(href, "?")
	all, err := csv.NewReader(strings.NewReader(d.get(path + ".csv?" + query))).ReadAll()
	if err != nil {
		d.Fatal(err)
	}
	at := slices.Index(all[0], name)
	for _, r := range all[1:] {
		if r[at] != "" {
			sum = sum.Add(decimal.RequireFromString(r[at]))
		}
	}
	return sum, len(all) - 1
}

// figures are those of money, as "Monthly revenue USD", after each was compared with the rows it opens.
func (d *till) figures() map[string]string {
	d.Helper()
	columns := map[string]string{"Monthly revenue": "month_revenue", "Monthly cost": "month_cost",
		"Monthly margin": "month_margin", "Drafts": "total", "Open": "open", "Overdue": "open"}
	out := map[string]string{}
	d.page("/").Find("a.stat").Each(func(_ int, s *goquery.Selection) {
		label, unit := htmlcheck.Text(s.Find(".stat__label")), htmlcheck.Text(s.Find(".stat__unit"))
		if unit == "" || columns[label] == "" {
			return
		}
		value := s.Find(".stat__value").Clone()
		value.Find(".stat__unit").Remove()
		said, note := htmlcheck.Text(value), htmlcheck.Text(s.Find(".stat__note"))
		sum, rows := d.column(s.AttrOr("href", ""), columns[label])
		if !sum.Equal(decimal.RequireFromString(strings.ReplaceAll(said, ",", ""))) {
			d.Errorf("%s %s says %s, its rows come to %s", label, unit, said, sum)
		}
		if !strings.HasPrefix(note, decimal.NewFromInt(int64(rows)).String()+" ") {
			d.Errorf("%s %s says %q and opens %d rows", label, unit, note, rows)
		}
		out[label+" "+unit] = said
	})
	if wrong, rows, err := (sums.Tallies{}).Mend(d.Context(), d.DB.DB); err != nil || wrong+rows > 0 {
		d.Errorf("%d sums and %d seats were wrong, %v", wrong, rows, err)
	}
	return out
}

func (d *till) says(want map[string]string) {
	d.Helper()
	got := d.figures()
	for label, value := range want {
		if got[label] != value {
			d.Errorf("%s is %q, want %q; all: %v", label, got[label], value, got)
		}
	}
}

// 10 seats at 12.00 that cost 10.00, 5 at 9.00 below their cost of 10.00, 3 at 1.234 KWD bought in USD; one without a
// signature and one without a price are in no figure of what is billed, or in none of money.
func TestMoneyIsThePriceOfTodayTimesTheSeatsOfWhatIsBilledInEachCurrency(t *testing.T) {
	t.Parallel()
	d := openTill(t, "2026-01-05")
	d.turn("2026-01-05")
	first := d.Add("S1", 10, "2026-01-01")
	loss := d.AddUnpriced("S2", 5, "2026-01-01")
	d.Price(loss, "9", "")
	d.Sign(loss)
	d.Price(d.AddUnpriced("S3", 7, "2026-01-01"), "20", "") // nobody signed it
	kuwait := d.Beside("2026-01-05", billtest.Terms{})
	kuwait.Exec("UPDATE billing_contracts SET currency = 'KWD' WHERE id = ?", kuwait.Contract)
	third := kuwait.AddUnpriced("K1", 3, "2026-01-01")
	kuwait.Price(third, "1.234", "")
	kuwait.Sign(third)
	d.says(map[string]string{"Monthly revenue USD": "165.00", "Monthly cost USD": "180.00",
		"Monthly margin USD":  "15.00",
		"Monthly revenue KWD": "3.702", "Drafts USD": ""})
	text := htmlcheck.Text(d.page("/").Find("main"))
	if !strings.Contains(text, "Billed, margin not known 1") {
		t.Errorf("what has no margin is not counted apart: %.900s", text)
	}
	draft := d.post("/contracts/"+d.Contract.String()+"/invoices",
		url.Values{"kind": {"full_cycle"}, "period_end": {"2026-02-01"}})
	d.says(map[string]string{"Drafts USD": "165.00"})
	d.post(draft+"/bill", nil)
	d.bill(kuwait, "2026-02-01")
	d.says(map[string]string{"Drafts USD": "", "Open USD": "165.00", "Open KWD": "3.702", "Overdue USD": ""})

	d.Seats(first, 12, "2026-02-01") // ahead: it counts from its day on
	d.says(map[string]string{"Monthly revenue USD": "165.00"})
	d.turn("2026-02-01")
	d.says(map[string]string{"Monthly revenue USD": "189.00", "Monthly cost USD": "200.00", "Open USD": "165.00"})
	d.turn("2026-03-01")
	d.says(map[string]string{"Overdue USD": "165.00", "Overdue KWD": "3.702"})
	d.post(draft+"/pay", nil)
	d.says(map[string]string{"Open USD": "", "Overdue USD": "", "Open KWD": "3.702"})
	d.Exec("UPDATE billing_contracts SET end_date = '2026-03-01', end_refund = false WHERE id = ?", kuwait.Contract)
	d.says(map[string]string{"Monthly revenue KWD": "", "Monthly revenue USD": "189.00"})
}

// 15 seats of January come to 165.00 and cost 150.00; the page says so, and its link opens exactly the lines.
func TestMonthsAreBilledLinesByTheirDays(t *testing.T) {
	t.Parallel()
	d := openTill(t, "2026-01-05")
	d.turn("2026-01-05")
	d.Exec("UPDATE billing_contracts SET billing_day = 15 WHERE id = ?", d.Contract)
	d.Add("S1", 10, "2026-01-01")
	d.bill(d.World, "2026-01-15")
	d.bill(d.World, "2026-02-15") // 17 days of January, 14 of February
	doc := d.page("/money")
	cells := map[string][]string{}
	links := map[string]string{}
	doc.Find("table").First().Find("tbody tr").Each(func(_ int, r *goquery.Selection) {
		var all []string
		r.Find("th, td").Each(func(_ int, c *goquery.Selection) { all = append(all, htmlcheck.Text(c)) })
		cells[all[0]] = all[1:]
		links[all[0]] = r.Find("a").AttrOr("href", "")
	})
	// A month of the contract has 31 days from 15 December and from 15 January: 14/31 and 17/31, then 14/31.
	if got := strings.Join(cells["Jan 2026"], " "); got != "120.00 100.00 20.00 0.00" {
		t.Errorf("January is %q", got)
	}
	if got := strings.Join(cells["Feb 2026"], " "); got != "54.19 45.16 9.03 0.00" {
		t.Errorf("February is %q", got)
	}
	if got := strings.Join(cells["Mar 2026"], " "); strings.TrimSpace(got) != "" {
		t.Errorf("a month in which nothing was billed says %q", got)
	}
	if sum, rows := d.column(links["Jan 2026"], "amount"); rows != 2 || sum.String() != "174.19" {
		t.Errorf("the month opens %d lines of %s", rows, sum)
	}
	if n := doc.Find("svg[role=img][aria-label]").Length(); n != 2 {
		t.Errorf("%d charts with words", n)
	}
	if n := doc.Find("[style]").Length(); n != 0 {
		t.Error("a style stands in the page")
	}
}

func TestAnAccountSaysWhatWasOpenWhatCameAndWhatIsOpen(t *testing.T) {
	t.Parallel()
	d := openTill(t, "2026-01-05")
	d.Add("S1", 10, "2026-01-01")
	at := d.bill(d.World, "2026-02-01")
	d.Today("2026-02-03")
	d.bill(d.World, "2026-03-01")
	d.post(at+"/pay", nil)
	here := "/crm-accounts/" + d.Customer.String() + "/statement"
	text := htmlcheck.Text(d.page(here + "?from=2026-02-01&to=2026-02-28").Find("main table"))
	for _, part := range []string{"2026-02-01 Open before 120.00", "2026-02-03 Invoice 2", "120.00 240.00",
		"2026-02-03 Payment of 1 -120.00 120.00", "Open after 2026-02-28 120.00 USD"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in %s", part, text)
		}
	}
	if file := d.get(here + ".pdf?from=2026-02-01&to=2026-02-28&language=fr"); !strings.HasPrefix(file, "%PDF-") {
		t.Error("the paper is no PDF")
	}
	for _, bad := range []string{"?from=yesterday", "?from=2026-03-01&to=2026-02-01", "?language=de"} {
		w := httptest.NewRecorder()
		d.echo.ServeHTTP(w, httptest.NewRequest(http.MethodGet, here+bad, nil))
		if w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
}
