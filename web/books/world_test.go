package books_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/billing"
	"seatledger/internal/books"
	"seatledger/internal/invoice"
	"seatledger/internal/letters"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/pgtest"
	webbooks "seatledger/web/books"
	"seatledger/web/httpx"
	"seatledger/web/invoices"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is the screens of accounting and of invoices with somebody signed in who bills.
type desk struct {
	*billtest.World
	echo *echo.Echo
	role auth.Role
}

func open(t *testing.T, today string) *desk {
	t.Helper()
	d := &desk{World: billtest.New(t, today, billtest.Terms{}), echo: echo.New(), role: auth.Billing}
	bill := billing.Service{Service: invoice.Service{DB: d.DB.DB, Clock: d.Clock, Zone: time.UTC}}
	i := invoices.Handlers{Invoices: bill, Letters: letters.Service{DB: d.DB.DB, Clock: d.Clock, Zone: time.UTC}}
	h := webbooks.Handlers{DB: d.DB.DB, Zone: time.UTC,
		Books: books.Service{DB: d.DB.DB, Clock: d.Clock, Zone: time.UTC}}
	d.echo.HTTPErrorHandler = httpx.ErrorHandler(slog.New(slog.DiscardHandler))
	d.echo.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set("session.user", auth.User{ID: billtest.Bea.ID, Name: billtest.Bea.Name, Role: d.role, Active: true})
			return next(c)
		}
	})
	for path, handle := range map[string]echo.HandlerFunc{"/invoices.csv": i.List, "/invoices/:id": i.Record,
		"/books": h.Overview, "/books/exports": h.List, "/books/exports.csv": h.List, "/books/exports/:id": h.Record,
		"/books/exports/:id/files/:place": h.File, "/books/:system": h.System, "/books/:system/export": h.Preview} {
		d.echo.GET(path, handle)
	}
	for path, handle := range map[string]echo.HandlerFunc{"/contracts/:id/invoices": i.Create,
		"/invoices/:id/bill": i.Bill, "/invoices/:id/pay": i.Pay, "/invoices/:id/void": i.Void,
		"/invoices/:id/credit": i.Credit, "/invoices/export": h.Export, "/books/exports/:id/take-back": h.TakeBack,
		"/books/:system": h.SaveSystem, "/books/:system/codes": h.SaveCodes} {
		d.echo.POST(path, handle)
	}
	return d
}

func (d *desk) send(r *http.Request) *httptest.ResponseRecorder {
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	d.echo.ServeHTTP(w, r)
	return w
}

func (d *desk) do(r *http.Request, want int) *httptest.ResponseRecorder {
	d.Helper()
	w := d.send(r)
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

func (d *desk) get(path string) *goquery.Document {
	d.Helper()
	return d.page(d.do(httptest.NewRequest(http.MethodGet, path, nil), http.StatusOK))
}

func (d *desk) text(path string) string { d.Helper(); return htmlcheck.Text(d.get(path).Find("main")) }

func (d *desk) file(path string) string {
	d.Helper()
	return d.do(httptest.NewRequest(http.MethodGet, path, nil), http.StatusOK).Body.String()
}

func posting(path string, v url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", echo.MIMEApplicationForm)
	return r
}

func (d *desk) post(path string, want int, pairs ...string) *httptest.ResponseRecorder {
	d.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return d.do(posting(path, v), want)
}

// refused gives what the page of a refused post says.
func (d *desk) refused(path string, want int, pairs ...string) string {
	d.Helper()
	return htmlcheck.Text(d.page(d.post(path, want, pairs...)).Find("main"))
}

func (d *desk) to(path string, pairs ...string) string {
	d.Helper()
	return d.post(path, http.StatusSeeOther, pairs...).Header().Get("Location")
}

// bill bills the contract up to a day and gives the invoice's id.
func (d *desk) bill(end string) string {
	d.Helper()
	where := d.to("/contracts/"+d.Contract.String()+"/invoices", "kind", "full_cycle", "period_end", end)
	d.to(where + "/bill")
	return strings.TrimPrefix(where, "/invoices/")
}

// credit credits an invoice whole and bills the credit note.
func (d *desk) credit(id string) string {
	d.Helper()
	where := d.to("/invoices/"+id+"/credit", "again", "no", "reason", "agreed")
	d.to(where + "/bill")
	return strings.TrimPrefix(where, "/invoices/")
}

// submit posts the form of a page that goes to an address, as it stands, with what is typed.
func (d *desk) submit(page *goquery.Document, action string, pairs ...string) string {
	d.Helper()
	form := page.Find(`form[action="` + action + `"]`).First()
	if form.Length() == 0 {
		d.Fatalf("no form goes to %s", action)
	}
	v := url.Values{}
	form.Find("input[name]").Each(func(_ int, s *goquery.Selection) {
		if _, ticked := s.Attr("checked"); s.AttrOr("type", "") != "checkbox" || ticked {
			v.Add(s.AttrOr("name", ""), s.AttrOr("value", ""))
		}
	})
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return d.do(posting(action, v), http.StatusSeeOther).Header().Get("Location")
}

func has(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("lacks %q: %s", p, text)
		}
	}
}
