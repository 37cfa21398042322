package manual

import (
	"net/http"
	"strings"
	"testing"

	"seatledger/internal/auth"
)

func TestAFileOfAccountsIsRecognisedPreviewedAndApplied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("By hand", "manual")
	w.account(p, "2", "Birch")
	w.account(p, "3", "Cedar")
	olga := w.person("Olga Example", auth.Operator)
	file := "external_id,name,domain,tenant_id\n1,Aspen,aspen.example,\n2,Birch Ltd,,\n3,Cedar,,\n4,,,\n5,Elm,a " +
		"b,\n6,Fir,,\n6,Fir again,,\n"
	preview := olga.upload(providerPath(p)+"/import", file)
	if preview.StatusCode != http.StatusOK || !strings.Contains(preview.text(), "The file holds accounts.") {
		t.Fatalf("preview: %d %s", preview.StatusCode, preview.text())
	}
	if got := preview.outcomes(); got != "new changed unchanged refused refused refused refused" {
		t.Errorf("outcomes %s\n%s", got, preview.text())
	}
	if n := w.value(`SELECT count(*) || '' FROM provider_accounts`); n != "2" {
		t.Errorf("the preview made accounts: %s", n)
	}
	done := olga.press(preview, "Apply 1 new and 1 changed")
	if done.StatusCode != http.StatusSeeOther {
		t.Fatalf("apply: %d %s", done.StatusCode, done.text())
	}
	if got := strings.Join(w.values(`SELECT external_id || ' ' || name FROM provider_accounts ORDER BY 1`),
		","); got != "1 Aspen,2 Birch Ltd,3 Cedar" {
		t.Errorf("accounts %s", got)
	}
	if again := olga.press(preview, "Apply 1 new and 1 changed"); again.StatusCode != http.StatusSeeOther {
		t.Errorf("applied twice: %d", again.StatusCode)
	}
}

func TestAFileOfSubscriptionsWritesALedgerRowForEachChangedNumberOfSeats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("By hand", "manual")
	w.account(p, "10001", "Aspen")
	w.account(p, "10002", "Birch")
	olga := w.person("Olga Example", auth.Operator)
	const head = "account_external_id,external_id,part_number,product,quantity,unit_cost,cost_period,currency,term,billing_frequency,start_date,end_date"
	first := head + "\n10001,S-1,CFQ7,Business " +
		"Standard,12,10.40,month,USD,annual,monthly,2026-05-01,\n10002,S-2,CFQ7,Business " +
		"Standard,5,10.4,month,USD,annual,monthly,2026-06-01,\n99999,S-3,CFQ7,X,1,,,,,,,\n10001,S-4,CFQ7,X,many,,,,,,,\n"
	preview := olga.upload(providerPath(p)+"/import", first)
	if got := preview.outcomes(); got != "new new refused refused" {
		t.Fatalf("outcomes %s\n%s", got, preview.text())
	}
	if done := olga.press(preview, "Apply 2 new and 0 changed"); done.StatusCode != http.StatusSeeOther {
		t.Fatalf("apply: %d %s", done.StatusCode, done.text())
	}
	if got := olga.upload(providerPath(p)+"/import",
		strings.Split(first, "\n99999")[0]).outcomes(); got != "unchanged unchanged" {
		t.Errorf("the same file again: %s", got)
	}
	second := "external_id,quantity,effective_at,unit_cost\nS-1,15,2026-10-20,10.40\nS-2,3,,11\n"
	preview = olga.upload(providerPath(p)+"/import", second)
	if got := preview.outcomes(); got != "changed changed" {
		t.Fatalf("outcomes %s\n%s", got, preview.text())
	}
	if done := olga.press(preview, "Apply 0 new and 2 changed"); done.StatusCode != http.StatusSeeOther {
		t.Fatalf("apply: %d %s", done.StatusCode, done.text())
	}
	rows := w.values(`SELECT concat_ws(' ', s.external_id, c.event, c.effective_at, c.delta, c.quantity_after,
		c.estimated, c.source, c.actor) FROM license_changes c
		JOIN subscriptions s ON s.id = c.subscription_id ORDER BY s.external_id, c.seq`)
	want := []string{
		"S-1 create 2026-05-01 12 12 f import Olga Example", "S-1 update 2026-10-20 3 15 f import Olga Example",
		"S-2 create 2026-06-01 5 5 f import Olga Example", "S-2 cost 2026-11-03 0 5 t import Olga Example",
		"S-2 update 2026-11-03 -2 3 f import Olga Example",
	}
	if got := strings.Join(rows, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("rows\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if raw := w.value(`SELECT raw->>'quantity' FROM subscriptions WHERE external_id = 'S-1'`); raw != "15" {
		t.Errorf("the record says %s", raw)
	}
}

