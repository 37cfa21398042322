package settings

import (
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
	"github.com/labstack/echo/v4"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/pgtest"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const goodPassword = "four plain words together"

// house is a site with the doors and the settings pages.
type house struct {
	*httptest.Server
	db   *pgtest.DB
	auth auth.Service
	ada  auth.User
}

func newHouse(t *testing.T) house {
	t.Helper()
	db, log := pgtest.New(t), slog.New(slog.DiscardHandler)
	clk := clock.NewFake(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC))
	h := house{db: db, auth: auth.Service{DB: db.DB, Clock: clk,
		Hasher: auth.NewHasher(auth.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1})}}
	var err error
	h.ada, err = h.auth.FirstAdmin(t.Context(),
		auth.NewUser{Name: "Ada Example", Email: "ada@reseller.example", Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
	m := session.New(session.Options{DB: db.DB, Clock: clk, Log: log})
	s := Handlers{DB: db.DB, Clock: clk, Zone: time.UTC, Auth: h.auth, About: About{
		Version: "1.2.3", TimeZone: "UTC", Outbound: []string{"127.0.0.1/32:9090"},
		KeyID: func() uint32 { return 4711 },
	}}
	e := echo.New()
	e.HTTPErrorHandler = httpx.ErrorHandler(log)
	pages := e.Group("", httpx.WithFrame(m.Frame()), m.Load)
	pages.POST(session.LoginPath, session.Handlers{Manager: m, Auth: h.auth}.Login)
	any, admin := m.Require(), m.Require(auth.Admin)
	pages.GET("/settings", s.Overview, any)
	pages.GET("/settings/general", s.General, admin)
	pages.POST("/settings/general", s.SaveGeneral, admin)
	pages.GET("/settings/company", s.Company, admin)
	pages.POST("/settings/company", s.SaveCompany, admin)
	pages.GET("/settings/tax", s.Tax, admin)
	pages.POST("/settings/tax", s.SaveTax, admin)
	pages.POST("/settings/tax/rates", s.AddRate, admin)
	pages.POST("/settings/tax/products", s.AddTaxedProduct, admin)
	pages.POST("/settings/tax/:id/remove", s.RemoveTax, admin)
	pages.GET("/settings/users", s.Users, admin)
	pages.POST("/settings/users", s.CreateUser, admin)
	pages.GET("/settings/users/new", s.NewUser, admin)
	pages.GET("/settings/users/:id", s.User, admin)
	pages.POST("/settings/users/:id", s.SaveUser, admin)
	pages.POST("/settings/users/:id/disable", s.DisableUser, admin)
	pages.POST("/settings/users/:id/enable", s.EnableUser, admin)
	pages.POST("/settings/users/:id/end-sessions", s.EndUserSessions, admin)
	pages.GET("/settings/users/:id/password", s.ResetForm, admin)
	pages.POST("/settings/users/:id/password", s.Reset, admin)
	pages.GET("/settings/profile", s.Profile, any)
	pages.POST("/settings/profile/password", s.ChangePassword, any)
	pages.POST("/settings/profile/end-session", s.EndSession, any)
	pages.POST("/settings/profile/end-others", s.EndOthers, any)
	h.Server = httptest.NewServer(e)
	t.Cleanup(h.Close)
	return h
}

// visitor is a browser without redirects, signed in.
type visitor struct {
	t *testing.T
	h house
	*http.Client
}

func (h house) signIn(t *testing.T, email string) visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := visitor{t, h, &http.Client{Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if a := v.post(session.LoginPath,
		url.Values{"email": {email}, "password": {goodPassword}}); a.status != http.StatusSeeOther {
		t.Fatalf("sign in as %s: %d", email, a.status)
	}
	return v
}

type answer struct {
	status   int
	location string
	body     string
	page     *goquery.Document
}

func (v visitor) get(path string) answer { v.t.Helper(); return v.send(http.MethodGet, path, nil) }
func (v visitor) post(path string, form url.Values) answer {
	v.t.Helper()
	return v.send(http.MethodPost, path, form)
}

func (v visitor) send(method, path string, form url.Values) answer {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.h.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "text/html")
	res, err := v.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	page, err := goquery.NewDocumentFromReader(strings.NewReader(string(b)))
	if err != nil {
		v.t.Fatal(err)
	}
	if len(b) > 0 {
		htmlcheck.Page(v.t, page)
	}
	return answer{res.StatusCode, res.Header.Get("Location"), string(b), page}
}

func (h house) user(t *testing.T, email string, r auth.Role) auth.User {
	t.Helper()
	u, err := h.auth.Create(t.Context(), audit.System,
		auth.NewUser{Name: "Bob Example", Email: email, Role: r, Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
	return u
}
