package audit

import (
	"encoding/csv"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/pgtest"
	"seatledger/web/httpx"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type trail struct {
	db   *pgtest.DB
	echo *echo.Echo
}

// newTrail has n changes of providers, a minute apart from 9:00 in Amsterdam's winter, and one name that looks like a
// formula.
func newTrail(t *testing.T, n int) trail {
	t.Helper()
	db := pgtest.New(t)
	zone := time.FixedZone("CET", 3600)
	clk := clock.NewFake(time.Date(2026, 11, 3, 9, 0, 0, 0, zone))
	err := db.InTx(t.Context(), func(tx *gorm.DB) error {
		for i := range n {
			e := audit.Event{
				Action: "provider.changed", ObjectType: "provider", ObjectID: uuid.NewString(),
				ObjectName: fmt.Sprintf("=Provider %d", i),
				Before:     map[string]any{"name": "old", "user_name": "same"},
				After:      map[string]any{"name": fmt.Sprintf("new %d", i), "user_name": "same"},
			}
			if err := audit.Record(t.Context(), tx, clk, audit.System, e); err != nil {
				return err
			}
			clk.Advance(time.Minute)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	h := Handlers{DB: db.DB, Zone: zone, Chain: audit.NewChain(clk)}
	e := echo.New()
	e.HTTPErrorHandler = httpx.ErrorHandler(slog.New(slog.DiscardHandler))
	e.GET("/audit", h.List)
	e.GET("/audit.csv", h.List)
	e.GET("/audit/:seq", h.Entry)
	return trail{db, e}
}

func (tr trail) get(t *testing.T, path string) (int, string, *goquery.Document) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	tr.echo.ServeHTTP(w, r)
	body := w.Body.String()
	page, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		htmlcheck.Page(t, page)
	}
	return w.Code, body, page
}

func TestTheListShowsNewestFirstWithWhatChanged(t *testing.T) {
	t.Parallel()
	tr := newTrail(t, 60)
	status, _, page := tr.get(t, "/audit")
	rows := page.Find("tbody tr")
	if status != http.StatusOK || rows.Length() != 50 {
		t.Fatalf("%d with %d rows", status, rows.Length())
	}
	first := rows.First().Text()
	if !strings.Contains(first, "60") || !strings.Contains(first, "name: old → new 59") ||
		strings.Contains(first, "same") || !strings.Contains(first, "3 Nov 2026, 09:59:00 CET") {
		t.Errorf("first row: %s", first)
	}
	if got := page.Find("h1 .badge").Text(); got != "chain intact" {
		t.Errorf("badge %q", got)
	}
	next := page.Find("a[rel=next]").AttrOr("href", "")
	_, _, second := tr.get(t, next)
	if n := second.Find("tbody tr").Length(); n != 10 {
		t.Errorf("the second page has %d rows", n)
	}
}

func TestTheAddressNarrowsListAndFileAlike(t *testing.T) {
	t.Parallel()
	tr := newTrail(t, 6)
	for query, want := range map[string]int{
		"": 6, "actor=none": 6, "action=provider.changed": 6, "object_type=provider": 6, "q=provider+3": 1,
		"q=nothing":       0,
		"from=2026-11-03": 6, "from=2026-11-04": 0, "to=2026-11-02": 0, "from=2026-11-03&to=2026-11-03": 6,
	} {
		status, _, page := tr.get(t, "/audit?"+query)
		if n := page.Find("tbody tr").Length(); status != http.StatusOK || n != want {
			t.Errorf("%s: %d with %d rows, want %d", query, status, n, want)
		}
		_, file, _ := tr.get(t, "/audit.csv?"+query)
		records, err := csv.NewReader(strings.NewReader(file)).ReadAll()
		if err != nil || len(records) != want+1 {
			t.Errorf("%s: the file has %d records, %v", query, len(records), err)
		}
	}
	for _, query := range []string{"actor=me", "action=x", "from=yesterday", "sort=actor", "after=x"} {
		if status, _, _ := tr.get(t, "/audit?"+query); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", query, status)
		}
	}
}

func TestDateFieldsAreSentOnce(t *testing.T) {
	t.Parallel()
	_, _, page := newTrail(t, 1).get(t, "/audit?from=2026-11-03")
	if n := page.Find("form [name=from]").Length(); n != 1 {
		t.Errorf("%d controls named from", n)
	}
}

func TestTheFileIsFormulaSafeAndExact(t *testing.T) {
	t.Parallel()
	_, file, _ := newTrail(t, 1).get(t, "/audit.csv")
	records, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil || len(records) != 2 {
		t.Fatal(records, err)
	}
	row := map[string]string{}
	for i, name := range records[0] {
		row[name] = records[1][i]
	}
	if row["at"] != "2026-11-03T08:00:00Z" || row["object_name"] != "'=Provider 0" || row["actor"] != "Seatledger" ||
		row["actor_id"] != "" || !strings.Contains(row["after"], `"new 0"`) {
		t.Errorf("%v", row)
	}
}

func TestAnEntryShowsBothSides(t *testing.T) {
	t.Parallel()
	tr := newTrail(t, 2)
	status, _, page := tr.get(t, "/audit/2")
	if status != http.StatusOK || page.Find("del").Text() != "old" || page.Find("ins").Text() != "new 1" {
		t.Errorf("%d: %s", status, page.Find("table").Text())
	}
	if !strings.HasPrefix(page.Find("dd a").AttrOr("href", ""), "/providers/") {
		t.Error("no way to the provider")
	}
	for _, path := range []string{"/audit/3", "/audit/x", "/audit/99999999999999999999"} {
		if status, _, _ := tr.get(t, path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestABrokenChainIsSaidLoudly(t *testing.T) {
	t.Parallel()
	tr := newTrail(t, 5)
	if _, err := tr.db.Owner().Exec(t.Context(),
		`ALTER TABLE audit_events DISABLE TRIGGER USER; UPDATE audit_events SET actor = 'Eve' WHERE seq = 3`); err != nil {
		t.Fatal(err)
	}
	_, _, page := tr.get(t, "/audit")
	if page.Find("h1 .badge").Text() != "chain broken" || !strings.Contains(page.Find(".callout").Text(), "Entry 3") {
		t.Errorf("badge %q, callout %q", page.Find("h1 .badge").Text(), page.Find(".callout").Text())
	}
}

func TestAnEmptyTrailAndAnEmptyMatchReadDifferently(t *testing.T) {
	t.Parallel()
	tr := newTrail(t, 0)
	_, _, none := tr.get(t, "/audit")
	_, _, noMatch := tr.get(t, "/audit?q=x")
	a, b := none.Find(".empty__title").Text(), noMatch.Find(".empty__title").Text()
	if a == "" || b == "" || a == b {
		t.Errorf("%q and %q", a, b)
	}
}
