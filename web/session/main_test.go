package session

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
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
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const goodPassword = "four plain words together"

// house is a small site with doors, one page for everybody, one for operators and a stream.
type house struct {
	*httptest.Server
	db      *pgtest.DB
	clock   *clock.Fake
	auth    auth.Service
	manager *Manager
	slowed  *atomic.Int64 // how long the last slowed sign-in waited, which none really does
}

func newHouse(t *testing.T, o Options, code string) house {
	t.Helper()
	h := house{db: pgtest.New(t), slowed: &atomic.Int64{},
		clock: clock.NewFake(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC))}
	log := slog.New(slog.DiscardHandler)
	o.DB, o.Clock, o.Log = h.db.DB, h.clock, log
	h.auth = auth.Service{DB: h.db.DB, Clock: h.clock,
		Hasher: auth.NewHasher(auth.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}),
		Pause: func(_ context.Context, d time.Duration) error {
			h.slowed.Store(int64(d))
			return nil
		}}
	o.Auth = h.auth
	h.manager = New(o)
	e := echo.New()
	e.HTTPErrorHandler = httpx.ErrorHandler(log)
	e.IPExtractor = echo.ExtractIPFromXFFHeader() // as behind a proxy on this machine
	e.Use(httpx.WithFrame(h.manager.Frame()))
	pages := e.Group("", h.manager.Load, h.manager.SetupFirst)
	doors := Handlers{Manager: h.manager, Auth: h.auth, SetupCode: code}
	pages.GET(SetupPath, doors.SetupForm)
	pages.POST(SetupPath, doors.Setup)
	pages.GET(LoginPath, doors.LoginForm)
	pages.POST(LoginPath, doors.Login)
	pages.POST(LogoutPath, doors.Logout)
	hello := func(c echo.Context) error {
		return httpx.Render(c, http.StatusOK, Page(c, "Hello "+User(c).Name, ""))
	}
	pages.GET("/", hello, h.manager.Require())
	pages.GET("/map", hello, h.manager.Require(auth.Operator))
	pages.POST("/map", func(c echo.Context) error { return httpx.Done(c, "/", "Mapped.") },
		h.manager.Require(auth.Operator))
	pages.GET("/events", func(c echo.Context) error {
		_, _ = c.Response().Write([]byte("first\n"))
		return http.NewResponseController(c.Response()).Flush()
	}, h.manager.Require())
	h.Server = httptest.NewServer(e)
	t.Cleanup(h.Close)
	return h
}

// visitor is a browser without redirects.
type visitor struct {
	t *testing.T
	h house
	*http.Client
	from string // the address that a proxy says; empty: this machine's
}

func (h house) visitor(t *testing.T) visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return visitor{t: t, h: h, Client: &http.Client{Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

type answer struct {
	*http.Response
	body string
	page *goquery.Document
}

func (v visitor) get(path string) answer {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, v.h.URL+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	return v.send(r)
}

func (v visitor) post(path string, form url.Values) answer {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.h.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.send(r)
}

func (v visitor) send(r *http.Request) answer {
	v.t.Helper()
	r.Header.Set("Accept", "text/html")
	if v.from != "" {
		r.Header.Set("X-Forwarded-For", v.from)
	}
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
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") && len(b) > 0 {
		htmlcheck.Page(v.t, page)
	}
	return answer{res, string(b), page}
}

func (v visitor) token() string {
	u, _ := url.Parse(v.h.URL)
	for _, k := range v.Jar.Cookies(u) {
		if strings.HasSuffix(k.Name, "seatledger") {
			return k.Value
		}
	}
	return ""
}

func (v visitor) signIn(email string) answer {
	v.t.Helper()
	a := v.post(LoginPath, url.Values{"email": {email}, "password": {goodPassword}})
	if a.StatusCode != http.StatusSeeOther {
		v.t.Fatalf("sign in as %s: %d %s", email, a.StatusCode, a.page.Find(".summary").Text())
	}
	return a
}

func (h house) admin(t *testing.T) auth.User {
	t.Helper()
	u, err := h.auth.FirstAdmin(t.Context(),
		auth.NewUser{Name: "Ada Example", Email: "ada@reseller.example", Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
	return u
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

func (h house) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	if err := h.db.Read(t.Context()).Raw(query, args...).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}
