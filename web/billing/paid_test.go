package billing_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
)

// billed bills all that is due and gives the invoices by customer.
func (h *house) billed() map[string]map[string]string {
	h.t.Helper()
	p := h.clerk.Post("/billing-runs", url.Values{"all": {"1"}, "step": {"bill"}, "late": {"1"}}).Want(http.StatusSeeOther).Next()
	h.finish(p)
	return h.invoices()
}

func (h *house) invoices() map[string]map[string]string {
	h.t.Helper()
	out := map[string]map[string]string{}
	for _, r := range h.clerk.Get("/invoices.csv").Records() {
		out[r["crm_account"]] = r
	}
	return out
}

// Invoices of 12.00, 24.00 and 36.00: one is paid in two parts, one by a file, one stays open.
func TestPaymentsByTickAndByFile(t *testing.T) {
	t.Parallel()
	h := open(t, 3)
	all := h.billed()
	first, second, third := all["Customer 000"], all["Customer 001"], all["Customer 002"]
	pay := func(want int, pairs ...string) {
		t.Helper()
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Add(pairs[i], pairs[i+1])
		}
		h.clerk.Post("/invoices/paid", v).Want(want)
	}
	states := func(want string) {
		t.Helper()
		now, got := h.invoices(), []string{}
		for _, c := range []string{"Customer 000", "Customer 001", "Customer 002"} {
			got = append(got, now[c]["state"]+" "+now[c]["open"]+" "+now[c]["paid_on"])
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("%s, want %s", text, want)
		}
	}
	pay(http.StatusSeeOther, "id", first["id"], "amount", "5", "paid_on", "2026-01-02")
	states("billed 7 , billed 24 , billed 36 ")
	pay(http.StatusConflict, "id", first["id"], "amount", "8") // 1.00 more than is open
	pay(http.StatusUnprocessableEntity, "id", first["id"], "id", second["id"], "amount", "5")
	pay(http.StatusUnprocessableEntity, "id", first["id"], "paid_on", "the second")
	pay(http.StatusConflict, "id", first["id"], "paid_on", "2026-01-03")
	pay(http.StatusConflict, "id", first["id"], "paid_on", "1999-12-31") // long before it was made
	states("billed 7 , billed 24 , billed 36 ")
	h.clerk.Post("/invoices/"+first["id"]+"/void", nil).Want(http.StatusConflict)
	refused := h.clerk.Get("/invoices/"+first["id"]+"/void").Shows("It cannot be voided", "A part of", "by a credit")
	if refused.Doc().Find("[name=reason]").Length() > 0 {
		t.Error("it asks for a reason though it cannot be voided")
	}

	csv := "number,date,amount,currency,reference\n" +
		first["number"] + ",2026-01-02,7.00,USD,thanks\n" +
		second["number"] + ",2026-01-02,14,USD,a part\n" +
		second["number"] + ",2026-01-02,14,USD,a part\n" + // the same row again
		second["number"] + ",2026-01-02,11,USD,the rest\n" + // 1.00 too much
		third["number"] + ",2026-01-02,36,EUR,\n" +
		"4711,2026-01-02,1,USD,\n"
	upload := func() string {
		t.Helper()
		f := h.clerk.Get("/invoices/payments").FormTo("/invoices/payments").File("file", csv)
		return f.Submit().Want(http.StatusSeeOther).Location()
	}
	at := upload()
	h.clerk.Get(at).Shows("No invoice has this number", "The payment is in EUR, the invoice in USD",
		"It is 1 more than the 10 that are open", "It says the same as line 3")
	states("billed 7 , billed 24 , billed 36 ")
	apply := func(at string) {
		t.Helper()
		h.clerk.Get(at).FormTo(at + "/apply").Submit().Want(http.StatusSeeOther)
	}
	apply(at)
	states("paid 0 2026-01-02, billed 10 , billed 36 ")
	again := upload()
	h.clerk.Get(again).Shows("This row is a payment already")
	states("paid 0 2026-01-02, billed 10 , billed 36 ")
	h.clerk.Get(at + "/undo").FormTo(at + "/undo").Submit().Want(http.StatusSeeOther)
	states("billed 7 , billed 24 , billed 36 ")

	pay(http.StatusSeeOther, "id", first["id"], "id", second["id"])
	states("paid 0 2026-01-02, paid 0 2026-01-02, billed 36 ")
	work := h.clerk.Get("/bulk").Link("Mark as paid invoices")
	h.clerk.Post(work+"/undo", nil).Want(http.StatusSeeOther)
	states("billed 7 , billed 24 , billed 36 ")
}

