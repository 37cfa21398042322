package site_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A customer's invoice through pages alone: the company and its tax are set up, the
// draft says what it will look like, and once it is billed nothing changes it.
func TestAnInvoiceIsWhatItWasHoweverMuchIsEditedAfterwards(t *testing.T) {
	t.Parallel()
	w := walked(t)
	var logo bytes.Buffer
	if err := png.Encode(&logo, image.NewGray(image.Rect(0, 0, 300, 80))); err != nil {
		t.Fatal(err)
	}
	company := w.admin.Get("/settings").Follow("Company").FormTo("/settings/company").Set("legal_name",
		"Nordlicht Systems Ltd", "address", "1 Quay Road\nPoole BH99 9ZZ",
		"tax_ids", "VAT GB 123 4567 89", "bank", "IBAN GB00 0000 0000 0000", "footer", "Registered in England 0000000",
		"number_format", "INV-{year}-{number:4}", "next_number", "418")
	company.File("logo", logo.String()).Submit().Next().Shows("The company was saved")
	w.admin.Get("/settings/tax").FormTo("/settings/tax/rates").Set("code", "S20", "name", "VAT", "percent", "20",
		"first_day", "2020-01-01").Submit().Next().Shows("The rate was added")
	s := w.admin.Get("/subscriptions.csv?review=signed&state=active").Records()[0]
	contract := "/contracts/" + s["contract_id"]
	w.admin.Get(contract+"/edit").FormTo(contract).Set("bill_from", w.App.Clock.Now().Format("2006-01")+"-01",
		"payment_terms", "30 days", "tax_code", "S20",
		"purchase_order", "PO 7711", "recipients", "accounts@customer.example; boss@customer.example", "language",
		"fr").Submit().Next().Shows("30 days", "PO 7711", "French")
	if k := w.admin.Get("/contracts.csv").Records(); !strings.Contains(k[0]["payment_terms"]+
		k[len(k)-1]["payment_terms"], "30") {
		t.Errorf("%v", k)
	}
	customer := "/crm-accounts/" + s["crm_account_id"]
	w.admin.Get(customer+"/edit").FormTo(customer).Set("tax_id", "FR 40 123456789", "name",
		"Société 😀 Générale").Submit().Next().Shows("FR 40 123456789")
	draft := w.admin.Get(contract).Follow("New invoice").FormTo(contract + "/invoices").Submit().Next()
	where := draft.URL.Path
	draft.Shows("A draft", "Facture", "Projet", "Before you bill it", "😀 (U+1F600)", "Nordlicht Systems Ltd",
		"Société 😀 Générale", "FR 40 123456789", "PO 7711", "VAT 20")
	w.admin.Get(draft.Path()).FormTo(where+"/bill").Submit().Next().Shows("INV-"+w.App.Clock.Now().Format("2006")+
		"-0418", "Échéance")

	page := w.admin.Get(where).Doc().Find("article.paper").Text()
	paper, file := w.admin.Get(where+".pdf"), w.admin.Get(where+".csv")
	if got := paper.Header.Get("Content-Type"); got != "application/pdf" ||
		!bytes.HasPrefix(paper.Body, []byte("%PDF-")) {
		t.Fatalf("%s", got)
	}
	if got := w.admin.Get(where + "/logo").Header.Get("Content-Type"); got != "image/png" {
		t.Error(got)
	}
	rows := file.Records()
	total := rows[len(rows)-1]
	invoice := w.admin.Get("/invoices.csv").Records()[0]
	if total["row"] != "total" || total["net"] != invoice["total"] || total["tax"] != invoice["tax"] ||
		total["gross"] != invoice["open"] || total["due_on"] != invoice["due_on"] ||
		total["number"] != invoice["number"] {
		t.Errorf("%v beside %v", total, invoice)
	}
	w.agrees(paper.Body, rows)

	w.admin.Get(customer+"/edit").FormTo(customer).Set("tax_id", "X", "name", "Other", "street",
		"Other").Submit().Next()
	w.admin.Get(contract+"/edit").FormTo(contract).Set("name", "Other", "payment_terms", "eom+5", "purchase_order",
		"Other", "language", "en").Submit().Next()
	w.admin.Get("/settings/company").FormTo("/settings/company").Set("legal_name", "Other", "address", "Other",
		"footer", "Other", "page_size", "letter").Tick("logo_clear", "on").Submit().Next()
	w.admin.Get("/settings/tax").FormTo("/settings/tax").Set("tax_by", "accounting").Submit().Next()
	if !bytes.Equal(paper.Body, w.admin.Get(where+".pdf").Body) ||
		!bytes.Equal(file.Body, w.admin.Get(where+".csv").Body) ||
		page != w.admin.Get(where).Doc().Find("article.paper").Text() {
		t.Error("the invoice changed")
	}
}

// agrees compares the text of a PDF, taken out by another program, with the file of the document.
func (w *walk) agrees(paper []byte, rows []map[string]string) {
	w.t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		if os.Getenv("SEATLEDGER_TEST_REQUIRE") == "all" {
			w.t.Fatal("pdftotext is missing: apt-get install poppler-utils")
		}
		w.t.Log("pdftotext is missing, so the PDF is not compared: apt-get install poppler-utils")
		return
	}
	cmd := exec.CommandContext(w.t.Context(), "pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(paper)
	out, err := cmd.Output()
	if err != nil {
		w.t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(out)), "")
	for _, r := range rows {
		if r["row"] != "line" {
			continue
		}
		for _, part := range append(strings.Split(r["description"], " | "), r["product"], r["part_number"]) {
			if !strings.Contains(text, strings.Join(strings.Fields(part), "")) {
				w.t.Errorf("the PDF lacks %q:\n%s", part, out)
			}
		}
	}
}
