package document_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/company"
	"seatledger/internal/document"
	"seatledger/internal/errs"
	"seatledger/internal/opening"
	"seatledger/internal/paper"
	"seatledger/internal/tax"
	"seatledger/internal/testkit/billtest"
)

func (s *shop) furnish() {
	s.Helper()
	if err := s.save(func(f *company.Form) {
		f.LegalName, f.Address, f.TaxIDs = "Nordlicht Systems Ltd", "1 Quay Road\nPoole BH99 9ZZ\nUnited Kingdom",
			"VAT GB 123 4567 89"
		f.Bank, f.PaymentText, f.Footer, f.Numbering.Format = "IBAN GB00 0000 0000 0000",
			"Please name the invoice's number.", "Registered in England 0000000", "INV-{year}-{number:4}"
	}); err != nil {
		s.Fatal(err)
	}
	s.rate("S20", "VAT", "20", "2026-01-01")
	s.Exec(`UPDATE crm_accounts SET name = 'Birch Lane Dental', street = '4 Lane', city = 'Leeds',
		postal_code = 'LS1 1AA', country = 'GB', tax_id = 'GB 999' WHERE id = ?`, s.Customer)
	s.Exec(`UPDATE billing_contracts SET payment_terms = '30', purchase_order = 'PO 77' WHERE id = ?`, s.Contract)
}

// MAJOR 5 of the findings: rename and edit everything, and compare bytes.
func TestAnIssuedDocumentNeverChanges(t *testing.T) {
	t.Parallel()
	s := open(t, "2026-11-29")
	s.furnish()
	id := s.draft("change_log", cycle("2026-11-01", "2026-12-01", 10, "10", "100.00"),
		cycle("2026-11-20", "2026-12-01", 5, "10", "18.33"))
	before := s.bill(id)
	paper := draw(t, before)
	for _, sql := range []string{
		`UPDATE crm_accounts SET name = 'Other', street = 'Other', city = 'Other', postal_code = 'X', country = 'FR',
			tax_id = 'FR 1', bill_to_parent = true, state = 'Other'`,
		`UPDATE billing_contracts SET name = 'Other', payment_terms = 'eom+5', purchase_order = 'Other',
			language = 'fr', tax_code = 'Z'`,
		`UPDATE subscriptions SET product_name = 'Other'`, `DELETE FROM tax_rates`,
	} {
		s.Exec(sql)
	}
	if err := s.save(func(f *company.Form) {
		f.Company = company.Company{LegalName: "Other", Paper: company.Letter}
		f.Numbering.Format = "X{number}"
	}); err != nil {
		t.Fatal(err)
	}
	if err := (tax.Service{DB: s.DB.DB, Clock: s.Clock}).SetAddedBy(t.Context(), billtest.Bea, 0,
		tax.Accounting); err != nil {
		t.Fatal(err)
	}
	s.Today("2027-05-05")
	after := s.of(id)
	if diff := cmp.Diff(before, after, cmp.Comparer(func(a, b decimal.Decimal) bool { return a.Equal(b) }),
		cmp.AllowUnexported(clock.Date{})); diff != "" {
		t.Error(diff)
	}
	if !bytes.Equal(paper, draw(t, after)) {
		t.Error("the PDF has other bytes")
	}
	for _, sql := range []string{`UPDATE invoice_documents SET net = 0, gross = tax`, `DELETE FROM invoice_documents`} {
		err := s.DB.InTx(t.Context(), func(tx *gorm.DB) error { return tx.Exec(sql).Error })
		if err == nil {
			t.Errorf("%s was done", sql)
		}
	}
}

