package prices_test

import (
	"bytes"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/contract/price"
	"seatledger/internal/imports"
	"seatledger/internal/postgres"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/pgtest"
	"seatledger/web/httpx"
	"seatledger/web/prices"

	importpages "seatledger/web/imports"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is the screens of price lists with somebody signed in.
type desk struct {
	*testing.T
	echo *echo.Echo
	db   *postgres.DB
	role auth.Role
}

func open(t *testing.T) *desk {
	t.Helper()
	clk := clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	d := &desk{T: t, echo: echo.New(), db: pgtest.New(t).DB, role: auth.Billing}
	pages := importpages.Pages{Service: imports.Service{DB: d.db, Clock: clk}, Zone: time.UTC}
	h := prices.Handlers{Prices: price.Service{DB: d.db, Clock: clk}, Imports: pages, Zone: time.UTC}
	d.echo.HTTPErrorHandler = httpx.ErrorHandler(slog.New(slog.DiscardHandler))
	d.echo.Use(d.signIn)
	get, post := d.echo.GET, d.echo.POST
	get("/price-lists", h.List)
	get("/price-lists.csv", h.List)
	get("/price-lists/new", h.New)
	post("/price-lists", h.Create)
	get("/price-lists/:id", h.Record)
	post("/price-lists/:id", h.Update)
	get("/price-lists/:id/edit", h.Edit)
	post("/price-lists/:id/deactivate", h.Deactivate)
	post("/price-lists/:id/activate", h.Activate)
	get("/price-lists/:id/items/new", h.NewItem)
	post("/price-lists/:id/items", h.AddItem)
	get("/price-lists/:id/items/:item", h.Item)
	post("/price-lists/:id/items/:item", h.UpdateItem)
	get("/price-lists/:id/items/:item/delete", h.ConfirmDelete)
	post("/price-lists/:id/items/:item/delete", h.DeleteItem)
	get("/price-lists/:id/import", h.ImportForm)
	post("/price-lists/:id/import", h.Upload)
	get("/price-lists/:id/import/:import", h.Preview)
	post("/price-lists/:id/import/:import/columns", h.Columns)
	post("/price-lists/:id/import/:import/apply", h.Apply)
	return d
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

func (d *desk) upload(path, content string, want int) *httptest.ResponseRecorder {
	d.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("file", "customers.csv")
	if err != nil {
		d.Fatal(err)
	}
	_, _ = io.WriteString(part, content)
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return d.do(r, want)
}

func (d *desk) file(path string) string {
	d.Helper()
	return d.do(httptest.NewRequest(http.MethodGet, path, nil), http.StatusOK).Body.String()
}

// values reads a form as a browser would send it.
func values(form *goquery.Selection) url.Values {
	v := url.Values{}
	form.Find("input[name], textarea[name]").Each(func(_ int, s *goquery.Selection) {
		if _, ticked := s.Attr("checked"); s.AttrOr("type", "") != "checkbox" || ticked {
			v.Set(s.AttrOr("name", ""), s.AttrOr("value", s.Text()))
		}
	})
	form.Find("select[name]").Each(func(_ int, s *goquery.Selection) {
		v.Set(s.AttrOr("name", ""), s.Find("option[selected]").AttrOr("value", ""))
	})
	return v
}