func TestALineThatNamesAnotherAccountMovesTheSubscription(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("By hand", "manual")
	w.account(p, "10001", "Aspen")
	w.account(p, "10002", "Birch")
	olga := w.person("Olga Example", auth.Operator)
	olga.post(providerPath(p)+"/subscriptions", subscriptionFields("S-1", "12")...)
	preview := olga.upload(providerPath(p)+"/import", "account_external_id,external_id,quantity\n10002,S-1,14\n")
	olga.press(preview, "Apply 0 new and 1 changed")
	if got := w.value(`SELECT a.external_id || ' ' || s.quantity || ' ' || s.ledger_quantity FROM subscriptions s
		JOIN provider_accounts a ON a.id = s.account_id`); got != "10002 14 14" {
		t.Errorf("now %s\n%s", got, preview.text())
	}
}

func TestWhatApplyWouldRefuseIsRefusedInThePreviewAndTheRestIsApplied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("By hand", "manual")
	w.account(p, "10001", "Aspen")
	olga := w.person("Olga Example", auth.Operator)
	olga.post(providerPath(p)+"/subscriptions", subscriptionFields("S-1", "12")...)
	rows := w.value(`SELECT count(*) || '' FROM license_changes`)
	preview := olga.upload(providerPath(p)+"/import",
		"account_external_id,external_id,quantity,effective_at\n10001,S-1,2,2020-01-01\n10001,S-9,4,\n10001,S-8,2147483647,\n")
	if got := preview.outcomes(); got != "refused new new" {
		t.Fatalf("outcomes %s\n%s", got, preview.text())
	}
	if got := w.value(`SELECT count(*) || '' FROM license_changes`); got != rows ||
		w.value(`SELECT count(*) || '' FROM subscriptions`) != "1" {
		t.Error("the preview left something behind")
	}
	done := olga.press(preview, "Apply 2 new and 0 changed")
	if done.StatusCode != http.StatusSeeOther {
		t.Errorf("%d %s", done.StatusCode, done.text())
	}
	if got := strings.Join(w.values(`SELECT external_id || ' ' || quantity FROM subscriptions ORDER BY 1`),
		","); got != "S-1 12,S-8 2147483647,S-9 4" {
		t.Errorf("stored: %s", got)
	}
}

func TestAFileInOtherPeoplesWordsIsUnderstoodAndItsCommasAreSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("By hand", "manual")
	w.account(p, "10001", "Aspen")
	olga := w.person("Olga Example", auth.Operator)
	file := "Kundennummer;Abonnementnummer;Artikelnummer;Produkt;Anzahl;Einkaufspreis;Preis je;Laufzeit;Startdatum\n" +
		"10001;S\u20111;CFQ7;Standard;1.200;12,50;month;annual;31.05.2026\n10001;\u200bS-2;CFQ7;Standard;5;1.234;year;annual;2026-05-31T00:00:00Z\n"
	preview := olga.upload(providerPath(p)+"/import", file)
	for _, want := range []string{"The file holds subscriptions.", "Amounts are read with a decimal comma",
		"12,50 in line 2", "nobody sees", "Recognised by its name"} {
		if !strings.Contains(preview.text(), want) {
			t.Errorf("the preview lacks %q: %s", want, preview.text())
		}
	}
	if done := olga.press(preview, "Apply 2 new and 0 changed"); done.StatusCode != http.StatusSeeOther {
		t.Fatalf("apply: %d %s", done.StatusCode, done.text())
	}
	got := strings.Join(w.values(`SELECT concat_ws(' ', external_id, quantity, trim_scale(unit_cost), cost_period, term,
		start_date) FROM subscriptions ORDER BY 1`), "\n")
	if want := "S-1 1200 12.5 month annual 2026-05-31\nS-2 5 1234 year annual 2026-05-31"; got != want {
		t.Errorf("stored\n%s\nwant\n%s", got, want)
	}
}

func TestTheSortOfAFileMayBeChosenAndIsRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("By hand", "manual")
	olga := w.person("Olga Example", auth.Operator)
	preview := olga.upload(providerPath(p)+"/import", "external_id,x,y\n1,Aspen,aspen.example\n")
	path := providerPath(p) + "/import/" + preview.Request.URL.Path[strings.LastIndex(preview.Request.URL.Path, "/")+1:]
	done := olga.post(path+"/columns", "form", "subscriptions", "form_shown", "accounts")
	if done.StatusCode != http.StatusSeeOther ||
		!strings.Contains(olga.get(path).text(), "The file holds subscriptions.") {
		t.Fatalf("%d %s", done.StatusCode, olga.get(path).text())
	}
	if done := olga.post(path+"/columns", "form", "accounts", "form_shown",
		"subscriptions"); done.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", done.StatusCode, done.text())
	}
	if done := olga.post(path+"/columns", "column.0", "external_id", "column.1", "name", "column.2",
		"domain"); done.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", done.StatusCode, done.text())
	}
	again := olga.upload(providerPath(p)+"/import", "y,x,external_id\nbirch.example,Birch,2\n")
	if !strings.Contains(again.text(), "Remembered from Olga Example") {
		t.Error(again.text())
	}
	olga.press(again, "Apply 1 new and 0 changed")
	if got := w.value(`SELECT name || ' ' || domain FROM provider_accounts`); got != "Birch birch.example" {
		t.Error(got)
	}
	if bad := olga.post(path+"/columns", "decimal", "semicolon"); bad.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an unknown sign: %d", bad.StatusCode)
	}
}
