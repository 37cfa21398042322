package supplierbills_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
)

func TestTheSameFileTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.apply(d.upload(neutral))
	shuffled := strings.SplitAfter(neutral, "\n")
	shuffled[1], shuffled[4] = shuffled[4], shuffled[1]
	for _, again := range []string{neutral, strings.Join(shuffled, ""), zipped(t, neutral),
		strings.ReplaceAll(neutral, ",50.40,", ",50.400,")} {
		p := d.upload(again)
		p.Shows("This bill is here already: file.csv", "which Robin Billing brought in on 2026-07-08", "Unchanged 4")
		p.FormTo(p.Path() + "/apply").Submit().Next()
	}
	if n := len(d.c.Get("/supplier-bills.csv").Records()); n != 1 {
		t.Errorf("%d bills", n)
	}
}

func TestACorrectedFileReplacesAndTheDifferenceIsShown(t *testing.T) {
	t.Parallel()
	d := open(t)
	first := d.apply(d.upload(neutral))
	mended := strings.Replace(neutral, "10,5.04,50.40,9.58", "11,5.04,55.44,10.53", 1) // another quantity
	mended = mended[:strings.Index(mended, "4,C2")] +
		"4,C3,Adatum,,S9,,O9,P9,Backup,,monthly,new,2026-06-01,2026-07-01,1,9,9.00,,EUR,,\n" // one gone, one new
	p := d.upload(mended)
	p.Shows("It replaces file.csv, for 3 of its 4 lines are about the same subscriptions, charges and days",
		"1 line of file.csv is not in this file: 100.00 USD", "The bill changes by +14.04 EUR, -100.00 USD",
		"New 1", "Changed 1", "Unchanged 2", "50.4 EUR", "55.44 EUR")
	second := d.apply(p)
	second.Shows("Replaces")
	d.c.Get(first.Path()).Shows("Replaced by file.csv", "does not count")
	if diff := cmp.Diff([]string{"standing 4 69.48 EUR", "aside 4 55.44 EUR, 100 USD"}, column(d.c.Get("/supplier-bills.csv").
		Records(), "state", "lines", "amounts")); diff != "" {
		t.Error(diff)
	}
	// Taken back, the first one stands again.
	ask := second.Follow("file.csv").Follow("Undo import")
	ask.FormTo(ask.Path()).Submit().Next().Shows("taken back")
	d.c.Get(first.Path()).Shows("standing")
	if d.c.Get(first.Path()).Has("does not count") {
		t.Error("the first bill does not stand again")
	}
}

func TestAFurtherBillOfTheMonthStandsBesideTheFirst(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.apply(d.upload(neutral))
	other := strings.NewReplacer("S1", "T1", "V1", "W1", "S2", "T2", "O1", "P1", "O2", "P2", "O3", "P3").Replace(neutral)
	p := d.upload(other)
	if p.Has("It replaces") {
		t.Errorf("a bill about other subscriptions replaces: %s", p.Text())
	}
	d.apply(p)
	// The person decides in the end.
	alike := strings.ReplaceAll(neutral, ",50.40,", ",50.41,")
	p = d.upload(alike)
	p.Shows("It replaces file.csv")
	p = d.say(p, "answer.replaces", "no")
	if p.Has("It replaces") {
		t.Error("it replaces though a person said no")
	}
	d.apply(p)
	if n := len(d.c.Get("/supplier-bills.csv?state=standing").Records()); n != 3 {
		t.Errorf("%d bills stand", n)
	}
}

// An approved bill never changes: a wrong one is credited as a whole and billed anew (recon.md 6, 19).
func TestCreditsThatNetToZeroStandAsTheyCame(t *testing.T) {
	t.Parallel()
	d := open(t)
	line := "%d,Contoso,S1,Basic,%s,2026-06-01,2026-07-01,%s,%s,EUR\n"
	bill := d.apply(d.upload("line,customer,subscription_external_id,product,charge,from,to,quantity,amount,currency\n" +
		fmt.Sprintf(line, 1, "cycleCharge", "10", "50.40") + fmt.Sprintf(line, 2, "credit", "-10", "-50.40") +
		fmt.Sprintf(line, 3, "cycleCharge", "0", "0")))
	bill.Shows("Without tax", "0.00", "-50.40 EUR")
	if n := len(d.lines(bill)); n != 3 {
		t.Errorf("%d lines", n)
	}
}

