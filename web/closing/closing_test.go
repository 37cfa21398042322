package closing_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/billdesk"
	"seatledger/internal/testkit/billlines"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/pgtest"
	"seatledger/internal/testkit/webtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// desk is the site with a bill of August on which five seats of S1 are charged, of which we bill three at 15.00.
type desk struct {
	*webtest.Site
	world *billtest.World
	bea   *webtest.Client
	page  string // of the month
}

func open(t *testing.T) *desk {
	t.Helper()
	s := webtest.Start(t, webtest.Options{At: time.Date(2026, 9, 10, 9, 0, 0, 0, time.UTC)})
	d := &desk{Site: s, bea: s.SignIn(auth.Billing)}
	d.world = (&billtest.World{TB: t, DB: s.DB}).Beside("2026-09-10", billtest.Terms{})
	bill := slices.Concat([]string{billlines.In("S1", "cycleCharge", billlines.Aug, "5", "10", "50")})
	billdesk.Billed(d.world, bill, []string{billlines.Sold("S1", billlines.Aug[0], billlines.Aug[1], "3", "15", "45")})
	d.take(t, "august.csv", bill)
	d.page = "/supplier-months/" + d.world.Provider.ID.String() + "/2026-08"
	return d
}

func (d *desk) take(t *testing.T, name string, lines []string) {
	t.Helper()
	if err := d.App.Differences.Compare(t.Context(), billdesk.Bill(d.world, name, lines)); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) watch(t *testing.T) {
	t.Helper()
	if err := d.App.Months.Watch(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAMonthSaysWhatWasChargedBilledAndLeft(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.bea.Get("/supplier-months").Shows("2026-08", "50.00 USD", "open").Follow("2026-08")
	d.bea.Get(d.page).Shows("Charged", "50.00", "1 of 1", "Quantity", "20.00", "Customer of S1", "-5.00", "Microsoft")
	rows := d.bea.Get(d.page + "/report.csv").Records()
	if len(rows) != 1 {
		t.Fatalf("%v", rows)
	}
	for column, want := range map[string]string{"crm_account": "Customer of S1", "product": "Product",
		"vendor":   "Microsoft",
		"currency": "USD", "charged": "50", "billed": "45", "left": "-5"} {
		if rows[0][column] != want {
			t.Errorf("%s is %q, want %q", column, rows[0][column], want)
		}
	}
	d.bea.Get(d.page + "/report.xlsx")
	d.bea.Get(d.page).Follow("Print").Shows("As it stood on", "Customer of S1", "Quantity", "to do", "Name and date",
		"Signature")
	d.bea.Get("/supplier-months/"+d.world.Provider.ID.String()+"/2026-07").Shows("no bill yet", "Nothing was charged")
	for _, wrong := range []string{"/2026-13", "/2026-8", "/2026-08-01", "/x"} {
		d.bea.Look("/supplier-months/" + d.world.Provider.ID.String() + wrong).Want(http.StatusNotFound)
	}
	d.bea.Look("/supplier-months/none/2026-08").Want(http.StatusOK)
	d.bea.Look("/supplier-months/11111111-1111-4111-8111-111111111111/2026-08").Want(http.StatusNotFound)
}

func TestASignatureHoldsUntilSomethingInTheMonthChanges(t *testing.T) {
	t.Parallel()
	d := open(t)
	sign := d.page + "/sign"
	viewer := d.SignIn(auth.Operator)
	digest := d.bea.Get(d.page).FormTo(sign).Values.Get("digest")
	viewer.Post(sign, values("digest", digest)).Want(http.StatusForbidden)
	d.bea.Post("/supplier-months/"+d.world.Provider.ID.String()+"/2026-07/sign", nil).Want(http.StatusConflict).
		Shows("no bill yet")
	d.bea.Post(sign, values("digest", "x")).Want(http.StatusConflict).Shows("has changed since the page was shown")
	d.bea.Post(sign, values("digest", digest, "note", "two seats are asked about")).Want(http.StatusSeeOther)
	d.bea.Post(sign, values("digest", digest)).Want(http.StatusConflict).Shows("signed already")
	d.watch(t)
	d.bea.Get(d.page).Shows("Signed by", "two seats are asked about")
	d.bea.Get(d.page+"/print").Shows("Signed by", "two seats are asked about")

	difference := d.bea.Get("/differences.csv").Records()[0]["id"]
	d.bea.Post("/differences/"+difference+"/dismiss", values("reason", "a gift")).Want(http.StatusSeeOther)
	d.watch(t)
	d.bea.Get(d.page+"/print").Shows("signature lapsed", "Dismissed by", "a gift", "Name and date")
	d.bea.Get(d.page).Shows("lapsed", "0 differences to do and 1 decided, it was 1 difference to do and 0 decided")
	d.bea.Get("/supplier-months").Shows("signature lapsed")

	d.bea.Post(sign, values("digest", d.bea.Get(d.page).FormTo(sign).Values.Get("digest"))).Want(http.StatusSeeOther)
	d.bea.Post(d.page+"/reopen", values("why", "")).Want(http.StatusUnprocessableEntity).Shows("Say why")
	d.bea.Post(d.page+"/reopen", values("why", "one line was wrong")).Want(http.StatusSeeOther)
	d.bea.Get(d.page).Shows("Opened again", "one line was wrong")
	d.bea.Post(d.page+"/reopen", values("why", "again")).Want(http.StatusConflict)

	d.bea.Post(sign, values("digest", d.bea.Get(d.page).FormTo(sign).Values.Get("digest"))).Want(http.StatusSeeOther)
	d.take(t, "more.csv", []string{billlines.In("S2", "cycleCharge", billlines.Aug, "1", "10", "10")})
	d.watch(t)
	d.bea.Get(d.page).Shows("A bill came in, was replaced or was taken back")
	trail := d.SignIn(auth.Admin).Get("/audit.csv?q=supplier_month").Records()
	if len(trail) < 6 {
		t.Errorf("the trail has %d of 6 entries", len(trail))
	}
}

// The figures are those of Microsoft's own page (recon.md 3), without its rounding for each seat.
func TestTheExpectedBillGoesByCyclesAndChangesWithinThem(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{At: time.Date(2026, 6, 25, 9, 0, 0, 0, time.UTC)})
	admin := s.SignIn(auth.Admin)
	made := admin.Post("/providers", values("connector", "manual", "name", "By hand", "currency",
		"USD")).Want(http.StatusSeeOther)
	provider := strings.TrimPrefix(made.Location(), "/providers/")
	admin.Post("/providers/"+provider+"/accounts", values("external_id", "A1", "name", "Acme", "domain",
		"acme.example"))
	entry := func(id, frequency, start, cost, period string) {
		admin.Post("/providers/"+provider+"/subscriptions", values("account_external_id", "A1", "external_id", id,
			"part_number", "P-"+id, "product", "Product "+id, "quantity", "10", "unit_cost", cost, "cost_period",
			period,
			"currency", "USD", "term", "annual", "billing_frequency", frequency, "start_date", start)).
			Want(http.StatusSeeOther)
	}
	entry("monthly", "monthly", "2026-06-18", "10.08", "month")
	month := func(m string) string { return "/supplier-months/" + provider + "/" + m }
	admin.Get(month("2026-06")).Shows("100.80 USD")
	rows := admin.Get("/subscriptions.csv").Records()
	admin.Post("/subscriptions/"+rows[0]["id"]+"/quantity", values("quantity", "12", "effective_at", "2026-06-20",
		"refund", "no",
		"note", "two more")).Want(http.StatusSeeOther)
	admin.Get(month("2026-06")).Shows("119.62 USD") // 100.80 and 2 x 10.08 x 28/30
	admin.Get(month("2026-07")).Shows("120.96 USD", "of it by today 0.00 USD")
	entry("yearly", "annual", "2026-06-18", "120.96", "year")
	admin.Get(month("2026-06")).Shows("1,329.22 USD")
	admin.Get(month("2026-07")).Shows("120.96 USD")
	entry("unknown", "monthly", "2026-06-01", "", "month")
	admin.Get(month("2026-06")).Shows("1 subscription without a known cost left out")
}
