package retire_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/billing"
	"seatledger/internal/invoice"
	"seatledger/internal/retire"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/pgtest"
	"seatledger/web/httpx"
	webretire "seatledger/web/retire"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk has ten seats, billed for all of March, on the 22nd.
type desk struct {
	*billtest.World
	echo *echo.Echo
	id   uuid.UUID
	at   string
}

func open(t *testing.T, refunds string) *desk {
	t.Helper()
	d := &desk{World: billtest.New(t, "2026-03-02", billtest.Terms{Refunds: refunds}), echo: echo.New()}
	d.id = d.Add("S1", 10, "2026-03-01")
	d.at = "/subscriptions/" + d.id.String()
	bills := billing.Service{Service: invoice.Service{DB: d.DB.DB, Clock: d.Clock, Zone: time.UTC}}
	if _, err := bills.Draft(t.Context(), billtest.Bea,
		billing.Order{Run: billing.Run{ContractID: d.Contract}}); err != nil {
		t.Fatal(err)
	}
	d.Today("2026-03-22")
	h := webretire.Handlers{Retire: retire.Service{DB: d.DB.DB, Clock: d.Clock, Zone: time.UTC, Reviews: d.Reviewer()}}
	d.echo.HTTPErrorHandler = httpx.ErrorHandler(slog.New(slog.DiscardHandler))
	d.echo.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set("session.user", auth.User{ID: billtest.Bea.ID, Name: billtest.Bea.Name, Role: auth.Billing,
				Active: true})
			return next(c)
		}
	})
	d.echo.GET("/subscriptions/:id/deactivate", h.ConfirmDeactivate)
	d.echo.GET("/subscriptions/:id/activate", h.ConfirmActivate)
	d.echo.POST("/subscriptions/:id/deactivate", h.Deactivate)
	d.echo.POST("/subscriptions/:id/activate", h.Activate)
	return d
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

func (d *desk) page(w *httptest.ResponseRecorder, want int) *goquery.Document {
	d.Helper()
	if w.Code != want {
		d.Fatalf("%d, want %d\n%.3000s", w.Code, want, w.Body)
	}
	doc := htmlcheck.Parse(d, w.Body)
	htmlcheck.Page(d, doc)
	return doc
}

func (d *desk) get(path string) *goquery.Document {
	d.Helper()
	return d.page(d.send(http.MethodGet, path, nil), http.StatusOK)
}

func (d *desk) post(path string, v url.Values, want int) *httptest.ResponseRecorder {
	d.Helper()
	w := d.send(http.MethodPost, path, v)
	if w.Code != want {
		d.Fatalf("POST %s: %d, want %d\n%.3000s", path, w.Code, want, w.Body)
	}
	return w
}

func (d *desk) closing() string {
	return d.Text(`SELECT concat_ws(' ', event, delta, effective_at, CASE WHEN refund THEN 'refund' END)
		FROM license_changes
		WHERE subscription_id = ? ORDER BY seq DESC LIMIT 1`, d.id)
}

func has(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("lacks %q: %s", p, text)
		}
	}
}

func TestTheDialogTellsTheMoneyAndThatNothingIsSent(t *testing.T) {
	t.Parallel()
	d := open(t, "yes")
	page := d.get(d.at + "/deactivate")
	has(t, htmlcheck.Text(page.Find("main")), "Nothing is sent to the distributor", "38.71 USD", "100 seat-days",
		"2026-04-01", "gives refunds")
	if v := page.Find("input[name=refund][checked]").AttrOr("value", ""); v != "no" {
		t.Errorf("%q is chosen at first", v)
	}
	version := page.Find("main input[name=version]").AttrOr("value", "")
	d.post(d.at+"/deactivate", url.Values{"version": {version}, "refund": {"yes"}, "effective_at": {"2026-03-25"}},
		http.StatusSeeOther)
	if got := d.closing(); got != "deactivate -10 2026-03-25 refund" {
		t.Error(got)
	}
}

func TestTheDialogsTellWhatIsNotBilledYet(t *testing.T) {
	t.Parallel()
	d := open(t, "no")
	if text := htmlcheck.Text(d.get(d.at + "/deactivate").Find("main")); strings.Contains(text, "not billed yet") {
		t.Error(text)
	}
	d.Seats(d.id, 12, "2026-03-20")
	has(t, htmlcheck.Text(d.get(d.at+"/deactivate").Find("main")), "4 seat-days before 2026-03-22 are not billed yet",
		"The first is of 2026-03-20")
}

func TestApplyRefundIsNotOfferedAndRefusedWhereTheSettingSaysNo(t *testing.T) {
	t.Parallel()
	d := open(t, "no")
	if _, disabled := d.get(d.at + "/deactivate").Find("input[name=refund][value=yes]").Attr("disabled"); !disabled {
		t.Error("Apply refund is offered")
	}
	d.post(d.at+"/deactivate", url.Values{"refund": {"yes"}}, http.StatusConflict)
	d.post(d.at+"/deactivate", url.Values{"refund": {"perhaps"}}, http.StatusUnprocessableEntity)
	d.post(d.at+"/deactivate", url.Values{"effective_at": {"soon"}}, http.StatusUnprocessableEntity)
	d.post(d.at+"/deactivate", url.Values{"effective_at": {"2026-01-01"}}, http.StatusUnprocessableEntity)
	d.post(d.at+"/deactivate", url.Values{"version": {"77"}}, http.StatusConflict)
	d.post(d.at+"/deactivate", nil, http.StatusSeeOther)
	if got := d.closing(); got != "deactivate -10 2026-03-22" {
		t.Error(got)
	}
	d.post(d.at+"/deactivate", nil, http.StatusConflict)
}

func TestActivateAgainTellsThatPaidDaysAreNotBilledTwice(t *testing.T) {
	t.Parallel()
	d := open(t, "no")
	d.post(d.at+"/activate", nil, http.StatusConflict)
	d.post(d.at+"/deactivate", nil, http.StatusSeeOther)
	has(t, htmlcheck.Text(d.get(d.at+"/activate").Find("main")),
		"100 seat-days that were billed before it was closed and never credited", "0.00 USD")
	d.post(d.at+"/activate", nil, http.StatusSeeOther)
	if got := d.closing(); got != "activate 10 2026-03-22" {
		t.Error(got)
	}
}

func TestTwoPeopleWhoEndTheSameSubscriptionWriteOneRow(t *testing.T) {
	t.Parallel()
	d := open(t, "no")
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { d.send(http.MethodPost, d.at+"/deactivate", nil) })
	}
	wg.Wait()
	if n := d.Text(`SELECT count(*) FROM license_changes WHERE event = 'deactivate'`); n != "1" {
		t.Errorf("%s closing rows", n)
	}
}
