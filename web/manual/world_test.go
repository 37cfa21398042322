package manual

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

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	files "seatledger/internal/imports"
	"seatledger/internal/manual"
	"seatledger/internal/review"
	"seatledger/internal/testkit/pgtest"
	"seatledger/static"
	"seatledger/web/httpx"
	"seatledger/web/imports"
	"seatledger/web/session"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const password = "four plain words together"

// world is the entry screens on a database of their own, with people who sign in.
type world struct {
	*httptest.Server
	t     *testing.T
	db    *pgtest.DB
	clock *clock.Fake
	auth  auth.Service
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, db: pgtest.New(t), clock: clock.NewFake(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC))}
	w.auth = auth.Service{DB: w.db.DB, Clock: w.clock,
		Hasher: auth.NewHasher(auth.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1})}
	w.serve(Handlers{
		Entries: manual.Service{DB: w.db.DB, Clock: w.clock, Zone: time.UTC,
			Reviews: review.Reviewer{Clock: w.clock, Zone: time.UTC}},
		Imports: imports.Pages{Service: files.Service{DB: w.db.DB, Clock: w.clock}, Zone: time.UTC}, Clock: w.clock,
		Zone: time.UTC,
	})
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
	entry := pages.Group("", manager.Require(auth.Operator))
	for _, path := range []string{"", "/new"} {
		entry.GET("/providers/:id/accounts"+path, h.NewAccount)
		entry.GET("/providers/:id/subscriptions"+path, h.NewSubscription)
	}
	entry.POST("/providers/:id/accounts", h.CreateAccount)
	entry.POST("/providers/:id/subscriptions", h.CreateSubscription)
	entry.GET("/providers/:id/import", h.ImportForm)
	entry.POST("/providers/:id/import", h.Upload)
	entry.GET("/providers/:id/import/:import", h.Preview)
	entry.POST("/providers/:id/import/:import/columns", h.Columns)
	entry.POST("/providers/:id/import/:import/apply", h.Apply)
	entry.GET("/subscriptions/:id/quantity", h.QuantityForm)
	entry.POST("/subscriptions/:id/quantity", h.SetQuantity)
	entry.GET("/subscriptions/:id/end", h.EndForm)
	entry.POST("/subscriptions/:id/end", h.SetEnd)
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

func (w *world) values(sql string, args ...any) []string {
	w.t.Helper()
	var out []string
	if err := w.db.Read(w.t.Context()).Raw(sql, args...).Scan(&out).Error; err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return out
}

func (w *world) account(provider uuid.UUID, external, name string) {
	w.t.Helper()
	w.exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, first_seen_at,
		updated_at)
		VALUES (?, ?, ?, ?, 'active', 'unmapped', ?,
			?)`, uuid.Must(uuid.NewV7()), provider, external, name, w.clock.Now(), w.clock.Now())
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
	form.Find("select[name]").Each(func(_ int, s *goquery.Selection) {
		pairs = append(pairs, s.AttrOr("name", ""), s.Find("option[selected]").AttrOr("value", ""))
	})
	return p.post(form.AttrOr("action", ""), pairs...)
}

func (a answer) text() string { return strings.Join(strings.Fields(a.page.Find("main").Text()), " ") }

// upload sends a file and gives the page of its preview.
func (p person) upload(path, file string) answer {
	p.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", "entries.csv")
	if err == nil {
		_, err = io.WriteString(part, file)
	}
	if err != nil || m.Close() != nil {
		p.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.url+path, &b)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Cookie", p.cookie)
	res, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusSeeOther {
		text, _ := io.ReadAll(res.Body)
		p.t.Fatalf("upload: %d %s", res.StatusCode, text)
	}
	return p.get(res.Header.Get("Location"))
}

// outcomes are those of the lines of a preview, in the file's order.
func (a answer) outcomes() string {
	var out []string
	a.page.Find("tbody tr").Each(func(_ int,
		s *goquery.Selection) {
		out = append(out, strings.TrimSpace(s.Find("td").First().Text()))
	})
	return strings.Join(out, " ")
}