func TestManyAreCreditedAndVoidedWithAPreview(t *testing.T) {
	t.Parallel()
	h := open(t, 3)
	all := h.billed()
	ids := url.Values{"deed": {"credit-invoices"}, "id": {all["Customer 000"]["id"], all["Customer 001"]["id"]}}
	p := h.clerk.Post("/bulk", ids).Want(http.StatusSeeOther).Next().Shows("Credit 2 invoices?", "-36.00 USD")
	apply := p.URL.Path + "/apply"
	p.FormTo(apply).Submit().Want(http.StatusUnprocessableEntity) // what it means has no default
	p.FormTo(apply).Set("again", "no").Submit().Want(http.StatusSeeOther)
	drafts := 0
	for _, r := range h.clerk.Get("/invoices.csv").Records() {
		if r["kind"] == "credit" && r["state"] == "draft" {
			drafts++
		}
	}
	h.clerk.Post("/invoices/"+all["Customer 002"]["id"]+"/credit", url.Values{"again": {"no"}, "amount": {"-5"}}).
		Want(http.StatusUnprocessableEntity).Shows("Enter the amount of goodwill without a minus")
	if drafts != 2 {
		t.Errorf("%d credit notes were drafted", drafts)
	}
	h.clerk.Post(p.URL.Path+"/undo", nil).Want(http.StatusSeeOther)

	ids = url.Values{"deed": {"void-invoices"}, "id": {all["Customer 001"]["id"], all["Customer 002"]["id"]}}
	p = h.clerk.Post("/bulk", ids).Want(http.StatusSeeOther).Next().Shows("Void 2 invoices?", "60.00 USD")
	p.FormTo(p.URL.Path+"/apply").Set("reason", "wrong price", "confirm", "void-invoices 2").Submit().
		Want(http.StatusSeeOther)
	h.see("/billing").Shows("2 contracts: 60.00 USD")
}

// 5.00 of 12.00 were ticked by hand; the bank's file has them too, and 5.00 more.
func TestABankRowThatIsAPaymentNotedByHandIsNotBookedAgain(t *testing.T) {
	t.Parallel()
	h := open(t, 1)
	x := h.billed()["Customer 000"]
	h.clerk.Post("/invoices/paid", url.Values{"id": {x["id"]}, "amount": {"5"}}).Want(http.StatusSeeOther)
	file := func(rows string) {
		f := h.clerk.Get("/invoices/payments").FormTo("/invoices/payments").
			File("file", "number,date,amount,reference,sure\n"+rows)
		p := f.Submit().Want(http.StatusSeeOther).Next()
		if !strings.Contains(rows, "yes") {
			p.Shows("Perhaps the same as the payment of 5.00 USD of 2026-01-02 that")
		}
		if f := p.Doc().Find(`form[action$="/apply"]`); f.Length() > 0 {
			p.FormTo(p.URL.Path + "/apply").Submit().Want(http.StatusSeeOther)
		}
	}
	file(x["number"] + ",2026-01-02,5.00,bank,\n")
	if now := h.invoices()["Customer 000"]; now["open"] != "7" {
		t.Errorf("open after the bank's row: %s", now["open"])
	}
	file(x["number"] + ",2026-01-02,5.00,bank,\n" + x["number"] + ",2026-01-02,5.00,another,\n")
	if now := h.invoices()["Customer 000"]; now["open"] != "2" {
		t.Errorf("open after one more: %s", now["open"])
	}
	file(x["number"] + ",2026-01-02,2.00,rest,yes\n")
	if now := h.invoices()["Customer 000"]; now["state"] != "paid" {
		t.Errorf("after the rest it is %s", now["state"])
	}
}