func TestATotalThatIsOffIsSaidAndNeverForced(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.upload(neutral, "total", "65.99")
	p.Shows("The document's total, 65.99 EUR, is 0.01 EUR more than its lines with tax (65.98)")
	bill := d.apply(p)
	bill.Shows("The total is not what the lines come to", "65.98")
	if got := d.c.Get("/supplier-bills.csv").Records()[0]["document_total"]; got != "65.99" {
		t.Error(got)
	}
	p = d.upload(strings.ReplaceAll(neutral, "S1", "S7"), "total", "100")
	p = d.say(p, "answer.replaces", "no", "answer.total_currency", "USD")
	p.Shows("100.00 USD, is exactly")
	d.say(p, "answer.total_currency", "SEK").Shows("no line is in SEK")
	d.c.Get("/supplier-bills/new").FormTo("/supplier-bills").Set("total", "much").File("file", neutral).Submit().Want(422).
		Shows("Write the total as 1234.50.")
}

func TestWhatCannotBeReadIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	d := open(t)
	head := strings.SplitAfter(neutral, "\n")[0]
	packed := zipped(t, neutral, neutral)
	for name, c := range map[string]struct{ content, why string }{
		"nothing":          {" \n \n", "The file is empty"},
		"a binary":         {"\x7fELF\x00\x00\x01\x02,\x00", "This is no text file"},
		"a PDF":            {"%PDF-1.7\n1 0 obj", "This is a PDF. Its lines can be entered by hand"},
		"a page":           {"<!doctype html><title>Bill</title>", "web page"},
		"a broken gzip":    {packed[:len(packed)-20], "breaks off or is damaged"},
		"behind a gzip":    {packed + "more", "breaks off or is damaged"},
		"an open quote":    {head + "1,\"" + strings.Repeat("x,y\n", 400_000), "never closed"},
		"broken JSON":      {`{"InvoiceNumber": "G1",`, "JSON"},
		"JSON of no rows":  {`[1, 2]`, "no list of rows"},
		"a column twice":   {"amount,amount\n1,2\n", "stands twice"},
		"a nul far behind": {head + strings.Repeat("1,C1,x,,,,,,,,,,,,,,1,,EUR,,\n", 5000) + "\x00", "no text file"},
	} {
		if text := d.refused(c.content); !strings.Contains(text, c.why) {
			t.Errorf("%s: %q is not in %.600s", name, c.why, text)
		}
	}
	if n := len(d.c.Get("/supplier-bills.csv").Records()); n != 0 {
		t.Errorf("%d bills", n)
	}
}

func TestAFileWithNothingBelowItsHeaderBringsNoBill(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.upload(strings.SplitAfter(neutral, "\n")[0])
	p.Shows("The file has no lines")
	p.FormTo(p.Path() + "/apply").Submit()
	if n := len(d.c.Get("/supplier-bills.csv").Records()); n != 0 {
		t.Errorf("%d bills", n)
	}
}

