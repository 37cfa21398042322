package invoices_test

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
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/billing"
	"seatledger/internal/invoice"
	"seatledger/internal/letters"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/pgtest"
	"seatledger/web/httpx"
	"seatledger/web/invoices"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is the screens of invoices with somebody signed in.
type desk struct {
	*billtest.World
	echo *echo.Echo
	role auth.Role
}

func open(t *testing.T, today string, k billtest.Terms) *desk {
	t.Helper()
	d := &desk{World: billtest.New(t, today, k), echo: echo.New(), role: auth.Billing}
	h := invoices.Handlers{
		Invoices: billing.Service{Service: invoice.Service{DB: d.DB.DB, Clock: d.Clock, Zone: time.UTC}},
		Letters:  letters.Service{DB: d.DB.DB, Clock: d.Clock, Zone: time.UTC}}
	d.echo.HTTPErrorHandler = httpx.ErrorHandler(slog.New(slog.DiscardHandler))
	d.echo.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set("session.user", auth.User{ID: billtest.Bea.ID, Name: billtest.Bea.Name, Role: d.role, Active: true})
			return next(c)
		}
	})
	for path, handle := range map[string]echo.HandlerFunc{"/invoices": h.List, "/invoices.csv": h.List,
		"/invoice-lines": h.Lines, "/invoice-lines.csv": h.Lines, "/invoices/:id": h.Record,
		"/invoices/:id/void": h.ConfirmVoid, "/invoices/:id/credit": h.ConfirmCredit,
		"/contracts/:id/invoices/new": h.New, "/changes/billed-elsewhere": h.OpenRows} {
		d.echo.GET(path, handle)
	}
	for path, handle := range map[string]echo.HandlerFunc{"/contracts/:id/invoices": h.Create,
		"/invoices/:id/bill": h.Bill, "/invoices/:id/pay": h.Pay, "/invoices/:id/void": h.Void,
		"/invoices/:id/credit": h.Credit, "/invoices/:id/redraw": h.Redraw,
		"/invoices/:id/together":    h.Together,
		"/changes/billed-elsewhere": h.BilledElsewhere} {
		d.echo.POST(path, handle)
	}
	return d
}

func (d *desk) send(r *http.Request) *httptest.ResponseRecorder {
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	d.echo.ServeHTTP(w, r)
	return w
}

func (d *desk) do(r *http.Request, want int) *httptest.ResponseRecorder {
	d.Helper()
	w := d.send(r)
	if w.Code != want {
		d.Fatalf("%s %s: %d, want %d\n%.3000s", r.Method, r.URL, w.Code, want, w.Body)
	}
	return w
}

func (d *desk) page(w *httptest.ResponseRecorder) *goquery.Document {
	d.Helper()
	doc := htmlcheck.Parse(d, w.Body)
	htmlcheck.Page(d, doc)
	return doc
}

func (d *desk) get(path string) *goquery.Document {
	d.Helper()
	return d.page(d.do(httptest.NewRequest(http.MethodGet, path, nil), http.StatusOK))
}

func (d *desk) text(path string) string { d.Helper(); return htmlcheck.Text(d.get(path).Find("main")) }

func (d *desk) file(path string) []string {
	d.Helper()
	body := d.do(httptest.NewRequest(http.MethodGet, path, nil), http.StatusOK).Body.String()
	return strings.Split(strings.TrimSuffix(body, "\r\n"), "\r\n")
}

func posting(path string, v url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", echo.MIMEApplicationForm)
	return r
}

func (d *desk) post(path string, v url.Values, want int) *httptest.ResponseRecorder {
	d.Helper()
	return d.do(posting(path, v), want)
}

// draft posts a run as a script would, and gives the invoice's address.
func (d *desk) draft(end string) string {
	d.Helper()
	return d.post(d.runs(), url.Values{"kind": {"full_cycle"}, "period_end": {end}},
		http.StatusSeeOther).Header().Get("Location")
}

func (d *desk) runs() string { return "/contracts/" + d.Contract.String() + "/invoices" }

