package differences_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/billdesk"
	"seatledger/internal/testkit/billlines"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/pgtest"
	"seatledger/internal/testkit/webtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is the whole site with a bill that has some differences.
type desk struct {
	*webtest.Site
	t     *testing.T
	world *billtest.World
	bea   *webtest.Client // bills
}

func open(t *testing.T) *desk {
	t.Helper()
	s := webtest.Start(t, webtest.Options{At: time.Date(2026, 11, 10, 9, 0, 0, 0, time.UTC)})
	d := &desk{Site: s, t: t, bea: s.SignIn(auth.Billing)}
	d.world = (&billtest.World{TB: t, DB: s.DB}).Beside("2026-11-10", billtest.Terms{})
	return d
}

var nov = []string{"2026-11-01", "2026-12-01"}

var months = [][]string{billlines.Aug, billlines.Sep, billlines.Oct}

// three writes three months of a subscription as the bill has them.
func three(sub, seats, amount string) (out []string) {
	for _, m := range months {
		out = append(out, billlines.In(sub, "cycleCharge", m, seats, "10", amount))
	}
	return out
}

// first takes in a bill of October: five seats where we bill three, and one that we do not bill at all.
func (d *desk) first() uuid.UUID {
	d.t.Helper()
	bill := slices.Concat(billlines.SoundBill, three("S1", "5", "50"), three("S2", "2", "20"))
	billdesk.Billed(d.world, bill, slices.Concat(billlines.SoundBilled, billlines.Ours,
		[]string{billlines.Sold("S0", nov[0], nov[1], "1", "20", "20"), billlines.Sold("S1", nov[0], nov[1], "3",
			"15", "45")}))
	return d.take("october.csv", bill)
}

func (d *desk) take(name string, lines []string) uuid.UUID {
	d.t.Helper()
	id := billdesk.Bill(d.world, name, lines)
	d.compare(id)
	return id
}

func (d *desk) compare(id uuid.UUID) {
	d.t.Helper()
	if err := d.App.Differences.Compare(d.t.Context(), id); err != nil {
		d.t.Fatal(err)
	}
}

// one finds the difference of a kind, as the file has it.
func (d *desk) one(kind string) map[string]string {
	d.t.Helper()
	rows := d.bea.Get("/differences.csv?kind=" + kind).Records()
	if len(rows) != 1 {
		d.t.Fatalf("%d differences of kind %s: %v", len(rows), kind, rows)
	}
	return rows[0]
}

func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func TestTheListAndItsFileSayWhatDiffers(t *testing.T) {
	t.Parallel()
	d := open(t)
	bill := d.first()
	d.bea.Get("/differences").Shows("Quantity", "Only on the bill", "60.00", "Partly", "To do")
	page := d.bea.Get("/differences.csv")
	rows := page.Records()
	if len(rows) != 2 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, column := range strings.Split("id,kind,bill,crm_account,subscription_id,part_number,month_amount,once_amount,"+
		"currency,since,state,why", ",") {
		if _, there := rows[0][column]; !there {
			t.Errorf("the file lacks %s", column)
		}
	}
	q := d.one("quantity")
	for column, want := range map[string]string{"bill": "october.csv", "crm_account": "Customer of S1",
		"part_number":  "P-S1",
		"month_amount": "20", "once_amount": "60", "currency": "USD", "since": "2026-08-01", "state": "todo"} {
		if q[column] != want {
			t.Errorf("%s is %q, want %q", column, q[column], want)
		}
	}
	for query, n := range map[string]int{"?bill=" + bill.String(): 2, "?state=dismissed": 0, "?q=customer+of+s2": 1,
		"?q=P-S1":                   1,
		"?bill=" + uuid.NewString(): 0} {
		if got := len(d.bea.Get("/differences.csv" + query).Records()); got != n {
			t.Errorf("%s: %d rows, want %d", query, got, n)
		}
	}
	d.bea.Look("/differences?kind=nonsense").Want(http.StatusUnprocessableEntity)
	d.bea.Get("/differences/"+q["id"]).Shows("The bill", "The ledger", "Our invoices", "A4", "Draft",
		"Please look at this charge")
	d.bea.Look("/differences/" + uuid.NewString()).Want(http.StatusNotFound)
}

