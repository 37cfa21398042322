package renewals_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/renewal"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/pgtest"
	"seatledger/web/httpx"
	"seatledger/web/renewals"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type desk struct {
	*billtest.World
	echo *echo.Echo
	room renewal.Service
}

func open(t *testing.T, today string) *desk {
	t.Helper()
	d := &desk{World: billtest.New(t, today, billtest.Terms{}), echo: echo.New()}
	d.room = renewal.Service{DB: d.DB.DB, Clock: d.Clock,
		Today: func() clock.Date { return clock.Today(d.Clock, time.UTC) }}
	h := renewals.Handlers{Renewals: d.room, BaseURL: "https://seats.reseller.example"}
	d.echo.HTTPErrorHandler = httpx.ErrorHandler(slog.New(slog.DiscardHandler))
	d.echo.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set("session.user", auth.User{ID: billtest.Bea.ID, Name: "Bea Example", Role: auth.Billing, Active: true})
			return next(c)
		}
	})
	d.echo.GET("/renewals", h.List)
	d.echo.GET("/renewals.csv", h.List)
	d.echo.GET("/renewals.ics", h.Calendar)
	d.echo.GET("/renewals/:id/:day", h.Show)
	d.echo.POST("/renewals/:id/:day", h.Decide)
	return d
}

func (d *desk) do(method, path string, v url.Values, want int) string {
	d.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", echo.MIMEApplicationForm)
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	d.echo.ServeHTTP(w, r)
	if w.Code != want {
		d.Fatalf("%s %s: %d, want %d\n%.2000s", method, path, w.Code, want, w.Body)
	}
	return w.Body.String()
}

func (d *desk) get(path string) string {
	d.Helper()
	return d.do(http.MethodGet, path, nil, http.StatusOK)
}

// ends sets what a record of the distributor says of an end.
func (d *desk) ends(external, end, renews, term string) {
	d.Exec(`UPDATE subscriptions SET end_date = ?, auto_renew = ?, term = ? WHERE external_id = ?`, end, renews,
		term, external)
}

func (d *desk) rows(query string) []string {
	d.Helper()
	var out []string
	for _, l := range strings.Split(strings.TrimSpace(d.get("/renewals.csv"+query)), "\r\n")[1:] {
		c := strings.Split(l, ",")
		out = append(out, strings.Join([]string{c[1], c[2], c[3], c[4], c[10]}, " "))
	}
	return out
}

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "; ") != strings.Join(want, "; ") {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestWhatLiesAheadIsShownAndWhatRenewsEachMonthIsNot(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-12-05")
	d.Add("yearly", 10, "2026-01-01")
	d.Add("unsaid", 4, "2026-01-01")
	d.Add("monthly", 3, "2026-01-01")
	d.Add("last-month", 2, "2026-01-01")
	d.Add("new", 6, "2026-12-01")
	d.Add("far", 1, "2026-01-01")
	d.ends("yearly", "2026-12-31", "yes", "annual")
	d.ends("unsaid", "2026-12-10", "", "annual")
	d.ends("monthly", "2026-12-31", "yes", "monthly")
	d.ends("last-month", "2026-12-20", "no", "monthly")
	d.ends("far", "2027-06-01", "yes", "annual")
	same(t, "all", d.rows(""), "2026-12-08 reduce 2026-12-01 2026-12-08 new",
		"2026-12-10 unknown 2026-12-10 2026-12-17 unsaid", "2026-12-20 ends   last-month",
		"2026-12-31 renews 2026-12-31 2027-01-07 yearly")
	same(t, "7 days", d.rows("?within=7"), "2026-12-08 reduce 2026-12-01 2026-12-08 new",
		"2026-12-10 unknown 2026-12-10 2026-12-17 unsaid")
	same(t, "what ends", d.rows("?what=ends"), "2026-12-20 ends   last-month")
	text := htmlcheck.Text(htmlcheck.Parse(t, strings.NewReader(d.get("/renewals"))).Find("main"))
	for _, part := range []string{"since 2026-12-01 Last day to reduce, about", "12.00 USD", "to decide"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in %s", part, text)
		}
	}
	d.do(http.MethodGet, "/renewals?within=8", nil, http.StatusUnprocessableEntity)
}