// values reads a form as a browser would send it.
func values(form *goquery.Selection) url.Values {
	v := url.Values{}
	form.Find("input[name]").Each(func(_ int, s *goquery.Selection) {
		if _, ticked := s.Attr("checked"); s.AttrOr("type", "") != "checkbox" || ticked {
			v.Add(s.AttrOr("name", ""), s.AttrOr("value", ""))
		}
	})
	return v
}

func has(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("lacks %q: %s", p, text)
		}
	}
}

func TestFromPreviewToDraftToBilledToPaid(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{})
	d.Add("S1", 10, "2026-03-01")
	d.Price(d.AddUnpriced("S2", 5, "2026-03-01"), "20", "2026-03-01")
	preview := d.get(d.runs() + "/new")
	has(t, htmlcheck.Text(preview.Find("main")), "120.00", "Product S1", "Left out",
		"Nobody has signed it off under this contract yet.", "100.00")
	form := preview.Find("main form[method=post]").First()
	where := d.post(form.AttrOr("action", ""), values(form), http.StatusSeeOther).Header().Get("Location")
	has(t, d.text(where), "A draft", "Contoso", "2026-03-01 to 2026-04-01", "120.00")
	for _, command := range []string{"Bill it", "Mark as paid"} {
		button := d.get(where).Find("main form").FilterFunction(func(_ int,
			s *goquery.Selection) bool {
			return strings.Contains(s.Text(), command)
		}).First()
		d.post(button.AttrOr("action", ""), values(button), http.StatusSeeOther)
	}
	has(t, d.text(where), "Invoice 1", "paid")
	got := d.file("/invoices.csv?state=paid")
	if len(got) != 2 || !strings.HasPrefix(got[0],
		"id,number,contract,crm_account,kind,state,currency,total,period_start,period_end,issued_at") ||
		!strings.Contains(got[1], ",1,Licences,Contoso,full_cycle,paid,USD,120,2026-03-01,2026-04-01,2026-03-02T09:00:00Z,") {
		t.Errorf("%q", got)
	}
	has(t, d.text("/invoices?q=contoso"), "Invoice 1", "120.00")
}

func TestTheFileOfLinesIsWhatTheAccountingSystemTakes(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{})
	a := d.Add("S1", 10, "2026-03-01")
	where := d.draft("2026-04-01")
	got := d.file("/invoice-lines.csv?invoice=" + strings.TrimPrefix(where, "/invoices/"))
	if len(got) != 2 || !strings.HasPrefix(got[0],
		"line_id,invoice_id,subscription_id,kind,change_ids,from,to,days,seats,unit_price,price_period,amount,currency,credits_line_id,again") {
		t.Fatalf("%q", got)
	}
	cells := strings.Split(got[1], ",")
	if diff := cmp.Diff([]string{a.String(), "2026-03-01", "2026-04-01", "31", "10", "12", "month", "120", "USD"},
		append(cells[2:3:3], cells[5:13]...)); diff != "" {
		t.Error(diff)
	}
	rows := d.Text(`SELECT string_agg(change_id::text, ';' ORDER BY change_id) FROM license_change_status
		WHERE invoice_id = ?`, strings.TrimPrefix(where, "/invoices/"))
	if cells[4] != rows {
		t.Errorf("change_ids %s, want %s", cells[4], rows)
	}
	has(t, d.text("/invoice-lines"), "Product S1", "Draft invoice")
}

func TestTheFirstRunIsNotMadeBeforeItsEarlierLinesAreConfirmed(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{BillFrom: "2026-02-10"})
	d.Add("S1", 10, "2026-01-01")
	order := url.Values{"kind": {"full_cycle"}, "period_end": {"2026-04-01"}}
	page := d.page(d.post(d.runs(), order, http.StatusUnprocessableEntity))
	has(t, htmlcheck.Text(page.Find("main")), "1 line to confirm", "before this cycle", "81.43")
	form := page.Find("main form[method=post]").First()
	v := values(form)
	v.Set("earlier", "on")
	d.post(form.AttrOr("action", ""), v, http.StatusSeeOther)
}