// January's and February's invoice of one contract are voided in one step, the later first; there is no undo of it.
func TestInvoicesThatRestOnOneAnotherAreVoidedTogether(t *testing.T) {
	t.Parallel()
	h := open(t, 1)
	h.billed()
	h.clerk.Post("/billing-runs", url.Values{"all": {"1"}, "step": {"bill"}, "due": {"2026-02-01"}, "late": {"1"}}).
		Want(http.StatusSeeOther)
	ids := url.Values{"deed": {"void-invoices"}}
	for _, r := range h.clerk.Get("/invoices.csv?sort=number").Records() {
		ids.Add("id", r["id"])
	}
	if len(ids["id"]) != 2 {
		t.Fatalf("%d invoices", len(ids["id"]))
	}
	p := h.clerk.Post("/bulk", ids).Want(http.StatusSeeOther).Next().Shows("Void 2 invoices?", "24.00 USD")
	done := p.FormTo(p.URL.Path+"/apply").Set("reason", "wrong price", "confirm", "void-invoices 2").Submit().
		Want(http.StatusSeeOther).Next().Shows("2 of 2 invoices voided")
	if n := done.Doc().Find(`form[action$="/undo"], button[formaction$="/undo"]`).Length(); n > 0 {
		t.Error("it offers an undo that there is not")
	}
	h.clerk.Post(p.URL.Path+"/undo", nil).Want(http.StatusConflict)
	for _, r := range h.clerk.Get("/invoices.csv").Records() {
		if r["state"] != "void" {
			t.Errorf("%s is %s", r["number"], r["state"])
		}
	}
}

// Credit notes of many are billed in one step, as drafts of invoices are; what is billed already is left alone.
func TestManyDraftsAreBilledTogetherCreditNotesToo(t *testing.T) {
	t.Parallel()
	h := open(t, 3)
	all := h.billed()
	ids := url.Values{"deed": {"credit-invoices"}, "id": {all["Customer 000"]["id"], all["Customer 001"]["id"]}}
	p := h.clerk.Post("/bulk", ids).Want(http.StatusSeeOther).Next()
	p.FormTo(p.URL.Path+"/apply").Set("again", "no").Submit().Want(http.StatusSeeOther)
	list := h.clerk.Get("/invoices?state=draft")
	if list.Doc().Find(`button[name="deed"][value="bill-invoices"]`).Length() == 0 {
		t.Fatal("the list has no way to bill what is ticked")
	}
	ids = url.Values{"deed": {"bill-invoices"}, "id": {all["Customer 002"]["id"]}}
	for _, r := range h.clerk.Get("/invoices.csv?state=draft").Records() {
		ids.Add("id", r["id"])
	}
	p = h.clerk.Post("/bulk", ids).Want(http.StatusSeeOther).Next().
		Shows("Bill 2 invoices?", "-36.00 USD", "it is billed already")
	p.FormTo(p.URL.Path + "/apply").Submit().Want(http.StatusSeeOther).Next().Shows("2 of 3 invoices billed")
	numbers := map[string]bool{}
	for _, r := range h.clerk.Get("/invoices.csv").Records() {
		if r["state"] != "billed" || r["number"] == "" {
			t.Errorf("%v", r)
		}
		numbers[r["number"]] = true
	}
	if len(numbers) != 5 {
		t.Errorf("numbers %v", numbers)
	}
}

// A row is one payment however it is written: a spreadsheet cuts zeros, and another export names the currency.
func TestAPaymentIsOneHoweverItsRowIsWritten(t *testing.T) {
	t.Parallel()
	h := open(t, 1)
	x := h.billed()["Customer 000"]
	file := func(text, open string) {
		t.Helper()
		p := h.clerk.Get("/invoices/payments").FormTo("/invoices/payments").File("file", text).Submit().
			Want(http.StatusSeeOther).Next()
		if f := p.Doc().Find(`form[action$="/apply"]`); f.Length() > 0 {
			p.FormTo(p.URL.Path + "/apply").Submit().Want(http.StatusSeeOther)
		}
		if got := h.invoices()["Customer 000"]["open"]; got != open {
			t.Errorf("after %q %s is open, want %s", text, got, open)
		}
	}
	file("number,date,amount\n"+x["number"]+",2026-01-02,5.00\n", "7")
	file("number,date,amount\n"+x["number"]+",2026-01-02,5\n", "7")
	file("number;date;amount;currency\n"+x["number"]+";02.01.2026;5,00;usd\n", "7")
	file("number,date,amount,currency\n"+x["number"]+",2026-01-02,5.0,USD\n"+x["number"]+",2026-01-02,2,\n"+
		x["number"]+",2026-01-02,2.00,USD\n", "5")
	file("number,date,amount,reference\n"+x["number"]+",2026-01-02,5,another\n", "0")
}

