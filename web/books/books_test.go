package books_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/htmlcheck"
)

// shop has an invoice of 120.00 and one of 120.00 that is credited, all billed.
func shop(t *testing.T) (d *desk, first, second, credit string) {
	t.Helper()
	d = open(t, "2026-04-02")
	d.Add("S1", 10, "2026-03-01")
	first = d.bill("2026-04-01")
	second = d.bill("2026-05-01")
	credit = d.credit(second)
	return d, first, second, credit
}

func TestFromMissingCodesToTheFileAndItsMark(t *testing.T) {
	t.Parallel()
	d, first, second, credit := shop(t)
	has(t, d.text("/books"), "USD", "3", "120.00", "QuickBooks Online", "Xero", "DATEV", "Nothing was exported yet")
	page := d.text("/books/xero")
	has(t, page, "By the published form", "unknown", "2 codes are missing", "PN-S1 Product S1",
		"3 lines in 3 documents wait, 120.00 USD net.", "No tax on the document")
	if held := d.text("/books/xero/export"); !strings.Contains(held, "Codes that are missing") ||
		strings.Contains(held, "Export 3 documents") {
		t.Error(held)
	}
	has(t, d.refused("/invoices/export", http.StatusConflict, "system", "xero", "all", "1"), "Nothing was exported",
		"3 of these documents cannot go into a file of Xero", "No code is known: PN-S1 Product S1.")

	form := d.get("/books/xero")
	of := func(name string) string { // the field of a label
		label := form.Find("label").FilterFunction(func(_ int, l *goquery.Selection) bool {
			return strings.Contains(l.Text(), name)
		})
		return strings.TrimPrefix(label.First().AttrOr("for", ""), "f-")
	}
	d.submit(form, "/books/xero/codes", of("PN-S1 Product S1"), "200", of("No tax on the document"), "Tax Exempt")
	preview := d.get("/books/xero/export")
	has(t, htmlcheck.Text(preview.Find("main")), "Invoices, USD", "Credit notes, USD", "240.00", "120.00",
		"Export 3 documents to Xero")
	where := d.submit(preview, "/invoices/export")
	export := d.text(where)
	has(t, export, "Export 1, Xero", "xero-1-invoices-USD.csv", "xero-1-credits-USD.csv", "by Bea Example", "Contoso")

	file := d.file(where + "/files/1")
	has(t, file, "*ContactName,EmailAddress,", "\r\nContoso,", ",200,Tax Exempt,")
	if again := d.file(where + "/files/1"); again != file || strings.Count(file, "\r\n") != 3 {
		t.Errorf("%q", file)
	}
	has(t, d.file(where+"/files/2"), "*CreditNoteNumber", ",10,12.00,,200,")
	for _, id := range []string{first, second, credit} {
		has(t, d.text("/invoices/"+id), "Exported on", "in export 1")
	}
	list := d.file("/invoices.csv")
	if strings.Count(list, ",2026-04-02T09:00:00Z,") < 3 {
		t.Error(list)
	}
	has(t, d.file("/books/exports.csv"), ",1,xero,2026-04-02T09:00:00Z,Bea Example,2,3,3,")
	has(t, d.text("/books"), "Nothing waits")
	has(t, d.refused("/invoices/export", http.StatusConflict, "system", "neutral", "all", "1"), "nothing to export")
	has(t, d.refused("/invoices/export", http.StatusConflict, "system", "neutral", "id", first), "went out in export 1",
		"take it back there first")
}

func TestWhatIsExportedIsNotVoidedUntilItIsTakenBack(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-04-02")
	d.Add("S1", 10, "2026-03-01")
	first, second := d.bill("2026-04-01"), d.bill("2026-05-01")
	where := d.to("/invoices/export", "system", "neutral", "id", first, "id", second, "id", second)
	has(t, d.refused("/invoices/"+second+"/void", http.StatusConflict, "reason", "wrong"),
		"went into the books with export 1",
		"take it out of the export first")
	has(t, d.refused(where+"/take-back", http.StatusUnprocessableEntity, "id", second), "Say why")
	d.to(where+"/take-back", "id", second, "reason", "never imported")
	has(t, d.text(where), "taken back", "exported")
	d.to("/invoices/"+second+"/void", "reason", "wrong")
	has(t, d.refused(where+"/take-back", http.StatusConflict, "id", second, "reason", "again"), "taken back already")
	has(t, d.refused("/invoices/export", http.StatusConflict, "system", "neutral", "id", second), "is void",
		"Only what is billed or paid")
	d.to(where+"/take-back", "reason", "all of it")
	has(t, d.text(where), "Do not import its files any more", "all of it")
	has(t, d.text("/books"), "120.00")
	again := d.to("/invoices/export", "system", "neutral", "all", "1")
	if file := d.file(again + "/files/1"); strings.Count(file, "\r\n") != 2 {
		t.Errorf("a void one went too: %q", file)
	}
	if n := d.Text(`SELECT count(*) FROM audit_events WHERE action IN ('export.made', 'export.taken_back')`); n != "4" {
		t.Errorf("%s rows in the trail", n)
	}
}