func TestAPreviewThatIsOutOfDateComesBackFresh(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{})
	a := d.Add("S1", 10, "2026-03-01")
	form := d.get(d.runs() + "/new").Find("main form[method=post]").First()
	d.Seats(a, 12, "2026-03-01")
	page := d.page(d.post(form.AttrOr("action", ""), values(form), http.StatusConflict))
	has(t, htmlcheck.Text(page.Find("main")), "This changed since you looked", "144.00")
	again := page.Find("main form[method=post]").First()
	d.post(again.AttrOr("action", ""), values(again), http.StatusSeeOther)
}

func TestRefusalsSayWhyAndChangeNothing(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{})
	d.Add("S1", 10, "2026-03-01")
	where := d.draft("2026-04-01")
	twice := d.page(d.post(d.runs(), url.Values{"period_end": {"2026-04-01"}}, http.StatusConflict))
	has(t, htmlcheck.Text(twice.Find("body")), "There is nothing to bill in Licences up to 2026-04-01",
		"No invoice was made")
	d.post(d.runs(), url.Values{"period_end": {"2026-04-17"}}, http.StatusUnprocessableEntity)
	d.post(d.runs(), url.Values{"kind": {"weekly"}}, http.StatusUnprocessableEntity)
	d.post(where+"/pay", nil, http.StatusConflict)
	d.post(where+"/bill", url.Values{"version": {"9"}}, http.StatusConflict)
	d.post(where+"/bill", nil, http.StatusSeeOther)
	d.post(where+"/bill", nil, http.StatusConflict)
	d.post(where+"/credit", nil, http.StatusUnprocessableEntity)
	d.post("/invoices/"+uuid.NewString()+"/bill", nil, http.StatusNotFound)
	if n := d.Text(`SELECT count(*) FROM invoices`); n != "1" {
		t.Errorf("%s invoices", n)
	}
}

func TestTwoPeopleBillTheSameDraftAndOneIsTold(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{})
	d.Add("S1", 10, "2026-03-01")
	where := d.draft("2026-04-01")
	var wg sync.WaitGroup
	codes := make([]int, 3)
	for i := range codes {
		wg.Go(func() { codes[i] = d.send(posting(where+"/bill", url.Values{"version": {"1"}})).Code })
	}
	wg.Wait()
	billed := 0
	for _, code := range codes {
		if code == http.StatusSeeOther {
			billed++
		} else if code != http.StatusConflict {
			t.Errorf("status %d", code)
		}
	}
	if last := d.Text(`SELECT last FROM invoice_numbers`); billed != 1 || last != "1" {
		t.Errorf("billed %d times, counter at %s", billed, last)
	}
}

func TestVoidingIsExplainedAndGivesTheDaysBack(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{})
	d.Add("S1", 10, "2026-03-01")
	where := d.draft("2026-04-01")
	form := d.get(where + "/void").Find("main form").First()
	v := values(form)
	v.Set("reason", "wrong price")
	d.post(form.AttrOr("action", ""), v, http.StatusSeeOther)
	has(t, d.text(where), "void", "wrong price")
	if again := d.draft("2026-04-01"); again == where {
		t.Error("the same invoice")
	}
}

func TestACreditIsDraftedWithItsReason(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{})
	d.Add("S1", 10, "2026-03-01")
	where := d.draft("2026-04-01")
	d.post(where+"/bill", nil, http.StatusSeeOther)
	form := d.get(where + "/credit").Find("main form").First()
	v := values(form)
	if n := d.get(where + "/credit").Find("input[name=again][checked]").Length(); n != 0 {
		t.Error("a kind of credit is chosen already")
	}
	v.Del("again")
	v.Set("reason", "agreed by phone")
	refused := d.page(d.post(form.AttrOr("action", ""), v, http.StatusUnprocessableEntity))
	has(t, htmlcheck.Text(refused.Find(".summary")), "to be billed again, or whether this is goodwill")
	v.Set("again", "no")
	credit := d.post(form.AttrOr("action", ""), v, http.StatusSeeOther).Header().Get("Location")
	has(t, d.text(credit), "-120.00", "Invoice 1", "agreed by phone")
	has(t, d.text(where), "Credits of this invoice", "-120.00")
}

