package crmaccounts_test

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
	"seatledger/internal/crm"
	"seatledger/internal/imports"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/pgtest"
	"seatledger/web/crmaccounts"
	"seatledger/web/httpx"

	importpages "seatledger/web/imports"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is the screens of CRM accounts with somebody signed in.
type desk struct {
	*testing.T
	echo *echo.Echo
	room crm.Service
	role auth.Role
}

func open(t *testing.T) *desk {
	t.Helper()
	db := pgtest.New(t).DB
	clk := clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	d := &desk{T: t, echo: echo.New(), room: crm.Service{DB: db, Clock: clk}, role: auth.Operator}
	h := crmaccounts.Handlers{Accounts: d.room, Zone: time.UTC,
		Imports: importpages.Pages{Service: imports.Service{DB: db, Clock: clk}, Zone: time.UTC}}
	d.echo.HTTPErrorHandler = httpx.ErrorHandler(slog.New(slog.DiscardHandler))
	d.echo.Use(d.signIn)
	d.echo.GET("/crm-accounts", h.List)
	d.echo.GET("/crm-accounts.csv", h.List)
	d.echo.GET("/crm-accounts/new", h.New)
	d.echo.POST("/crm-accounts", h.Create)
	d.echo.GET("/crm-accounts/import", h.ImportForm)
	d.echo.POST("/crm-accounts/import", h.Upload)
	d.echo.GET("/crm-accounts/import/:import", h.Preview)
	d.echo.POST("/crm-accounts/import/:import/columns", h.Columns)
	d.echo.POST("/crm-accounts/import/:import/apply", h.Apply)
	d.echo.GET("/crm-accounts/import/:import/undo", h.ConfirmUndo)
	d.echo.POST("/crm-accounts/import/:import/undo", h.Undo)
	d.echo.POST("/crm-accounts/:id/use-source", h.UseOffer)
	d.echo.GET("/crm-accounts/:id", h.Record)
	d.echo.GET("/crm-accounts/:id/edit", h.Edit)
	d.echo.POST("/crm-accounts/:id", h.Update)
	d.echo.POST("/crm-accounts/:id/notes", h.AddNote)
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
	form.Find("input[name], textarea[name]").Each(func(_ int,
		s *goquery.Selection) {
		v.Set(s.AttrOr("name", ""), s.AttrOr("value", s.Text()))
	})
	form.Find("select[name]").Each(func(_ int, s *goquery.Selection) {
		v.Set(s.AttrOr("name", ""), s.Find("option[selected]").AttrOr("value", ""))
	})
	return v
}
