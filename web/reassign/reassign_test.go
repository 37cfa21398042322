package reassign_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/billing"
	"seatledger/internal/invoice"
	"seatledger/internal/reassign"
	"seatledger/internal/retire"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/browser"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/pgtest"
	"seatledger/static"
	"seatledger/web/httpx"
	webreassign "seatledger/web/reassign"
	"seatledger/web/subscriptions"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk has ten old seats, billed for all of March, and their successor of twelve since 9 March, on the 16th.
type desk struct {
	*billtest.World
	echo     *echo.Echo
	old, new uuid.UUID
	at       string
	invoices billing.Service
}

func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{World: billtest.New(t, "2026-03-02", billtest.Terms{}), echo: echo.New()}
	d.old = d.Add("OLD", 10, "2026-03-01")
	d.at = "/subscriptions/" + d.old.String()
	d.invoices = billing.Service{Service: invoice.Service{DB: d.DB.DB, Clock: d.Clock, Zone: time.UTC}}
	d.bill()
	d.Today("2026-03-16")
	d.new = d.Add("NEW", 12, "2026-03-09")
	r := reassign.Service{DB: d.DB.DB, Clock: d.Clock, Zone: time.UTC, Reviews: d.Reviewer()}
	h := webreassign.Handlers{Reassign: r, Zone: time.UTC}
	records := subscriptions.Handlers{DB: d.DB.DB, Clock: d.Clock, Zone: time.UTC, Reviews: d.Reviewer()}
	d.echo.HTTPErrorHandler = httpx.ErrorHandler(slog.New(slog.DiscardHandler))
	d.echo.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set("session.user", auth.User{ID: billtest.Bea.ID, Name: billtest.Bea.Name, Role: auth.Billing,
				Active: true})
			return next(c)
		}
	})
	d.echo.GET("/subscriptions/:id/reassign", h.Ask)
	d.echo.POST("/subscriptions/:id/reassign", h.Do)
	d.echo.GET("/subscriptions/:id/reassign/undo", h.AskBack)
	d.echo.POST("/subscriptions/:id/reassign/undo", h.Undo)
	d.echo.GET("/subscriptions/:id", records.Record)
	d.echo.GET(static.Prefix+"*", echo.WrapHandler(static.Handler()))
	return d
}

func (d *desk) bill() {
	d.Helper()
	if _, err := d.invoices.Draft(d.Context(), billtest.Bea,
		billing.Order{Run: billing.Run{ContractID: d.Contract}, Late: true}); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) send(method, path string, v url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(v.Encode()))
	r.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", echo.MIMEApplicationForm)
	}
	w := httptest.NewRecorder()
	d.echo.ServeHTTP(w, r)
	return w
}

func (d *desk) get(path string, want int) (*goquery.Document, string) {
	d.Helper()
	return d.page(d.send(http.MethodGet, path, nil), want)
}

func (d *desk) page(w *httptest.ResponseRecorder, want int) (*goquery.Document, string) {
	d.Helper()
	if w.Code != want {
		d.Fatalf("%d, want %d\n%.3000s", w.Code, want, w.Body)
	}
	doc := htmlcheck.Parse(d, w.Body)
	htmlcheck.Page(d, doc)
	return doc, htmlcheck.Text(doc.Find("main"))
}

func (d *desk) post(path string, v url.Values, want int) *httptest.ResponseRecorder {
	d.Helper()
	w := d.send(http.MethodPost, path, v)
	if w.Code != want {
		d.Fatalf("POST %s: %d, want %d\n%.3000s", path, w.Code, want, w.Body)
	}
	return w
}

func (d *desk) to(id uuid.UUID) url.Values { return url.Values{"target_id": {id.String()}} }

func (d *desk) moves() string {
	return d.Text(`SELECT count(*) FROM reassignments WHERE undone_at IS NULL`)
}

func has(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("lacks %q: %s", p, text)
		}
	}
}

