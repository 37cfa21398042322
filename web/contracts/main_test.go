package contracts_test

import (
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

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/postgres"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/pgtest"
	"seatledger/web/contracts"
	"seatledger/web/httpx"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is the screens of contracts with somebody signed in.
type desk struct {
	*testing.T
	echo *echo.Echo
	db   *postgres.DB
	clk  clock.Clock
	role auth.Role
}

func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{T: t, echo: echo.New(), db: pgtest.New(t).DB,
		clk: clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)), role: auth.Billing}
	h := contracts.Handlers{Contracts: contract.Service{DB: d.db, Clock: d.clk}, Zone: time.UTC}
	d.echo.HTTPErrorHandler = httpx.ErrorHandler(slog.New(slog.DiscardHandler))
	d.echo.Use(d.signIn)
	d.echo.GET("/contracts", h.List)
	d.echo.GET("/contracts.csv", h.List)
	d.echo.GET("/contracts/new", h.New)
	d.echo.POST("/contracts", h.Create)
	d.echo.GET("/contracts/:id", h.Record)
	d.echo.POST("/contracts/:id", h.Update)
	d.echo.GET("/contracts/:id/edit", h.Edit)
	d.echo.GET("/contracts/:id/lines/new", h.NewLine)
	d.echo.POST("/contracts/:id/lines", h.AddLine)
	d.echo.GET("/contracts/:id/lines/:line/end", h.LineEnd)
	d.echo.POST("/contracts/:id/lines/:line/end", h.EndLine)
	d.echo.GET("/contracts/:id/lines/:line/set-aside", h.ConfirmSetLineAside)
	d.echo.POST("/contracts/:id/lines/:line/set-aside", h.SetLineAside)
	d.echo.GET("/contracts/:id/deactivate", h.ConfirmDeactivate)
	d.echo.POST("/contracts/:id/deactivate", h.Deactivate)
	d.echo.POST("/contracts/:id/activate", h.Activate)
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

func newRequest(path string) *http.Request { return httptest.NewRequest(http.MethodGet, path, nil) }