func TestTwoAtOnceExportEachInvoiceOnce(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-04-02")
	d.Add("S1", 10, "2026-03-01")
	first, second := d.bill("2026-04-01"), d.bill("2026-05-01")
	var wait sync.WaitGroup
	codes := make([]int, 6)
	for i := range codes {
		wait.Add(1)
		go func() {
			defer wait.Done()
			v := map[string][]string{"system": {"neutral"}, "all": {"1"}}
			if i%2 == 1 {
				v = map[string][]string{"system": {"neutral"}, "id": {second, first}}
			}
			codes[i] = d.send(posting("/invoices/export", v)).Code
		}()
	}
	wait.Wait()
	made := 0
	for _, code := range codes {
		switch code {
		case http.StatusSeeOther:
			made++
		case http.StatusConflict:
		default:
			t.Errorf("answered %d", code)
		}
	}
	twice := d.Text(`SELECT count(*) FROM (SELECT FROM book_export_invoices GROUP BY invoice_id HAVING count(*) > 1) x`)
	if all := d.Text(`SELECT count(*) FROM book_export_invoices`); made != 1 || twice != "0" || all != "2" {
		t.Errorf("%v: %s rows, %s twice", codes, all, twice)
	}
}

func TestWhatWasShownIsWhatIsExported(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-04-02")
	d.Add("S1", 10, "2026-03-01")
	first := d.bill("2026-04-01")
	preview := d.get("/books/neutral/export")
	digest := preview.Find(`input[name=digest]`).AttrOr("value", "")
	d.bill("2026-05-01")
	has(t, d.refused("/invoices/export", http.StatusConflict, "system", "neutral", "all", "1", "digest", digest),
		"is not what you were shown", "Export 2 documents to Neutral CSV")
	// A filter of the list of invoices and its days narrow what goes.
	where := d.to("/invoices/export", "system", "neutral", "filter", "q=contoso&state=billed", "currency", "usd",
		"from",
		"2026-04-02", "to", "2026-04-02")
	has(t, d.text(where), "neutral-1-invoices-USD.csv", "240.00")
	has(t, d.text("/invoices/"+first), "in export 1")
}

func TestWhatAnExportAsksForIsRefusedWithASentence(t *testing.T) {
	t.Parallel()
	d, first, _, _ := shop(t)
	const none = "0190c3a1-7e2b-7d00-8000-000000000001"
	for _, c := range []struct {
		want  int
		says  string
		pairs []string
	}{
		{422, "Choose the accounting system", []string{"all", "1"}},
		{422, "Choose the accounting system", []string{"system", "ledgerly", "all", "1"}},
		{422, "Nothing is selected", []string{"system", "neutral"}},
		{422, "Enter a date", []string{"system", "neutral", "from", "1.3.2026"}},
		{422, "three letters", []string{"system", "neutral", "currency", "dollar"}},
		{404, "does not exist", []string{"system", "neutral", "id", none}},
		{422, "", []string{"system", "neutral", "id", "1"}},
		{422, "", []string{"system", "neutral", "state", "lost"}},
		{409, "is not set up yet", []string{"system", "datev", "id", first}},
		{409, "nothing to export", []string{"system", "neutral", "from", "2027-01-01"}},
	} {
		has(t, d.refused("/invoices/export", c.want, c.pairs...), c.says)
	}
	has(t, d.text("/books/datev/export"), "is not set up yet")
	has(t, htmlcheck.Text(d.page(d.do(posting("/books/nobody", nil), 404)).Find("main")), "No accounting system")
	if d.Text(`SELECT count(*) FROM book_exports`) != "0" {
		t.Error("something was exported")
	}
	d.role = auth.Viewer
	page := d.get("/books/xero")
	if page.Find("main form").Length() > 0 {
		t.Error("a viewer is offered a form")
	}
}

func TestSettingsAndCodesSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	d, _, _, _ := shop(t)
	has(t, d.refused("/books/intacct", 422, "header", "INVOICE_NO,AMOUNT,AMOUNT"), "AMOUNT stands twice")
	has(t, d.refused("/books/datev", 422, "adviser", "7", "client", "1"), "whole number from 1001")
	has(t, d.refused("/books/sage50/codes", 422, "sort", "tax", "key", "", "name", "No tax", "code-0", "VAT"),
		"T0 to T99")
	has(t, d.refused("/books/sage50/codes", 422, "sort", "item", "key", "", "code-0", "X"), "no codes of this sort")
	d.to("/books/datev", "adviser", "1001", "client", "42", "version", "0")
	has(t, d.refused("/books/datev", 409, "adviser", "1002", "client", "42", "version", "0"), "Somebody else has saved")
	d.to("/books/sage50/codes", "sort", "tax", "key", "", "code-0", "T0", "sort", "customer", "key",
		d.Customer.String(),
		"code-1", "CONT01")
	d.to("/books/sage50/codes", "sort", "tax", "key", "", "code-0", "")
	if left := d.Text(`SELECT string_agg(sort || ' ' || code, ';') FROM book_codes`); left != "customer CONT01" {
		t.Error(left)
	}
	trail := d.Text(`SELECT before::text || after::text FROM audit_events WHERE action = 'book_codes.saved'
		ORDER BY seq DESC LIMIT 1`)
	has(t, trail, `{"tax ": "T0"}`, `{"tax ": ""}`)
}

func TestACustomerIsTheOneOfTheDocumentNotOfToday(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-04-02")
	d.Add("S1", 10, "2026-03-01")
	id := d.bill("2026-04-01")
	d.Exec(`UPDATE crm_accounts SET name = 'Renamed Ltd', street = 'Elsewhere'`)
	d.Exec(`UPDATE billing_contracts SET name = 'Other', purchase_order = 'Other'`)
	d.Exec(`UPDATE subscriptions SET product_name = 'Other'`)
	d.to("/books/neutral/codes", "sort", "customer", "key", d.Customer.String(), "code-0", "007")
	where := d.to("/invoices/export", "system", "neutral", "id", id)
	file := d.file(where + "/files/1")
	has(t, file, ",007,Contoso,", ",Licences,", ",Product S1,")
	if strings.Contains(file, "Renamed") || strings.Contains(file, "Other") {
		t.Error(file)
	}
}
