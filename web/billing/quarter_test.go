package billing_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/mailpit"
	"seatledger/internal/testkit/webtest"
)

// quarter is a house whose days go by one by one: at nine each morning the clockwork does what it does by itself.
type quarter struct {
	house
	day  time.Time
	of   map[string]*billtest.World // by customer
	subs map[string]uuid.UUID
}

// customer has one contract from February on, and one subscription of it, in the contract's currency.
func (q *quarter) customer(name, currency, tax, price string, seats int) {
	q.t.Helper()
	w := (&billtest.World{TB: q.t, DB: q.DB}).Beside(q.day.Format(time.DateOnly),
		billtest.Terms{BillFrom: "2026-02-01"})
	w.Exec(`UPDATE crm_accounts SET name = ? WHERE id = ?`, name, w.Customer)
	w.Exec(`UPDATE billing_contracts SET currency = ?, tax_code = ?, payment_terms = '14', recipients = ? WHERE id = ?`,
		currency, tax, strings.ToLower(name)+"@customer.example", w.Contract)
	id := w.AddUnpriced("S-"+name, seats, "2026-01-01")
	w.Price(id, price, "")
	w.Sign(id)
	q.of[name], q.subs[name] = w, id
}

// until lets the days go by up to one, that one's morning included, and signs the clerk in again on it.
func (q *quarter) until(day string) {
	q.t.Helper()
	for q.day.Format(time.DateOnly) < day {
		q.day = q.day.AddDate(0, 0, 1)
		q.Clock.Put(q.day)
		for _, w := range q.of {
			w.Clock.Set(q.day)
		}
		q.ok(q.App.TurnDay(q.t.Context()))
		q.ok(q.App.Runs.ByTheClock(q.t.Context()))
		var begun []uuid.UUID
		q.ok(q.DB.Read(q.t.Context()).Raw(`SELECT r.id FROM billing_runs r JOIN billing_days d ON d.run_id = r.id
			WHERE d.day >= ?`, q.day).Scan(&begun).Error)
		for _, id := range begun {
			q.ok(q.App.Runs.Go(q.t.Context(), id, 0))
		}
		q.ok(q.App.Letters.Remind(q.t.Context()))
		q.ok(q.App.Mail.Work(q.t.Context()))
	}
	q.clerk = q.SignIn(auth.Billing)
}

func (q *quarter) ok(err error) {
	q.t.Helper()
	if err != nil {
		q.t.Fatal(err)
	}
}

// prepared looks at the drafts that the schedule made, and bills and sends them on the next day.
func (q *quarter) prepared(first, through, drafts, look string) {
	q.t.Helper()
	at, _ := time.Parse(time.DateOnly, first)
	q.until(at.AddDate(0, 0, -1).Format(time.DateOnly))
	for _, r := range q.clerk.Get("/invoices.csv?state=draft").Records() {
		if r["number"] != "" || r["period_end"] != through {
			q.t.Errorf("the draft %v", r)
		}
	}
	run := q.clerk.Get("/billing-runs").Doc().Find(`main a[href^="/billing-runs/"]`).First().AttrOr("href", "")
	q.clerk.Get(run).Shows("Bill 5 drafts: "+drafts, look)
	q.until(first)
	p := q.press(q.clerk.Get(run), run+"/bill")
	q.press(p, run+"/send").Shows("Billed and given to mail")
	q.ok(q.App.Mail.Work(q.t.Context()))
	for _, r := range q.clerk.Get(run + ".csv").Records() {
		if r["state"] != "sent" || r["number"] == "" {
			q.t.Errorf("%v", r)
		}
	}
}

// documents are those billed to a customer, the first number first; credit notes too.
func (q *quarter) documents(name string) []map[string]string {
	q.t.Helper()
	var out []map[string]string
	for _, r := range q.clerk.Get("/invoices.csv?sort=number").Records() {
		if r["crm_account"] == name && r["number"] != "" {
			out = append(out, r)
		}
	}
	return out
}

// done posts what a person does on a page of theirs.
func (q *quarter) done(path string, pairs ...string) *webtest.Page {
	q.t.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return q.clerk.Post(path, v).Want(http.StatusSeeOther)
}