func TestLinesAreRefusedWithTheirReasonAndTheRestIsTaken(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.upload("customer,subscription_external_id,product,from,to,quantity,amount,currency,exchange_rate\n" +
		"A,S1,P,2026-06-01,2026-07-01,1,5,EUR,\n" +
		"B,S2,P,2026-06-31,2026-07-01,1,5,EUR,\n" +
		"C,S3,P,2026-07-01,2026-06-01,1,5,EUR,\n" +
		"D,S4,P,2026-06-01,2026-07-01,1,,EUR,\n" +
		"E,S5,P,2026-06-01,2026-07-01,1,5,Euro,\n" +
		"F,S6,P,2026-06-01,2026-07-01,1,1E15,EUR,\n" +
		"G,S7,P,,2026-07-01,1,5,EUR,\n" +
		"H,S8,P,2026-06-01,2026-07-01,1,5,EUR,-1\n" +
		"I,S9,P,2026-06-01,2026-07-01,1,5\n" +
		",,,,,,40,EUR,\n" +
		"J,S10,P,2026-06-01,2026-07-01,1,0E-20,EUR,\n")
	p.Shows("9 lines will be left out", "“2026-06-31” is no date", "Its days end before they begin", "A number is needed",
		"“Euro” is no currency of three letters", "more than any bill comes to", "does not say when it begins",
		"A rate is above zero", "This line has 7 values, but the first line names 9 columns",
		"If it is the total of the bill, type that above", "2 lines in EUR come to 5.00")
	if diff := cmp.Diff([]string{"2 S1 5", "12 S10 0"}, column(d.lines(d.apply(p)), "line", "subscription_external_id",
		"amount")); diff != "" {
		t.Error(diff)
	}
}

func TestABillIsEnteredByHand(t *testing.T) {
	t.Parallel()
	d := open(t)
	form := func() *webtest.Form { return d.c.Get("/supplier-bills/hand").FormTo("/supplier-bills/hand") }
	form().Set("number", "PDF-7", "currency", "eur", "total", "12.60", "line.0.customer", "Contoso", "line.0.product",
		"Backup", "line.0.from", "2026-06-01", "line.0.until", "2026-06-30", "line.0.quantity", "3", "line.0.amount", "12.60",
		"line.1.amount", "1", "line.2.amount", "x", "line.2.customer", "y").Submit().Want(422).
		Shows("Say what the line is about", "Write the number as 1234.50")
	bill := form().Set("number", "PDF-7", "currency", "eur", "total", "12.60", "line.0.customer", "Contoso", "line.0.product",
		"Backup", "line.0.from", "2026-06-01", "line.0.until", "2026-06-30", "line.0.quantity", "3", "line.0.amount",
		"12.60").Submit().Next()
	bill.Shows("PDF-7", "Entered by hand", "The total is right", "2026-06-01 to 2026-06-30")
	if diff := cmp.Diff([]string{"1 Contoso 2026-06-01 2026-07-01 3 12.6 EUR"}, column(d.lines(bill), "line", "customer",
		"from", "to", "quantity", "amount", "currency")); diff != "" {
		t.Error(diff)
	}
	form().Set("number", "PDF-7", "currency", "EUR", "line.0.customer", "Contoso", "line.0.amount", "1").Submit().Want(422).
		Shows("The bill PDF-7 of 2026-06 is here already")
	ask := bill.Follow("Take back")
	ask.FormTo(ask.Path()).Submit().Want(422).Shows("Say why")
	ask.FormTo(ask.Path()).Set("why", "a typing error").Submit().Next().Shows("A typing error, by Robin Billing")
	form().Set("number", "PDF-7", "currency", "EUR", "line.0.customer", "Contoso", "line.0.amount", "1").Submit().Next().
		Shows("standing")
}

func TestWhoDoesNotBillReadsOnly(t *testing.T) {
	t.Parallel()
	d := open(t)
	bill := d.apply(d.upload(neutral))
	o := d.site.SignIn(auth.Operator)
	o.Get("/supplier-bills").Shows("file.csv")
	page := o.Get(bill.Path())
	page.Shows("Contoso, Ltd")
	if page.Has("Take back") || o.Get("/supplier-bills").Has("Bring in a bill") {
		t.Error("an operator is offered what is refused")
	}
	o.Look("/supplier-bills/new").Want(403)
	o.Post("/supplier-bills/hand", url.Values{"number": {"x"}}).Want(403)
	o.Post(bill.Path()+"/take-back", url.Values{"why": {"x"}}).Want(403)
}