func TestADecisionIsKeptWhenTheBillIsComparedAgainAndCanBeTakenBack(t *testing.T) {
	t.Parallel()
	d := open(t)
	bill := d.first()
	at := "/differences/" + d.one("quantity")["id"]
	d.bea.Post(at+"/dismiss", values("reason",
		" ")).Want(http.StatusUnprocessableEntity).Shows("Enter why it is right as it is")
	d.bea.Post(at+"/dismiss", values("reason", "gift", "until", "2026-11-10")).Want(http.StatusUnprocessableEntity).
		Shows("This day is over")
	d.bea.Post(at, values("owner", "Olaf", "note", "asked on Monday")).Want(http.StatusSeeOther)
	d.bea.Post(at+"/dismiss", values("reason", "a gift", "until", "2026-12-01")).Want(http.StatusSeeOther)
	d.bea.Post(at+"/dispute", nil).Want(http.StatusConflict).Shows("dismissed already")
	before := d.one("quantity")
	d.compare(bill)
	if after := d.one("quantity"); after["state"] != "dismissed" || after["owner"] != "Olaf" ||
		after["note"] != before["note"] ||
		after["until"] != "2026-12-01" {
		t.Errorf("compared again: %v", after)
	}
	d.Clock.Put(time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC))
	d.bea = d.SignIn(auth.Billing) // the session has ended meanwhile
	if err := d.App.Differences.TurnDay(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.bea.Get(at).Shows("To decide again", "dismissed up to 2026-12-01")
	d.bea.Post(at+"/dispute", values("reference", "T-7")).Want(http.StatusSeeOther)
	d.bea.Get(at).Shows("Disputed", "reference T-7")
	d.bea.Post(at+"/undo", nil).Want(http.StatusSeeOther)
	if r := d.one("quantity"); r["state"] != "todo" || r["reference"] != "" || r["owner"] != "Olaf" {
		t.Errorf("taken back: %v", r)
	}
	d.bea.Post(at+"/undo", nil).Want(http.StatusConflict)
	d.bea.Post(at+"/dismiss", values("reason", "x", "version",
		"1")).Want(http.StatusConflict).Shows("look at it again")
	trail := d.world.Text(`SELECT string_agg(action || ' ' || (before->>'state') || '-' || (after->>'state'), ', '
		ORDER BY id)
		FROM audit_events WHERE object_type = 'difference' AND before ? 'state'`)
	if want := "difference.assigned todo-todo, difference.dismissed todo-dismissed, difference.again dismissed-todo, " +
		"difference.disputed todo-disputed, difference.undone disputed-todo"; trail != want {
		t.Errorf("the trail says %q", trail)
	}
}

func TestWhoDecidesAndWhoOnlyReads(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.first()
	at := "/differences/" + d.one("quantity")["id"]
	olaf := d.SignIn(auth.Operator)
	olaf.Get("/differences").Shows("Quantity")
	if page := olaf.Get(at); page.Has("Dismiss") {
		t.Error("who may not decide is offered to")
	}
	for _, step := range []string{"", "/dismiss", "/dispute", "/undo", "/accept", "/bill"} {
		olaf.Post(at+step, values("reason", "x")).Want(http.StatusForbidden)
	}
}

// A credit of another bill answers the dispute and is no difference itself; the rule of one month holds for the next.
func TestTheBillsToComeAnswerWhatWasDecided(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.first()
	disputed := "/differences/" + d.one("quantity")["id"]
	d.bea.Post(disputed+"/dispute", nil).Want(http.StatusSeeOther)
	d.bea.Post("/differences/"+d.one("only_on_bill")["id"]+"/dismiss", values("reason", "our own tenant",
		"each_month", "on")).
		Want(http.StatusSeeOther)
	var lines []string
	for sub, amount := range map[string]string{"S0": "10", "S1": "30", "S2": "20"} {
		lines = append(lines, billlines.In(sub, "cycleCharge", nov, map[string]string{"S0": "1", "S1": "3",
			"S2": "2"}[sub], "10", amount))
	}
	lines = append(lines, billlines.Charge("S1", "credit", "", "2026-11-05", "", "-6", "10", "-60"))
	d.take("november.csv", lines)
	d.bea.Get(disputed).Shows("The credit came")
	rows := d.bea.Get("/differences.csv?state=dismissed").Records()
	if len(rows) != 2 || rows[0]["bills"]+rows[1]["bills"] != "12" && rows[0]["bills"]+rows[1]["bills"] != "21" {
		t.Errorf("dismissed on both bills, the second in a row: %v", rows)
	}
	if rows := d.bea.Get("/differences.csv?state=todo").Records(); len(rows) > 0 {
		t.Errorf("to do: %v", rows)
	}
	// No longer dismissed each month: the next is to do.
	d.bea.Post("/differences/"+rows[0]["id"]+"/undo", nil).Want(http.StatusSeeOther)
}