func TestThePaperSaysWhatIsStored(t *testing.T) {
	t.Parallel()
	s := open(t, "2026-11-29")
	s.furnish()
	d := s.bill(s.draft("change_log", cycle("2026-11-01", "2026-12-01", 10, "10", "100.00"),
		cycle("2026-11-20", "2026-12-01", 5, "10", "18.33")))
	text := read(t, draw(t, d))
	has(t, text, "Nordlicht Systems Ltd", "Poole BH99 9ZZ", "VAT GB 123 4567 89", "Birch Lane Dental", "LS1 1AA Leeds",
		"Tax id GB 999", "Invoice\n", "Number INV-2026-0001",
		"Date 29 Nov 2026", "Due date 29 Dec 2026", "Period 1 Nov 2026 to 30 Nov 2026", "Your purchase order PO 77",
		"Please pay by 29 Dec 2026.", "IBAN GB00 0000 0000 0000",
		"Registered in England 0000000", "Page 1 of 1", "Total without tax 118.33 USD",
		"VAT 20% on 118.33 USD 23.67 USD", "Total 142.00 USD",
		"1 Nov 2026 to 30 Nov 2026: 10 seats × 10.00 per month\n",
		"20 Nov 2026 to 30 Nov 2026: 5 seats × 10.00 per month × 11/30 days")
	for _, l := range d.Lines {
		has(t, text, l.Product+" "+strings.Join(paper.Cells(d, l), " "))
	}
}

func TestTaxIsReckonedOnTheSumOfTheLinesOfEachRate(t *testing.T) {
	t.Parallel()
	s := open(t, "2026-11-29")
	s.furnish()
	s.rate("R5", "VAT", "5.5", "2026-01-01")
	add := tax.Service{DB: s.DB.DB, Clock: s.Clock}.AddProduct
	if err := add(t.Context(), billtest.Bea, tax.ProductForm{PartNumber: "book", Code: "R5"}); err != nil {
		t.Fatal(err)
	}
	// Three lines of 0.33: 20 % of each is 0.07, together 0.21; of the sum 0.99 it is 0.198, rounded 0.20.
	third := cycle("2026-11-01", "2026-12-01", 1, "0.33", "0.33")
	book := cycle("2026-11-01", "2026-12-01", 1, "1", "1.00")
	book.part = "BOOK"
	d := s.bill(s.draft("change_log", third, third, third, book))
	var got []string
	for _, x := range d.Taxes {
		got = append(got, fmt.Sprintf("%s %s%% on %s = %s", x.Code, x.Percent, x.Base, x.Amount))
	}
	// 5.5 % of 1.00 is 0.055: half away from zero.
	if diff := cmp.Diff([]string{"S20 20% on 0.99 = 0.2", "R5 5.5% on 1 = 0.06"}, got); diff != "" {
		t.Error(diff)
	}
	if d.Net.String() != "1.99" || d.Tax.String() != "0.26" || d.Gross.String() != "2.25" {
		t.Errorf("net %s tax %s gross %s", d.Net, d.Tax, d.Gross)
	}
	if sums := s.Text(`SELECT trim_scale(net) || ' ' || trim_scale(tax) || ' ' || trim_scale(gross) || ' ' || due_on
		FROM invoice_documents`); sums != "1.99 0.26 2.25 2026-12-29" {
		t.Error(sums)
	}
}