// sums adds a column of the documents, by currency.
func (q *quarter) sums(column string) string {
	q.t.Helper()
	by := map[string]decimal.Decimal{}
	for _, r := range q.clerk.Get("/invoices.csv").Records() {
		if r[column] != "" {
			by[r["currency"]] = by[r["currency"]].Add(decimal.RequireFromString(r[column]))
		}
	}
	return by["USD"].StringFixed(2) + " USD, " + by["EUR"].StringFixed(2) + " EUR"
}

// Three months of five customers, their figures reckoned by hand. Ash: 10 seats at 12.00 with 20 % tax, 12 seats from
// 15 February on, whose 14 of 28 days are 2 x 6.00. Birch: 5 at 10.00 in euros. Cedar: 3 at 12.00 with tax, disputed in
// February. Doria: 4 at 12.00, 8.00 of February given back as goodwill. Elm: 6 at 12.00 in February, credited to be
// billed again at 10.00.
//
//	         February          March             April
//	Ash      120 + 24 = 144    156 + 31.20       144 + 28.80
//	Birch    50 EUR            50 EUR            50 EUR
//	Cedar    36 + 7.20         36 + 7.20         36 + 7.20
//	Doria    48 - 8            48                48
//	Elm      72 - 72 + 60      60                60
func TestThreeMonthsAgreeWithFiguresReckonedByHand(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 1, 30, 9, 0, 0, 0, time.UTC)
	s := webtest.Start(t, webtest.Options{At: begin})
	q := &quarter{house: house{Site: s, t: t, clerk: s.SignIn(auth.Billing)}, day: begin,
		of: map[string]*billtest.World{}, subs: map[string]uuid.UUID{}}
	q.customer("Ash", "USD", "S20", "12", 10)
	q.customer("Birch", "EUR", "", "10", 5)
	q.customer("Cedar", "USD", "S20", "12", 3)
	q.customer("Doria", "USD", "", "12", 4)
	q.customer("Elm", "USD", "", "12", 6)
	far, admin := mailpit.Start(t, mailpit.Options{}), s.SignIn(auth.Admin)
	host, port, _ := strings.Cut(far.Addr(), ":")
	admin.Get("/settings/tax").FormTo("/settings/tax/rates").Set("code", "S20", "name", "VAT", "percent", "20",
		"first_day", "2020-01-01").Submit().Want(http.StatusSeeOther)
	admin.Get("/settings/mail").FormTo("/settings/mail").Set("host", host, "port", port, "security", "none",
		"from_address", "billing@reseller.example", "per_minute", "1000").Submit().Want(http.StatusSeeOther)
	admin.Get("/settings/mail").FormTo("/settings/mail/rules").Set("stages", "7, 14, 30").Tick("reminders", "on").
		Submit().Want(http.StatusSeeOther)
	q.clerk.Get("/billing/schedule").FormTo("/billing/schedule").Tick("on", "on").Submit().Want(http.StatusSeeOther)

	q.prepared("2026-02-01", "2026-03-01", "50.00 EUR, 276.00 USD",
		"5 of them are unusual or have lines to confirm, and stand first")
	q.until("2026-02-10")
	doria, elm := q.documents("Doria")[0], q.documents("Elm")[0]
	note := q.done("/invoices/"+doria["id"]+"/credit", "again", "no", "amount", "8").Location()
	q.done(note + "/bill")
	q.credit(elm["id"])
	sub := "/subscriptions/" + q.subs["Elm"].String()
	for _, r := range q.clerk.Get(sub + "/prices.csv").Records() {
		q.done(sub+"/prices/"+r["change_id"]+"/correct", "unit_price", "10", "effective_on", r["effective_on"], "note",
			"The offer said 10")
	}
	q.see("/billing").Shows("1 contract: 60.00 USD", "Elm")
	again := q.billAll()[q.of["Elm"].Contract.String()]
	q.done("/invoices/" + again + "/send")
	q.see("/billing").Shows("Nothing is due")
	q.of["Ash"].Seats(q.subs["Ash"], 12, "2026-02-15")
	q.until("2026-02-16")
	q.done("/invoices/"+q.documents("Cedar")[0]["id"]+"/dispute", "why", "One seat too many")
	// Days of Ash are to be confirmed, and the price of Elm's subscription was changed since it was signed.
	q.see("/billing?due=2026-03-01").Shows("To look at 2", "Bill also the 1 contract unusual or to confirm")
	q.until("2026-02-20")
	bank := q.clerk.Get("/invoices/payments").FormTo("/invoices/payments").File("file", "number,date,amount,currency\n"+
		q.documents("Ash")[0]["number"]+",2026-02-20,100.00,USD\n"+
		q.documents("Birch")[0]["number"]+",2026-02-20,50.00,EUR\n").Submit().Want(http.StatusSeeOther).Location()
	q.done(bank + "/apply")

	q.prepared("2026-03-01", "2026-04-01", "50.00 EUR, 300.00 USD", "2 of them are unusual")
	q.until("2026-03-20")
	var paid []string
	for _, name := range []string{"Ash", "Birch", "Cedar", "Doria"} {
		all := q.documents(name)
		paid = append(paid, "id", all[len(all)-1]["id"])
	}
	q.done("/invoices/paid", paid...)

	q.prepared("2026-04-01", "2026-05-01", "50.00 EUR, 288.00 USD",
		"1 of them is unusual or has lines to confirm, and stands first")
	q.until("2026-04-20")

	// Net: Ash 420, Cedar 108, Doria 136, Elm 180. Tax: 84.00 of Ash, 21.60 of Cedar. Open: 44.00 and 172.80 of Ash,
	// 43.20 twice of Cedar, 88 of Doria, 180 of Elm, April of Birch.
	for column, want := range map[string]string{"total": "844.00 USD, 150.00 EUR", "tax": "105.60 USD, 0.00 EUR",
		"total_with_tax": "949.60 USD, 150.00 EUR", "open": "571.20 USD, 50.00 EUR"} {
		if got := q.sums(column); got != want {
			t.Errorf("%s: %s, want %s", column, got, want)
		}
	}
	for name, want := range map[string]string{"Ash": "216.80", "Birch": "50.00", "Cedar": "86.40", "Doria": "88.00",
		"Elm": "180.00"} {
		q.clerk.Get("/crm-accounts/" + q.of[name].Customer.String() + "/statement").Shows(want)
	}
	q.numbered(18) // five a month, two credit notes, and Elm's February again
	q.reminded("Ash 2026-02-22", "Ash 2026-03-01", "Ash 2026-03-17",
		"Elm 2026-03-03", "Elm 2026-03-10", "Elm 2026-03-26", // of what was billed again on 10 February
		"Elm 2026-03-22", "Elm 2026-03-29", "Elm 2026-04-14")
	if n := len(far.Messages()); n != 16+9 {
		t.Errorf("%d mails arrived", n)
	}
}

// numbered says that so many documents have the numbers from 1 on, without a gap.
func (q *quarter) numbered(n int) {
	q.t.Helper()
	var got []string
	for _, r := range q.clerk.Get("/invoices.csv").Records() {
		got = append(got, r["number"])
	}
	slices.Sort(got)
	if got = slices.Compact(got); len(got) != n || !slices.Contains(got, "1") ||
		!slices.Contains(got, decimal.NewFromInt(int64(n)).String()) {
		q.t.Errorf("%d documents have the numbers %v", n, got)
	}
}

// reminded says who was reminded on which days, of which nobody asks for more than is open.
func (q *quarter) reminded(want ...string) {
	q.t.Helper()
	var got []string
	for _, m := range q.clerk.Get("/mails.csv?kind=reminder").Records() {
		got = append(got, m["crm_account"]+" "+m["queued_at"][:len(time.DateOnly)])
		if m["state"] != "sent" {
			q.t.Errorf("%v", m)
		}
		if m["crm_account"] == "Ash" {
			q.clerk.Get("/mails/" + m["id"]).Shows("44.00")
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		q.t.Errorf("reminded:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