func TestRowsBilledElsewhereAreTickedAndMarked(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{})
	a := d.Add("S1", 10, "2026-03-01")
	page := d.get("/changes/billed-elsewhere?contract=" + d.Contract.String())
	var ids []string
	page.Find("main input[type=checkbox][name=id]").Each(func(_ int,
		s *goquery.Selection) {
		ids = append(ids, s.AttrOr("value", ""))
	})
	d.page(d.post("/changes/billed-elsewhere", url.Values{"id": ids}, http.StatusUnprocessableEntity))
	d.post("/changes/billed-elsewhere", url.Values{"id": ids, "reference": {"Xero 4711"}}, http.StatusSeeOther)
	d.post("/changes/billed-elsewhere", url.Values{"id": ids, "reference": {"Xero 4711"}}, http.StatusConflict)
	if got := d.Text(`SELECT string_agg(DISTINCT st.billing_state || ' ' || m.why, ',') FROM license_changes c
		JOIN license_change_status st ON st.change_id = c.id
		JOIN license_change_marks m ON m.change_id = c.id
		WHERE c.subscription_id = ?`, a); got != "invoiced billed elsewhere: Xero 4711" {
		t.Error(got)
	}
}

func TestAViewerSeesInvoicesAndIsOfferedNothing(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{})
	d.Add("S1", 10, "2026-03-01")
	where := d.draft("2026-04-01")
	d.role = auth.Viewer
	if n := d.get(where).Find("main form").Length() +
		d.get(d.runs()+"/new?kind=change_log").Find("main form[method=post]").Length(); n != 0 {
		t.Errorf("%d forms", n)
	}
}

func TestAContractThatCannotBeBilledSaysSo(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{})
	d.Exec(`UPDATE billing_contracts SET bill_from = NULL`)
	has(t, d.text(d.runs()+"/new"), "This run cannot be made", "has no first billing day")
}

func TestACreditTakesLinesAndSaysWhichItIs(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{})
	d.Add("S1", 10, "2026-03-01")
	d.Add("S2", 5, "2026-03-01")
	where := d.draft("2026-04-01")
	// a draft is voided
	d.page(d.post(where+"/credit", url.Values{"again": {"yes"}, "reason": {"x"}}, http.StatusConflict))
	d.post(where+"/bill", nil, http.StatusSeeOther)
	page := d.get(where + "/credit")
	if n := page.Find("main tbody input[name=line][checked]").Length(); n != 2 {
		t.Errorf("%d lines ticked", n)
	}
	has(t, htmlcheck.Text(page.Find("main")), "Left to credit", "120.00", "60.00", "count as never billed",
		"no later run takes the money back")
	line := page.Find("main tbody input[name=line]").First().AttrOr("value", "")
	for name, bad := range map[string]url.Values{
		"again": {"reason": {"x"}}, "amount": {"again": {"yes"}, "amount": {"5"}, "reason": {"x"}},
	} {
		refused := d.page(d.post(where+"/credit", bad, http.StatusUnprocessableEntity))
		if refused.Find(".summary a").AttrOr("href", "") != "#f-"+name {
			t.Errorf("%s: %s", name, htmlcheck.Text(refused.Find(".summary")))
		}
	}
	for _, bad := range []url.Values{
		{"again": {"perhaps"}, "reason": {"x"}}, {"again": {"no"}, "amount": {"12,5"}, "reason": {"x"}},
		{"again": {"no"}, "amount": {"0.001"}, "reason": {"x"}},
		{"again": {"no"}, "line": {line}, "amount": {"120.01"}, "reason": {"x"}},
		{"again": {"no"}, "amount": {"0"}, "reason": {"x"}},
	} {
		d.page(d.post(where+"/credit", bad, http.StatusUnprocessableEntity))
	}
	d.post(where+"/credit", url.Values{"line": {line}, "again": {"no"}, "amount": {"20"}, "reason": {"late delivery"}},
		http.StatusSeeOther)
	has(t, htmlcheck.Text(d.get(where+"/credit").Find("main")), "100.00")
	again := d.post(where+"/credit", url.Values{"line": {line}, "again": {"yes"}, "reason": {"wrong price"}},
		http.StatusSeeOther).Header().Get("Location")
	has(t, d.text(again), "-100.00")
	has(t, htmlcheck.Text(d.get(where+"/credit").Find("main")), "credited to be billed again")
	d.page(d.post(where+"/credit", url.Values{"line": {line}, "again": {"yes"}, "reason": {"x"}}, http.StatusConflict))
	rows := d.file("/invoice-lines.csv?kind=credit")
	if len(rows) != 3 || !strings.HasPrefix(rows[0],
		"line_id,invoice_id,subscription_id,kind,change_ids,from,to,days,seats,unit_price,price_period,amount,currency,credits_line_id,again,") ||
		strings.Count(strings.Join(rows, "\n"), ","+line+",false,") != 1 ||
		strings.Count(strings.Join(rows, "\n"), ","+line+",true,") != 1 {
		t.Errorf("%q", rows)
	}
	// What was credited to be billed again is due again; the goodwill stays given.
	has(t, d.text(d.runs()+"/new?period_end=2026-04-01"), "Total, net 100.00 USD")
}