// What is credited is exactly what was chosen: a line of another invoice, and one that somebody credited meanwhile, are
// refused by name, and not left out in silence.
func TestACreditTakesTheLinesThatWereChosenOrNone(t *testing.T) {
	t.Parallel()
	h := open(t, 2)
	h.worlds[0].Add("S-more", 2, "2026-01-01")
	all := h.billed()
	mine, other := all["Customer 000"]["id"], all["Customer 001"]["id"]
	lines := map[string][]string{}
	for _, r := range h.clerk.Get("/invoice-lines.csv").Records() {
		lines[r["invoice_id"]] = append(lines[r["invoice_id"]], r["line_id"])
	}
	if len(lines[mine]) != 2 {
		t.Fatalf("%v", lines)
	}
	credit := func(want int, ids ...string) *webtest.Page {
		t.Helper()
		return h.clerk.Post("/invoices/"+mine+"/credit", url.Values{"again": {"yes"}, "line": ids}).Want(want)
	}
	credit(http.StatusUnprocessableEntity, lines[mine][0], lines[other][0]).Shows("does not stand on Invoice")
	credit(http.StatusUnprocessableEntity, lines[other][0]).Shows("does not stand on Invoice")
	credit(http.StatusSeeOther, lines[mine][0])
	credit(http.StatusConflict, lines[mine]...).Shows("One of the chosen lines", "credited already")
	credit(http.StatusSeeOther, lines[mine][1])
	credit(http.StatusConflict).Shows("are credited already")
	for _, r := range h.clerk.Get("/invoices.csv?state=draft").Records() {
		if r["credits_id"] != mine || r["total"] != "-12" && r["total"] != "-24" {
			t.Errorf("%v", r)
		}
	}
}

// Three months of one contract are credited in one step and taken back in one: the last first, since a credit stays
// while a later one has the same subscription.
func TestCreditsOfSeveralMonthsAreTakenBackInOneStep(t *testing.T) {
	t.Parallel()
	for _, again := range []string{"no", "yes"} {
		h := open(t, 1)
		h.billed()
		for _, due := range []string{"2026-02-01", "2026-03-01"} {
			h.Clock.Put(time.Date(2026, 2, 25, 9, 0, 0, 0, time.UTC))
			h.clerk = h.SignIn(auth.Billing)
			h.clerk.Post("/billing-runs", url.Values{"all": {"1"}, "step": {"bill"}, "due": {due}, "late": {"1"}}).
				Want(http.StatusSeeOther)
		}
		ids := url.Values{"deed": {"credit-invoices"}}
		for _, r := range h.clerk.Get("/invoices.csv?sort=number").Records() {
			ids.Add("id", r["id"])
		}
		p := h.clerk.Post("/bulk", ids).Want(http.StatusSeeOther).Next().Shows("Credit 3 invoices?", "-36.00 USD")
		p.FormTo(p.URL.Path+"/apply").Set("again", again).Submit().Want(http.StatusSeeOther)
		done := h.clerk.Get(p.URL.Path).Shows("3 of 3 invoices credited")
		done.FormTo(p.URL.Path + "/undo").Submit().Want(http.StatusSeeOther)
		h.clerk.Get(p.URL.Path).Shows("3 invoices are taken back")
		if n := len(h.clerk.Get("/invoices.csv?state=draft").Records()); n != 0 {
			t.Errorf("again %s: %d credit notes are left", again, n)
		}
	}
}

// Goodwill leaves lines that can be credited again, so that only its page tells a second credit from a double click.
func TestACreditThatIsSentTwiceIsOneCredit(t *testing.T) {
	t.Parallel()
	h := open(t, 1)
	path := "/invoices/" + h.billed()["Customer 000"]["id"] + "/credit"
	form := h.clerk.Get(path).FormTo(path).Set("again", "no", "amount", "5")
	form.Submit().Want(http.StatusSeeOther)
	form.Submit().Want(http.StatusConflict).Shows("Somebody changed this invoice while you were at it")
	if n := len(h.clerk.Get("/invoices.csv?state=draft").Records()); n != 1 {
		t.Errorf("%d credit notes", n)
	}
	h.clerk.Get(path).FormTo(path).Set("again", "no", "amount", "5").Submit().Want(http.StatusSeeOther)
}