func TestARateHoldsFromItsDayAndACreditTakesItsLinesRate(t *testing.T) {
	t.Parallel()
	s := open(t, "2026-11-29")
	s.furnish()
	s.rate("S20", "VAT", "25", "2026-11-15")
	// Billed in advance: the invoice's date decides. In arrears, and for what is caught up: the line's last day.
	arrears, advance := cycle("2026-10-01", "2026-11-01", 1, "10", "10.00"),
		cycle("2026-12-01", "2027-01-01", 1, "10", "10.00")
	id := s.draft("change_log", arrears, advance)
	d := s.bill(id)
	if a, b := d.Lines[0].TaxPercent.String(), d.Lines[1].TaxPercent.String(); a != "20" || b != "25" {
		t.Errorf("arrears %s, advance %s", a, b)
	}
	s.Exec(`DELETE FROM tax_rates`)
	s.rate("S20", "VAT", "7", "2026-01-01")
	back := line{kind: "credit", from: "2026-10-01", to: "2026-11-01", seats: -1, price: "10", period: "month",
		amount: "-10.00", credits: d.Lines[0].ID.String()}
	c := s.bill(s.draft("credit", back))
	if c.Kind != document.CreditNote || len(c.Taxes) != 1 || c.Taxes[0].Percent.String() != "20" ||
		c.Gross.String() != "-12" {
		t.Errorf("%s %+v gross %s", c.Kind, c.Taxes, c.Gross)
	}
	text := read(t, draw(t, c))
	has(t, text, "Credit note\n", "Number INV-2026-0002", "Corrects Invoice INV-2026-0001", "Reason agreed by phone",
		"Credit for a line of Invoice INV-2026-0001.", "Total -12.00 USD", "credited to you")
	if strings.Contains(text, "Please pay") || strings.Contains(text, "Due date") {
		t.Errorf("a credit note asks for money:\n%s", text)
	}
}

func TestARunBelowZeroIsACreditNoteThatNamesWhatItCorrects(t *testing.T) {
	t.Parallel()
	s := open(t, "2026-11-29")
	s.furnish()
	s.bill(s.draft("change_log", cycle("2026-10-01", "2026-11-01", 10, "10", "100.00")))
	s.bill(s.draft("change_log", cycle("2026-11-01", "2026-12-01", 10, "10", "100.00")))
	down := line{kind: "catch_up", from: "2026-11-20", to: "2026-12-01", seats: -3, price: "10", period: "month",
		amount: "-11.00"}
	d := s.bill(s.draft("change_log", down))
	if diff := cmp.Diff([]string{"Invoice INV-2026-0002"}, d.Corrects); diff != "" || d.Kind != document.CreditNote {
		t.Errorf("%s %s", d.Kind, diff)
	}
}

func TestWhereAccountingAddsTheTaxNothingIsCalledAnInvoice(t *testing.T) {
	t.Parallel()
	s := open(t, "2026-11-29")
	s.furnish()
	if err := (tax.Service{DB: s.DB.DB, Clock: s.Clock}).SetAddedBy(t.Context(), billtest.Bea, 0,
		tax.Accounting); err != nil {
		t.Fatal(err)
	}
	if err := s.save(func(f *company.Form) { f.PaymentText, f.Numbering.Format = "", "S-{number}" }); err != nil {
		t.Fatal(err)
	}
	d := s.bill(s.draft("change_log", cycle("2026-11-01", "2026-12-01", 10, "10", "100.00")))
	text := read(t, draw(t, d))
	has(t, text, "Statement of charges", "Total, tax not included 100.00 USD", "Tax is not part of this statement.")
	if strings.Contains(strings.ToLower(text), "invoice") || strings.Contains(text, "VAT 20%") {
		t.Errorf("it says invoice, or tax:\n%s", text)
	}
	back := line{kind: "credit", from: "2026-11-01", to: "2026-12-01", seats: -10, price: "10", period: "month",
		amount: "-100.00", credits: d.Lines[0].ID.String()}
	note := read(t, draw(t, s.bill(s.draft("credit", back))))
	has(t, note, "Credit note", "Corrects Statement of charges S-1")
	if strings.Contains(strings.ToLower(note), "invoice") {
		t.Errorf("it says invoice:\n%s", note)
	}
}

func TestACodeWithoutARateIsNotBilled(t *testing.T) {
	t.Parallel()
	s := open(t, "2026-11-29")
	s.furnish()
	s.Exec(`UPDATE billing_contracts SET tax_code = 'S21' WHERE id = ?`, s.Contract)
	id := s.draft("change_log", cycle("2026-11-01", "2026-12-01", 10, "10", "100.00"))
	err := s.tryBill(id)
	if errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Public(err), "S21 on 2026-11-29") {
		t.Errorf("%v", err)
	}
	_, problems, err := s.desk.Look(t.Context(), s.DB.Read(t.Context()), id)
	if err != nil || !strings.Contains(strings.Join(problems, " "), "The tax code S21 has no rate on 2026-11-29") {
		t.Errorf("%q %v", problems, err)
	}
	s.rate("S21", "VAT", "21", "2026-01-01")
	if d := s.bill(id); d.Number != "INV-2026-0001" || d.Gross.String() != "121" {
		t.Errorf("%s %s", d.Number, d.Gross)
	}
}

