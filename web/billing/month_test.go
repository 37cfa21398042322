package billing_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/pgtest"
	"seatledger/internal/testkit/webtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// house is the whole site with customers whose contracts are due.
type house struct {
	*webtest.Site
	t      *testing.T
	clerk  *webtest.Client
	worlds []*billtest.World
	pages  int
	clicks int
}

func open(t *testing.T, customers int) *house {
	t.Helper()
	s := webtest.Start(t, webtest.Options{At: time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC)})
	h := &house{Site: s, t: t, clerk: s.SignIn(auth.Billing)}
	for n := range customers {
		w := (&billtest.World{TB: t, DB: s.DB}).Beside("2026-01-02", billtest.Terms{})
		w.Exec(`UPDATE crm_accounts SET name = ? WHERE id = ?`, fmt.Sprintf("Customer %03d", n), w.Customer)
		w.Exec(`UPDATE billing_contracts SET tax_code = '' WHERE id = ?`, w.Contract)
		w.Add(fmt.Sprintf("S%d", n), n%7+1, "2026-01-01")
		h.worlds = append(h.worlds, w)
	}
	return h
}

// see opens a page, and press sends a form of one; both count.
func (h *house) see(path string) *webtest.Page {
	h.pages++
	return h.clerk.Get(path)
}

func (h *house) press(p *webtest.Page, action string, button ...string) *webtest.Page {
	h.t.Helper()
	h.clicks++
	h.pages++
	f := p.FormTo(action)
	for i := 0; i+1 < len(button); i += 2 {
		if p.Doc().Find(fmt.Sprintf(`button[name=%q][value=%q]`, button[i], button[i+1])).Length() == 0 {
			h.t.Fatalf("%s has no button %v", p.Path(), button)
		}
		f.Values.Set(button[i], button[i+1])
	}
	p = f.Submit().Want(http.StatusSeeOther).Next()
	for i := 0; strings.HasPrefix(p.URL.Path, "/billing-runs/") &&
		p.Doc().Find("[data-progress], .progress").Length() > 0; i++ {
		h.finish(p)
		p = h.clerk.Get(p.URL.Path) // the page does that by itself
	}
	return p
}

// finish does what the queue would of a run that takes longer than its request.
func (h *house) finish(p *webtest.Page) {
	h.t.Helper()
	id := uuid.MustParse(strings.TrimPrefix(p.URL.Path, "/billing-runs/"))
	if err := h.App.Runs.Go(h.t.Context(), id, 0); err != nil {
		h.t.Fatal(err)
	}
}

// A clerk's month: sixty customers at 12.00 a seat, 1 to 7 seats by turns.
func TestFromDueToBilledAndSentForSixtyCustomers(t *testing.T) {
	t.Parallel()
	h := open(t, 60)
	sent := 0
	h.App.Runs.Send = func(context.Context, *gorm.DB, audit.Actor, uuid.UUID) error { sent++; return nil }
	want := decimal.Decimal{}
	for n := range 60 {
		want = want.Add(decimal.NewFromInt(int64(12 * (n%7 + 1))))
	}
	due := h.see("/billing").Shows("60 contracts: 2,808.00 USD", "60 first bills")
	if want.String() != "2808" {
		t.Fatalf("the test reckons %s", want)
	}
	run := h.press(due, "/billing-runs", "step", "draft").Shows("Bill 60 drafts: 2,808.00 USD")
	run = h.press(run, run.URL.Path+"/bill").Shows("Send 60 invoices: 2,808.00 USD")
	run = h.press(run, run.URL.Path+"/send").Shows("Billed and given to mail")
	if h.pages > 6 || h.clicks > 8 || sent != 60 {
		t.Errorf("%d pages, %d clicks, %d sent", h.pages, h.clicks, sent)
	}
	// Two seats at 12.00 are its value a month, and January of them is open.
	row := h.clerk.Get("/contracts?q=customer+001").Doc().Find(".table--list tbody tr").First().Text()
	if strings.Count(row, "24.00") != 2 || !strings.Contains(row, "2026-02-01") {
		t.Errorf("the contract's row says %q", strings.Join(strings.Fields(row), " "))
	}
	total := decimal.Decimal{}
	for _, r := range h.clerk.Get(run.URL.Path + ".csv").Records() {
		if r["state"] != "sent" || r["number"] == "" || r["message"] != "" {
			t.Errorf("%v", r)
		}
		total = total.Add(decimal.RequireFromString(r["total"]))
	}
	if !total.Equal(want) {
		t.Errorf("the file sums to %s", total)
	}
	h.see("/billing").Shows("Nothing is due")
	htmlcheck.Page(t, run.Doc())
}