func TestADraftThatAFreshOneContradictsSaysSoAndIsDrawnAnew(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{})
	a := d.Add("S1", 10, "2026-03-01")
	where := d.draft("2026-04-01")
	if strings.Contains(d.text(where), "A draft drawn now") {
		t.Error("it contradicts itself")
	}
	d.Seats(a, 12, "2026-03-01")
	page := d.get(where)
	has(t, htmlcheck.Text(page.Find("main")), "A draft drawn now would be another one", "120.00", "144.00", "24.00")
	form := page.Find(`main form[action="` + where + `/redraw"]`)
	fresh := d.post(where+"/redraw", values(form), http.StatusSeeOther).Header().Get("Location")
	has(t, d.text(fresh), "144.00")
	has(t, d.text(where), "void", "drawn anew")
	if strings.Contains(d.text(fresh), "A draft drawn now") {
		t.Error("the fresh one is contradicted too")
	}
	d.page(d.post(where+"/redraw", nil, http.StatusConflict))
	d.post(fresh+"/redraw", url.Values{"version": {"9"}}, http.StatusConflict)
	d.role = auth.Viewer
	d.Seats(a, 13, "2026-03-01")
	if n := d.get(fresh).Find(`main form[action$="/redraw"]`).Length(); n != 0 {
		t.Error("a viewer is offered to draw it anew")
	}
}

// Seats that grew tenfold at once are applied and told; the next billing run asks for them, once.
func TestWhatGrewSuddenlyIsConfirmedInTheNextRunAndNotAgain(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{})
	a := d.Add("S1", 10, "2026-03-01")
	d.Seats(a, 400, "2026-03-01")
	run := uuid.Must(uuid.NewV7())
	d.Exec(`INSERT INTO sync_runs (id, provider_id, kind, trigger, state, requested_by, requested_at, finished_at)
		SELECT ?, provider_id, 'subscriptions', 'nightly', 'succeeded', 'Seatledger', ?, ? FROM subscriptions
		WHERE id = ?`, run, d.Clock.Now(), d.Clock.Now(), a)
	d.Exec(`INSERT INTO unusual_growths (subscription_id, run_id, seen_on, seats_before, seats_after, noted_at)
		VALUES (?, ?, '2026-03-02', 10, 400, ?)`, a, run, d.Clock.Now())
	preview := d.get(d.runs() + "/new")
	has(t, htmlcheck.Text(preview.Find("main")), "grew from 10 to 400 seats at once, seen on 2026-03-02",
		"sudden growth", "Bill also what grew suddenly: 1 subscription")
	form := preview.Find("main form[method=post]").First()
	v := values(form)
	again := d.page(d.post(form.AttrOr("action", ""), v, http.StatusUnprocessableEntity))
	has(t, htmlcheck.Text(again.Find("main")), "Confirm it first; nothing was billed.")
	v.Set("growth", "on")
	d.post(form.AttrOr("action", ""), v, http.StatusSeeOther)
	d.Today("2026-04-02")
	d.Seats(a, 410, "2026-04-01")
	if text := htmlcheck.Text(d.get(d.runs() + "/new").Find("main")); strings.Contains(text, "sudden growth") {
		t.Error("what was confirmed is asked again")
	}
}