func TestManyAreDecidedAtOnceAndTakenBack(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.first()
	preview := d.bea.Post("/bulk", values("deed", "dismiss-differences", "all", "1", "filter",
		"")).Want(http.StatusSeeOther).Next()
	preview.Shows("Dismiss", "Customer of S1", "Customer of S2")
	preview.FormTo(preview.Path()+"/apply").Set("reason", "a gift").Submit().Want(http.StatusSeeOther)
	if rows := d.bea.Get("/differences.csv?state=dismissed").Records(); len(rows) != 2 ||
		rows[0]["reason"] != "a gift" {
		t.Errorf("dismissed: %v", rows)
	}
	d.bea.Post(preview.Path()+"/undo", nil).Want(http.StatusSeeOther)
	if rows := d.bea.Get("/differences.csv?state=todo").Records(); len(rows) != 2 {
		t.Errorf("taken back: %v", rows)
	}
}

// What a person says which subscription is meant holds for this bill and the next, until it is forgotten.
func TestAPersonsMatchIsRememberedAndForgotten(t *testing.T) {
	t.Parallel()
	d := open(t)
	bill := slices.Concat(billlines.SoundBill, three("X9", "3", "30"))
	billdesk.Billed(d.world, bill, slices.Concat(billlines.SoundBilled, billlines.Ours))
	id := d.take("october.csv", bill)
	at := "/differences/" + d.one("only_on_bill")["id"]
	d.bea.Post(at+"/match", values("subscription",
		"nothing")).Want(http.StatusUnprocessableEntity).Shows("There is no subscription")
	d.bea.Post(at+"/match", values("subscription", "S1")).Want(http.StatusSeeOther)
	d.compare(id)
	if rows := d.bea.Get("/differences.csv").Records(); len(rows) > 0 {
		t.Errorf("matched by a person: %v", rows)
	}
	other := d.take("again.csv", slices.Concat(billlines.SoundBill[2:], three("X9", "4", "40")[2:]))
	if r := d.one("quantity"); r["external_id"] != "S1" || r["once_amount"] != "10" {
		t.Errorf("the next bill: %v", r)
	}
	d.bea.Get(at).Shows("Forget the match")
	d.bea.Post(at+"/forget", nil).Want(http.StatusSeeOther)
	d.bea.Post(at+"/forget", nil).Want(http.StatusConflict)
	d.compare(other)
	if r := d.one("only_on_bill"); r["external_id"] != "X9" {
		t.Errorf("forgotten: %v", r)
	}
}

// The room that takes bills in tells of each within its transaction; a job compares it then.
func TestABillThatComesInWaitsForItsComparison(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := billdesk.Bill(d.world, "november.csv", three("S9", "1", "10"))
	d.world.Tx(func(tx *gorm.DB) error { return d.App.Bills.Received(tx, id) })
	if n := d.world.Text(`SELECT count(*) FROM river.river_job WHERE kind = 'compare_bill' AND args->>'bill_id' =
		?`, id.String()); n != "1" {
		t.Errorf("%s jobs", n)
	}
	d.compare(id)
	if left := d.world.Text(`SELECT count(*) FROM supplier_comparisons WHERE done < asked`); left != "0" {
		t.Errorf("%s bills wait", left)
	}
	d.bea.Get("/differences").Shows("Customer unmapped", "S9")
	d.world.Exec(`UPDATE supplier_bills SET aside_at = now(), aside_by = 'Bea', aside_why = 'taken back' WHERE id =
		?`, id)
	d.world.Tx(func(tx *gorm.DB) error { return d.App.Bills.SetAside(tx, id) })
	d.compare(id)
	if rows := d.bea.Get("/differences.csv").Records(); len(rows) > 0 {
		t.Errorf("set aside: %v", rows)
	}
}

func TestABillIsComparedAgainWhenItsDaysAreInvoiced(t *testing.T) {
	t.Parallel()
	d := open(t)
	bill := d.first()
	waiting := func() string {
		if err := d.App.Differences.Invoiced(t.Context()); err != nil {
			t.Fatal(err)
		}
		var n string
		if err := d.DB.Read(t.Context()).Raw("SELECT asked FROM supplier_comparisons WHERE bill_id = ?", bill).Row().
			Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := waiting()
	if again := waiting(); again != before {
		t.Errorf("nothing was invoiced, and it was asked for %s times instead of %s", again, before)
	}
	d.world.Exec("UPDATE invoices SET voided_at = now() + interval '1 hour', void_reason = 'wrong', state = 'void'")
	if after := waiting(); after == before {
		t.Error("its days were invoiced, and it is not compared again")
	}
}