func TestADecisionIsKeptAndAReductionWritesTheTextForTheDistributor(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-12-05")
	id := d.Add("yearly", 10, "2026-01-01")
	d.ends("yearly", "2026-12-31", "yes", "annual")
	here := "/renewals/" + id.String() + "/2026-12-31"
	decide := func(want int, pairs ...string) string {
		v := url.Values{"decision": {"reduce"}, "version": {"0"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return d.do(http.MethodPost, here, v, want)
	}
	for _, bad := range [][]string{{"seats", ""}, {"seats", "10"}, {"seats", "-1"}, {"seats", "many"},
		{"decision", "list"}, {"decision", "sell"}} {
		decide(http.StatusUnprocessableEntity, bad...)
	}
	decide(http.StatusSeeOther, "seats", "7", "owner", "Bea", "note", "<b>asked</b>")
	page := d.get(here)
	for _, part := range []string{"from 10 to 7 seats at its renewal on 2026-12-31", "Subscription: yearly",
		"&lt;b&gt;asked&lt;/b&gt;"} {
		if !strings.Contains(page, part) {
			t.Errorf("%q is missing", part)
		}
	}
	decide(http.StatusConflict, "seats", "6") // somebody else was faster
	same(t, "to do", d.rows("?decision=todo"), "2026-12-31 renews 2026-12-31 2027-01-07 yearly")
	same(t, "to decide", d.rows("?decision=open"))
	decide(http.StatusSeeOther, "seats", "7", "done", "on", "version", "1")
	same(t, "nothing is left to do", d.rows("?decision=todo"))
	if n := d.Text("SELECT quantity::text FROM subscriptions WHERE id = ?", id); n != "10" {
		t.Errorf("a decision changed the seats: %s", n)
	}
	if n := d.Text("SELECT count(*)::text FROM audit_events WHERE action = 'renewal.decided'"); n != "2" {
		t.Errorf("%s entries in the trail", n)
	}
	d.do(http.MethodGet, "/renewals/"+id.String()+"/2026-11-30", nil, http.StatusNotFound)
	d.do(http.MethodGet, "/renewals/"+id.String()+"/soon", nil, http.StatusNotFound)
}

// unfolded reads a calendar by RFC 5545: lines end in CRLF and have 75 octets at most, a line that begins with a blank
// goes on the one before.
func unfolded(t *testing.T, file string) []string {
	t.Helper()
	if !utf8.ValidString(file) || !strings.HasSuffix(file, "\r\n") {
		t.Error("the file is no UTF-8 or does not end a line")
	}
	var lines []string
	for _, l := range strings.Split(strings.TrimSuffix(file, "\r\n"), "\r\n") {
		if len(l) > 75 || !utf8.ValidString(l) || strings.ContainsAny(l, "\r\n") {
			t.Errorf("%d octets: %q", len(l), l)
		}
		if rest, goesOn := strings.CutPrefix(l, " "); goesOn {
			lines[len(lines)-1] += rest
			continue
		}
		lines = append(lines, l)
	}
	return lines
}

// unescaped is a text as it was meant.
func unescaped(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out.WriteByte(s[i])
			continue
		}
		if i++; s[i] == 'n' || s[i] == 'N' {
			out.WriteByte('\n')
		} else {
			out.WriteByte(s[i])
		}
	}
	return out.String()
}

func TestTheCalendarReadsBackAsItWasMeant(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-12-05")
	id := d.Add("yearly", 10, "2026-01-01")
	d.ends("yearly", "2026-12-31", "yes", "annual")
	name := `Büro; Häuser, "Größe" \ Nord ` + strings.Repeat("日本語テスト", 12)
	d.Exec("UPDATE crm_accounts SET name = ? WHERE id = ?", name, d.Customer)
	d.do(http.MethodPost, "/renewals/"+id.String()+"/2026-12-31", url.Values{"decision": {"ask"}, "version": {"0"},
		"note": {"first line\nBEGIN:VEVENT"}}, http.StatusSeeOther)
	lines := unfolded(t, d.get("/renewals.ics"))
	got := map[string]string{}
	for _, l := range lines {
		key, value, _ := strings.Cut(l, ":")
		if _, twice := got[key]; twice && key != "BEGIN" && key != "END" {
			t.Errorf("%s stands twice", key)
		}
		got[key] = value
	}
	for key, want := range map[string]string{"VERSION": "2.0", "DTSTART;VALUE=DATE": "20261231",
		"DTEND;VALUE=DATE": "20270101", "DTSTAMP": "20261205T090000Z", "UID": id.String() + "-2026-12-31@seatledger",
		"URL": "https://seats.reseller.example/renewals/" + id.String() + "/2026-12-31"} {
		if got[key] != want {
			t.Errorf("%s is %q, want %q", key, got[key], want)
		}
	}
	if s := unescaped(got["SUMMARY"]); s != "Renews by itself: Product yearly, "+name {
		t.Errorf("summary %q", s)
	}
	if s := unescaped(got["DESCRIPTION"]); !strings.Contains(s, "first line\nBEGIN:VEVENT") {
		t.Errorf("description %q", s)
	}
	if lines[0] != "BEGIN:VCALENDAR" || lines[len(lines)-1] != "END:VCALENDAR" || got["PRODID"] == "" {
		t.Error("the calendar is not whole")
	}
	if again := d.get("/renewals.ics"); again != d.get("/renewals.ics") {
		t.Error("the same calendar is another one")
	}
}

func TestWhatComesNearIsToldOnceUnlessItIsDecided(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-12-05")
	d.Add("yearly", 10, "2026-01-01")
	d.ends("yearly", "2026-12-31", "yes", "annual")
	told := func() string {
		t.Helper()
		if err := d.room.Tell(t.Context()); err != nil {
			t.Fatal(err)
		}
		return d.Text("SELECT count(*) || ' ' || coalesce(max(text), '') FROM notices WHERE kind = 'renewal_near'")
	}
	want := "1 A subscription ends or renews within 30 days, and nobody has decided about it: " +
		"Contoso, Product yearly on " +
		"2026-12-31. Decide on the page Renewals."
	for range 2 {
		if got := told(); got != want {
			t.Errorf("%q", got)
		}
	}
	d.Today("2026-12-25")
	if got := told(); !strings.HasPrefix(got, "2 A subscription ends or renews within 7 days") {
		t.Errorf("%q", got)
	}
}