func TestATargetIsPickedLookedAtAndTakes(t *testing.T) {
	t.Parallel()
	d := open(t)
	doc, text := d.get(d.at+"/reassign", http.StatusOK)
	has(t, text, "Product NEW", "Contoso")
	doc, text = d.get(doc.Find(`a[href*="target_id"]`).AttrOr("href", ""), http.StatusOK)
	has(t, text, "Gives: Product OLD", "Takes: Product NEW", "The result", "from OLD", "set aside", "made by the move",
		"+2 seats", "12 before, 12 after",
		"Days before 2026-03-16stay with OLD",
		"Days from 2026-03-16 onbelong to NEW with what was paid for them already",
		"Due of OLD up to 2026-04-01nothing before, nothing after",
		// Before: its own twelve seats from 9 March on. After: the two that nobody paid for.
		"Due of NEW up to 2026-04-01106.84 USD for 276 seat-days before, 12.38 USD for 32 seat-days after",
		"different products", "the target is held", "Nothing is sent to the distributor")
	if d.moves() != "0" {
		t.Error("looking moved something")
	}
	form := url.Values{"note": {"successor at the new provider"}}
	doc.Find(`main form[method=post] input[type=hidden]`).Each(func(_ int,
		s *goquery.Selection) {
		form.Set(s.AttrOr("name", ""), s.AttrOr("value", ""))
	})
	w := d.post(d.at+"/reassign", form, http.StatusSeeOther)
	if got := w.Header().Get("Location"); got != "/subscriptions/"+d.new.String() {
		t.Error(got)
	}
	_, text = d.get("/subscriptions/"+d.new.String(), http.StatusOK)
	has(t, text, "Its history came from Product OLD (OLD)", "History since 2026-03-01", "came with the history of OLD",
		"held until the source is deactivated", "successor at the new provider")
	_, text = d.get(d.at, http.StatusOK)
	has(t, text, "Its history went to Product NEW (NEW)", "Deactivate this one")
}

func TestAPostWithTheTargetAloneWorks(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.post(d.at+"/reassign", d.to(d.new), http.StatusSeeOther)
	_, text := d.page(d.post(d.at+"/reassign", d.to(d.new), http.StatusConflict), http.StatusConflict)
	has(t, text, "Bea Example has reassigned the history of OLD to NEW already", "undo that first")
}

func TestWhatIsWrongInTheFormIsTold(t *testing.T) {
	t.Parallel()
	d := open(t)
	for name, v := range map[string]url.Values{
		"nothing": {}, "unknown": d.to(uuid.New()), "no id": {"target_id": {"seven"}},
		"day":  {"target_id": {d.new.String()}, "switch_on": {"soon"}},
		"note": {"target_id": {d.new.String()}, "note": {strings.Repeat("x", 1001)}},
	} {
		_, text := d.page(d.post(d.at+"/reassign", v, http.StatusUnprocessableEntity), http.StatusUnprocessableEntity)
		if text == "" {
			t.Error(name)
		}
	}
	d.post("/subscriptions/"+uuid.NewString()+"/reassign", d.to(d.new), http.StatusNotFound)
	d.get("/subscriptions/"+uuid.NewString()+"/reassign", http.StatusNotFound)
	if d.moves() != "0" {
		t.Error("something was moved")
	}
}

func TestARefusalSaysWhyAndWhatToDo(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Seats(d.old, 12, "2026-03-10")
	v := d.to(d.new)
	v.Set("switch_on", "2026-03-05")
	_, text := d.page(d.post(d.at+"/reassign", v, http.StatusConflict), http.StatusConflict)
	has(t, text, "choose a switch day from 2026-03-10 on")
	doc, text := d.get(d.at+"/reassign?switch_on=2026-03-05&target_id="+d.new.String(), http.StatusOK)
	has(t, text, "This cannot be done as it stands", "Nothing can be moved until that is settled")
	if doc.Find(`main form[method=post]`).Length() > 0 {
		t.Error("it is offered all the same")
	}
	v.Set("switch_on", "2026-03-10")
	d.post(d.at+"/reassign", v, http.StatusSeeOther)
}

