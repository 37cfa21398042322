package books_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/testkit/billtest"
)

// Two customers are billed to the company above them on one document: it goes once, under that
// company's number, and both invoices bear it.
func TestASharedDocumentGoesOnceUnderTheOneWhoIsBilled(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-11-20")
	sister, parent := d.Beside("2026-11-20", billtest.Terms{}), uuid.Must(uuid.NewV7())
	now := d.Clock.Now()
	d.Exec(`INSERT INTO crm_accounts (id, name, source, created_at, updated_at)
		VALUES (?, 'Contoso Holding', 'person', ?, ?)`, parent, now, now)
	d.Exec(`UPDATE crm_accounts SET parent_id = ?, bill_to_parent = true WHERE id <> ?`, parent, parent)
	d.Exec(`UPDATE billing_contracts SET bill_together = true`)
	d.Add("S1", 10, "2026-11-01")
	sister.Add("T1", 5, "2026-11-01")
	var ids []string
	for _, contract := range []uuid.UUID{d.Contract, sister.Contract} {
		where := d.to("/contracts/"+contract.String()+"/invoices", "kind", "full_cycle", "period_end", "2026-12-01")
		ids = append(ids, strings.TrimPrefix(where, "/invoices/"))
	}
	d.to("/invoices/" + ids[1] + "/bill")
	d.Exec(`UPDATE crm_accounts SET parent_id = NULL, bill_to_parent = false`) // today's wiring says nothing of it
	d.to("/books/neutral/codes", "sort", "customer", "key", parent.String(), "code-0", "H-1")

	where := d.to("/invoices/export", "system", "neutral", "id", ids[1]) // the part that has not the number
	file := d.file(where + "/files/1")
	if strings.Count(file, ",H-1,Contoso Holding,"+parent.String()) != 2 || strings.Count(file, ",180.00\r\n") != 2 {
		t.Error(file)
	}
	for _, id := range ids {
		has(t, d.text("/invoices/"+id), "in export 1")
		has(t, d.refused("/invoices/export", http.StatusConflict, "system", "neutral", "id", id),
			"went out in export 1")
	}
	has(t, d.refused("/invoices/"+ids[0]+"/void", http.StatusConflict), "went into the books")
	d.to(where+"/take-back", "id", ids[0], "reason", "never imported")
	if standing := d.Text(`SELECT count(*) FROM book_export_invoices WHERE taken_back_at IS NULL`); standing != "0" {
		t.Error("a part of the document stayed", standing)
	}
}

// Documents of before do not say whose they are: the invoice's customer, or its parent by name.
func TestAnOlderDocumentIsItsInvoicesCustomers(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-04-02")
	d.Add("S1", 10, "2026-03-01")
	d.bill("2026-04-01")
	if _, err := d.DB.Owner().Exec(d.Context(), `ALTER TABLE invoice_documents DISABLE TRIGGER USER;
		UPDATE invoice_documents SET document = document - 'customer_id'`); err != nil {
		t.Fatal(err)
	}
	has(t, d.text("/books/sage50"), "Contoso", "1 line in 1 document wait, 120.00 USD net.")
	d.to("/books/neutral/codes", "sort", "customer", "key", d.Customer.String(), "code-0", "C-1")
	where := d.to("/invoices/export", "system", "neutral", "all", "1")
	has(t, d.file(where+"/files/1"), ",C-1,Contoso,")
}

func TestVoidAndExportAtOnceNeverBothHappen(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-04-02")
	d.Add("S1", 10, "2026-03-01")
	for range 5 {
		id := d.bill("2026-04-01")
		done := make(chan int)
		go func() {
			v := map[string][]string{"system": {"neutral"}, "id": {id}}
			done <- d.send(posting("/invoices/export", v)).Code
		}()
		void := d.send(posting("/invoices/"+id+"/void", nil)).Code
		export := <-done
		if (void == http.StatusSeeOther) == (export == http.StatusSeeOther) {
			t.Fatalf("void %d, export %d", void, export)
		}
		d.Exec(`UPDATE book_export_invoices SET taken_back_at = now()`)
		if void != http.StatusSeeOther {
			d.to("/invoices/" + id + "/void")
		}
	}
}
