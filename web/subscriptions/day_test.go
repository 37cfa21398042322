package subscriptions_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"seatledger/internal/testkit/webtest"
)

// shop is the whole site on a moved clock, with a manual provider, its customer and a
// contract, all made through its doors.
type shop struct {
	*webtest.Site
	t        *testing.T
	admin    *webtest.Client
	contract string
	provider string
}

func newShop(t *testing.T, today time.Time) *shop {
	t.Helper()
	s := &shop{t: t, Site: webtest.Start(t, webtest.Options{At: today})}
	s.admin = s.Client()
	s.admin.Get("/providers").Submit("form", "name", "Ada Example", "email", "ada@reseller.example", "password",
		"an honest sentence")
	s.provider = s.made("/providers", "connector", "manual", "name", "By hand")
	customer := s.made("/crm-accounts", "external_id", "C-1", "name", "Contoso Ltd")
	s.made(s.provider+"/accounts", "external_id", "A-1", "name", "Contoso")
	account := s.admin.Get("/accounts.csv").Records()[0]["id"]
	s.made("/accounts/"+account+"/map", "crm_account_id", strings.TrimPrefix(customer, "/crm-accounts/"))
	s.contract = s.made("/contracts", "crm_account_id", strings.TrimPrefix(customer, "/crm-accounts/"), "name",
		"Licences", "currency", "USD",
		"start_date", "2026-01-01", "bill_from", "2026-11-01", "refunds", "yes", "is_default", "on")
	return s
}

func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// made posts a form and gives the page that it leads to.
func (s *shop) made(path string, pairs ...string) string {
	s.t.Helper()
	return s.admin.Post(path, values(pairs...)).Want(http.StatusSeeOther).Location()
}

// subscribe enters ten seats from November on at ten dollars, and signs them off.
func (s *shop) subscribe(external string) string {
	s.t.Helper()
	s.made(s.provider+"/subscriptions", "account_external_id", "A-1", "external_id", external, "part_number",
		"PN-"+external, "product", "Product "+external,
		"quantity", "10", "unit_cost", "8", "cost_period", "month", "currency", "USD", "term", "annual",
		"billing_frequency", "monthly", "start_date", "2026-11-01")
	record := ""
	for _, r := range s.admin.Get("/subscriptions.csv").Records() {
		if r["external_id"] == external {
			record = "/subscriptions/" + r["id"]
		}
	}
	s.made(record+"/price", "unit_price", "10", "price_period", "month", "note", "agreed")
	s.admin.Post("/subscriptions/sign-off",
		values("id", strings.TrimPrefix(record, "/subscriptions/"))).Want(http.StatusSeeOther)
	return record
}

func (s *shop) bill(end string) string {
	s.t.Helper()
	invoice := s.made(s.contract+"/invoices", "kind", "full_cycle", "period_end", end, "earlier", "on")
	s.made(invoice + "/bill")
	return invoice
}

func (s *shop) row(record string) map[string]string {
	s.t.Helper()
	for _, r := range s.admin.Get("/subscriptions.csv").Records() {
		if record == "/subscriptions/"+r["id"] {
			return r
		}
	}
	s.t.Fatal("no such subscription")
	return nil
}

// At midnight a price that was dated ahead is the price on every page, without any sync and without a worker.
func TestThePriceOfADayIsOnEveryPageFromItsFirstRequestOn(t *testing.T) {
	t.Parallel()
	s := newShop(t, time.Date(2026, 11, 30, 23, 40, 0, 0, time.UTC))
	record := s.subscribe("S-1")
	s.made(record+"/price", "unit_price", "7", "price_period", "month", "effective_on", "2026-12-01")
	if r := s.row(record); r["unit_price"] != "10" || r["review"] != "signed" {
		t.Errorf("before: %v", r)
	}
	s.Clock.Put(time.Date(2026, 12, 1, 0, 0, 30, 0, time.UTC))
	if r := s.row(record); r["unit_price"] != "7" || r["review"] == "signed" {
		t.Errorf("on the day: price %s, review %s", r["unit_price"], r["review"])
	}
}

func TestAPriceFilledOnLandingFollowsTheFirstDayOfItsContract(t *testing.T) {
	t.Parallel()
	s := newShop(t, time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC))
	list := s.made("/price-lists", "name", "Standard", "currency", "USD")
	s.made(list+"/items", "part_number", "PN-S-1", "product_name", "Product S-1", "unit", "month", "term", "annual",
		"billing_frequency", "monthly", "unit_price", "12", "effective_from", "2026-01-01")
	form := s.admin.Get(s.contract + "/edit").FormTo(s.contract)
	form.Set("price_list_id", strings.TrimPrefix(list, "/price-lists/")).Submit().Next()
	s.made(s.provider+"/subscriptions", "account_external_id", "A-1", "external_id", "S-1", "part_number", "PN-S-1",
		"product", "Product S-1",
		"quantity", "10", "unit_cost", "8", "cost_period", "month", "currency", "USD", "term", "annual",
		"billing_frequency", "monthly", "start_date", "2026-10-01")
	record := "/subscriptions/" + s.admin.Get("/subscriptions.csv").Records()[0]["id"]
	stands := func() (on string) {
		for _, p := range s.admin.Get(record + "/prices.csv").Records() {
			if p["set_aside"] == "false" {
				on += p["effective_on"] + " " + p["unit_price"]
			}
		}
		return on
	}
	if got := stands(); got != "2026-11-01 12" {
		t.Fatalf("landed %q", got)
	}
	s.admin.Get(s.contract+"/edit").FormTo(s.contract).Set("bill_from", "2026-10-15").Submit().Next()
	if got := stands(); got != "2026-10-15 12" {
		t.Errorf("after the first day moved: %q", got)
	}
}