// Of three contracts one names whom its documents go to, and one goes out together with it; the third cannot be sent.
func TestContractsWhoseDocumentsGoToNobodyAreWarnedOf(t *testing.T) {
	t.Parallel()
	h := open(t, 3)
	if p := h.see("/billing"); p.Has("go to nobody") {
		t.Error("without a mail server it warns of recipients")
	}
	h.SignIn(auth.Admin).Get("/settings/mail").FormTo("/settings/mail").Set("host", "127.0.0.1", "port", "2525",
		"security", "none", "from_address", "billing@reseller.example").Submit().Want(http.StatusSeeOther)
	first, second := h.worlds[0], h.worlds[1]
	first.Exec(`UPDATE billing_contracts SET recipients = 'ap@contoso.example', bill_together = true WHERE id = ?`,
		first.Contract)
	second.Exec(`UPDATE billing_contracts SET bill_together = true, crm_account_id = ?, name = 'Second' WHERE id = ?`,
		first.Customer, second.Contract)
	due := h.see("/billing").Shows("Documents go to nobody")
	to := due.Doc().Find(`a[href*="nobody=1"]`).First()
	if got := strings.Join(strings.Fields(to.Parent().Text()), " "); !strings.Contains(got, "1") {
		t.Errorf("it says %q", got)
	}
	// It leads to exactly those that it counts: another without recipients of which nothing is due is not among them.
	idle := (&billtest.World{TB: t, DB: h.DB}).Beside("2026-01-02", billtest.Terms{BillFrom: "2026-09-01"})
	idle.Exec(`UPDATE crm_accounts SET name = 'Nothing Due Ltd' WHERE id = ?`, idle.Customer)
	only := h.see(to.AttrOr("href", "")).Shows("Customer 002", "1 contract", "Enter recipients for many")
	if only.Has("Customer 000") || only.Has("Customer 001") || only.Has("Nothing Due Ltd") {
		t.Errorf("it leads to others too: %s", only.Text())
	}
	run := h.press(due, "/billing-runs", "step", "draft").Shows("Documents go to nobody")
	tile := run.Doc().Find(`a[href*="only=nobody"]`).First().AttrOr("href", "")
	only = h.see(tile).Shows("Shown: 1 contract whose documents go to nobody")
	if n := only.Doc().Find(".table--list tbody tr").Length(); n != 1 || !only.Has("Customer 002") {
		t.Errorf("the tile leads to %d rows: %s", n, only.Text())
	}
	if drafts := h.see(run.URL.Path + "?only=drafts"); drafts.Doc().Find(".table--list tbody tr").Length() != 3 {
		t.Errorf("the drafts are %s", drafts.Text())
	}
	h.clerk.Look(run.URL.Path + "?only=all").Want(http.StatusUnprocessableEntity)
	h.worlds[2].Exec(`UPDATE billing_contracts SET recipients = 'x@x.example' WHERE id = ?`, h.worlds[2].Contract)
	if h.see(run.URL.Path).Has("go to nobody") {
		t.Error("it warns although each names somebody")
	}
}

// Customers 000 to 002 have 1 to 3 seats at 12.00.
func TestWhatIsLeftOutIsToldByReason(t *testing.T) {
	t.Parallel()
	h := open(t, 4)
	for n, why := range []string{"The order is disputed", "The order is disputed", "Paid by the parent"} {
		path := "/billing/contracts/" + h.worlds[n].Contract.String() + "/leave-out"
		h.clerk.Get(path).FormTo(path).Set("reason", why).Submit().Want(http.StatusSeeOther)
	}
	p := h.clerk.Get("/billing")
	reasons := p.Doc().Find(`#left-out table:has(caption:contains("by reason")) tbody tr`)
	var got []string
	for _, row := range reasons.EachIter() {
		got = append(got, strings.Join(strings.Fields(row.Text()), " "))
	}
	if len(got) != 2 || !strings.Contains(got[0], "disputed") || !strings.Contains(got[0], "2 contracts 36.00 USD") ||
		!strings.Contains(got[1], "parent") || !strings.Contains(got[1], "1 contract 36.00 USD") {
		t.Errorf("%q", got)
	}
}