func TestWhatIsNotBilledBeforeTheSwitchStaysWithTheSource(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Seats(d.old, 12, "2026-03-10")
	_, text := d.get(d.at+"/reassign?target_id="+d.new.String(), http.StatusOK)
	// Two seats of March: six days of them are the source's, sixteen the target's.
	has(t, text, "Due of OLD up to 2026-04-0117.03 USD for 44 seat-days before, 4.65 USD for 12 seat-days after",
		"12.38 USD for 32 seat-days after")
}

func TestAResultThatChangedSinceItWasSeenIsNotDone(t *testing.T) {
	t.Parallel()
	d := open(t)
	doc, _ := d.get(d.at+"/reassign?target_id="+d.new.String(), http.StatusOK)
	d.Seats(d.new, 14, "2026-03-15")
	v := d.to(d.new)
	v.Set("seen", doc.Find(`input[name=seen]`).AttrOr("value", ""))
	_, text := d.page(d.post(d.at+"/reassign", v, http.StatusConflict), http.StatusConflict)
	has(t, text, "has changed since you looked")
}

func TestUndoFromEitherSide(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.post(d.at+"/reassign/undo", nil, http.StatusConflict)
	for _, id := range []uuid.UUID{d.old, d.new} {
		d.post(d.at+"/reassign", d.to(d.new), http.StatusSeeOther)
		at := "/subscriptions/" + id.String() + "/reassign/undo"
		_, text := d.get(at, http.StatusOK)
		has(t, text, "Product OLD", "Product NEW", "Bea Example", "set aside")
		if w := d.post(at, nil, http.StatusSeeOther); w.Header().Get("Location") != "/subscriptions/"+id.String() {
			t.Error(w.Header())
		}
		if d.moves() != "0" {
			t.Error("it stands")
		}
		d.post(at, nil, http.StatusConflict)
	}
	_, text := d.get(d.at, http.StatusOK)
	has(t, text, "taken back")
}

func TestUndoIsRefusedWithTheInvoiceThatUsesIt(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.post(d.at+"/reassign", d.to(d.new), http.StatusSeeOther)
	r := reassign.Service{DB: d.DB.DB, Clock: d.Clock, Zone: time.UTC, Reviews: d.Reviewer()}
	ends := retire.Service{DB: d.DB.DB, Clock: d.Clock, Zone: time.UTC, Reviews: d.Reviewer(), Ended: r.Ended}
	if err := ends.Deactivate(t.Context(), billtest.Bea, retire.End{ID: d.old}); err != nil {
		t.Fatal(err)
	}
	d.Today("2026-03-20")
	d.bill()
	d.Exec(`UPDATE invoices SET state = 'billed', number = 41, issued_at = now() WHERE seq = 2`)
	_, text := d.page(d.post(d.at+"/reassign/undo", nil, http.StatusConflict), http.StatusConflict)
	has(t, text, "invoice 41", "Void that invoice first")
}

// TestPagesInABrowser looks at every page at both ends of the widths, one of them
// dark. SEATLEDGER_SHOTS names a folder for the pictures.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Seats(d.old, 12, "2026-03-10")
	s := httptest.NewServer(d.echo)
	t.Cleanup(s.Close)
	b := browser.Start(t)
	look := func(name, path string) {
		for width, dark := range map[int64]bool{1280: false, 320: true} {
			tab := b.Tab(t)
			tab.Size(width, 900)
			tab.Dark(dark)
			tab.Go(s.URL + path)
			if dir := os.Getenv("SEATLEDGER_SHOTS"); dir != "" {
				tab.Screenshot(filepath.Join(dir, fmt.Sprintf("reassign-%s-%d.png", name, width)))
			}
			if n := tab.Overflow(); n > 0 {
				t.Errorf("%s is %d pixels too wide at %d", name, n, width)
			}
			browser.Axe(t, tab)
			for _, trouble := range tab.Troubles() {
				t.Error(trouble)
			}
		}
	}
	look("choose", d.at+"/reassign")
	look("refused", d.at+"/reassign?switch_on=2026-03-05&target_id="+d.new.String())
	look("look", d.at+"/reassign?target_id="+d.new.String())
	d.post(d.at+"/reassign", d.to(d.new), http.StatusSeeOther)
	look("source", d.at)
	look("target", "/subscriptions/"+d.new.String())
	look("undo", d.at+"/reassign/undo")
}