func TestAnEndBeforeBilledDaysAsksAboutTheirRefund(t *testing.T) {
	t.Parallel()
	for answer, credit := range map[string]string{"yes": "-50", "no": ""} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC))
			s.subscribe("S-1")
			s.bill("2026-12-01")
			form := s.admin.Get(s.contract + "/edit").FormTo(s.contract)
			asked := form.Set("end_date", "2026-11-16").Submit().Want(http.StatusUnprocessableEntity)
			asked.Shows("Days up to 2026-11-30 are billed already", "No refund", "Apply refund")
			again := asked.FormTo(s.contract).Set("end_refund", "maybe").Submit().Want(http.StatusUnprocessableEntity)
			again.FormTo(s.contract).Set("end_refund", answer).Submit().Next()
			p := s.admin.Post(s.contract+"/invoices", values("kind", "change_log", "earlier", "on"))
			if credit == "" {
				p.Want(http.StatusConflict)
				return
			}
			invoice := p.Want(http.StatusSeeOther).Location()
			lines := s.admin.Get("/invoice-lines.csv?invoice=" + strings.TrimPrefix(invoice, "/invoices/")).Records()
			if len(lines) != 1 || lines[0]["amount"] != credit {
				t.Errorf("%v", lines)
			}
		})
	}
}

func TestSeatsThatLeaveSayWhetherTheyAreRefundedAndLaterRowsAreWrittenAnew(t *testing.T) {
	t.Parallel()
	s := newShop(t, time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC))
	record := s.subscribe("S-1")
	s.bill("2026-12-01")
	page := s.admin.Get(record + "/quantity")
	page.Shows("No refund", "Apply refund", "Days that are billed already are credited")
	s.admin.Post(record+"/quantity", values("quantity", "8", "refund", "perhaps")).Want(http.StatusUnprocessableEntity)
	s.made(record+"/quantity", "quantity", "8", "effective_at", "2026-11-20", "refund", "no")
	s.admin.Post(record+"/quantity",
		values("quantity", "9", "effective_at", "2026-11-10", "refund", "yes")).Want(http.StatusSeeOther).Next().
		Shows("The row from 2026-11-20 was written anew, so that it still reaches 8 seats.")
	got := map[string]string{}
	for _, c := range s.admin.Get("/changes.csv?event=update&counted=yes").Records() {
		got[c["effective_at"]] = c["delta"] + " " + c["refund"]
	}
	if got["2026-11-10"] != "-1 true" || got["2026-11-20"] != "-1 false" {
		t.Errorf("%v", got)
	}
	if n := len(s.admin.Get("/audit.csv").Records()); n == 0 {
		t.Error("no trail")
	}
	s.admin.Get(s.contract+"/edit").FormTo(s.contract).Set("refunds", "no").Submit().Next()
	s.admin.Post(record+"/quantity",
		values("quantity", "7", "refund", "yes")).Want(http.StatusUnprocessableEntity).Shows("gives no refunds")
}

// What a row had charged is credited when it is set aside, whatever the refund setting; the page says so before.
func TestTheMoneyOfSettingARowAsideIsShownAndComesTrue(t *testing.T) {
	t.Parallel()
	s := newShop(t, time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC))
	s.admin.Get(s.contract+"/edit").FormTo(s.contract).Set("refunds", "no").Submit().Next()
	record := s.subscribe("S-1")
	s.made(record+"/quantity", "quantity", "15", "effective_at", "2026-11-16")
	s.bill("2026-12-01")
	change := s.admin.Get("/changes.csv?event=update").Records()[0]["id"]
	where := record + "/changes/" + change + "/correct"
	s.admin.Get(where).Shows("25.00 USD is credited")
	s.admin.Post(where, values("set_aside", "1", "note", "never ordered")).Want(http.StatusSeeOther)
	invoice := s.made(s.contract+"/invoices", "kind", "change_log", "earlier", "on")
	lines := s.admin.Get("/invoice-lines.csv?invoice=" + strings.TrimPrefix(invoice, "/invoices/")).Records()
	if len(lines) != 1 || lines[0]["amount"] != "-25" || lines[0]["seats"] != "-5" {
		t.Errorf("%v", lines)
	}
}