func TestACustomerIsBilledToItsParent(t *testing.T) {
	t.Parallel()
	s := open(t, "2026-11-29")
	s.furnish()
	parent := uuid.Must(uuid.NewV7())
	s.Exec(`INSERT INTO crm_accounts (id, name, street, source, created_at, updated_at)
		VALUES (?, 'Grove Holding', '9 Hill', 'person', now(), now())`, parent)
	s.Exec(`UPDATE crm_accounts SET parent_id = ? WHERE id = ?`, parent, s.Customer)
	own := s.bill(s.draft("change_log", cycle("2026-10-01", "2026-11-01", 1, "10", "10.00")))
	s.Exec(`UPDATE crm_accounts SET bill_to_parent = true WHERE id = ?`, s.Customer)
	up := s.bill(s.draft("change_log", cycle("2026-11-01", "2026-12-01", 1, "10", "10.00")))
	if own.Customer.Name != "Birch Lane Dental" || own.For != "" || up.Customer.Name != "Grove Holding" ||
		up.For != "Birch Lane Dental" {
		t.Errorf("%s/%s, then %s/%s", own.Customer.Name, own.For, up.Customer.Name, up.For)
	}
}

// Billed by a version that kept no documents.
func TestAnOlderInvoiceGetsItsDocumentFromWhatStandsAndSaysSo(t *testing.T) {
	t.Parallel()
	s := open(t, "2026-10-01")
	s.furnish()
	id := s.draft("change_log", cycle("2026-10-01", "2026-11-01", 10, "10", "100.00"))
	if err := s.DB.InTx(t.Context(), func(tx *gorm.DB) error {
		return second(s.number(t.Context(), tx, id))
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := document.Of(t.Context(), s.DB.Read(t.Context()), id); errs.KindOf(err) != errs.NotFound {
		t.Fatalf("%v", err)
	}
	s.Today("2026-11-29")
	for want := 1; want >= 0; want-- {
		older := opening.Service{DB: s.DB.DB, Clock: s.Clock, Zone: time.UTC}
		if made, err := older.MakeDocuments(t.Context(), 10); err != nil || made != want {
			t.Errorf("made %d, want %d: %v", made, want, err)
		}
	}
	d := s.of(id)
	if d.IssuedOn.String() != "2026-10-01" || d.DueOn.String() != "2026-10-31" || d.MadeOn.String() != "2026-11-29" {
		t.Errorf("issued %s due %s made %s", d.IssuedOn, d.DueOn, d.MadeOn)
	}
	has(t, read(t, draw(t, d)), "Issued on 1 Oct 2026. Made on 29 Nov 2026 from what was stored on that day.")
	// A credit of one that has none yet stores that first, and takes its tax.
	old := s.draft("change_log", cycle("2026-11-01", "2026-12-01", 10, "10", "100.00"))
	if err := s.DB.InTx(t.Context(), func(tx *gorm.DB) error {
		return second(s.number(t.Context(), tx, old))
	}); err != nil {
		t.Fatal(err)
	}
	back := line{kind: "credit", from: "2026-11-01", to: "2026-12-01", seats: -10, price: "10", period: "month",
		amount:  "-100.00",
		credits: s.Text(`SELECT id FROM invoice_lines WHERE invoice_id = ?`, old)}
	if c := s.bill(s.draft("credit", back)); c.Gross.String() != "-120" || s.of(old).Gross.String() != "120" {
		t.Errorf("credit %s of %s", c.Gross, s.of(old).Gross)
	}
}
