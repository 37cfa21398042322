package billing_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/testkit/billtest"
)

func TestAPaidInvoiceIsCorrectedByACreditThatGivesALineBackOnce(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	a := o.Add("S1", 10, "2026-03-01")
	id := o.draft(invoice.FullCycle, "2026-04-01")
	goodwill := false
	order := invoice.CreditOrder{InvoiceID: id, Again: &goodwill, Reason: "agreed by phone"}
	if _, err := o.CreditLines(t.Context(), billtest.Bea, order); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a draft: %v", err)
	}
	if err := o.Bill(t.Context(), billtest.Bea, o.step(id)); err != nil {
		t.Fatal(err)
	}
	credit, err := o.CreditLines(t.Context(), billtest.Bea, order)
	if err != nil {
		t.Fatal(err)
	}
	o.want(credit, "S1 credit 2026-03-01 2026-04-01 -10 -120")
	if _, err := o.CreditLines(t.Context(), billtest.Bea, order); errs.KindOf(err) != errs.Conflict {
		t.Errorf("twice: %v", err)
	}
	if err := o.Void(t.Context(), billtest.Bea, o.step(id)); errs.KindOf(err) != errs.Conflict {
		t.Errorf("an invoice with a credit: %v", err)
	}
	o.Today("2026-03-20")
	next := o.draft(invoice.FullCycle, "2026-05-01")
	o.want(next, "S1 cycle 2026-04-01 2026-05-01 10 120")
	if got := o.through(a); got != "2026-05-01" {
		t.Error(got)
	}
	if err := o.Void(t.Context(), billtest.Bea, o.step(credit)); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a credit with a later invoice: %v", err)
	}
	o.void(next)
	o.void(credit)
	if _, err := o.CreditLines(t.Context(), billtest.Bea, order); err != nil {
		t.Errorf("after the credit was voided: %v", err)
	}
}

func TestWhatIsCreditedToBeBilledAgainIsBilledAtTheCorrectedPrice(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-02-20", billtest.Terms{})
	a := o.Add("S1", 10, "2026-01-01")
	o.bill(o.draft(invoice.FullCycle, "2026-02-01"))
	second := o.draft(invoice.FullCycle, "2026-03-01")
	o.bill(second)
	again := true
	for _, id := range o.invoices() {
		credit, err := o.CreditLines(t.Context(), billtest.Bea,
			invoice.CreditOrder{InvoiceID: id, Again: &again, Reason: "wrong price"})
		if err != nil {
			t.Fatal(err)
		}
		o.bill(credit)
	}
	if got := o.through(a); got != "2026-01-01" {
		t.Errorf("billing stands at %s", got)
	}
	o.Price(a, "8", "2026-01-01")
	o.draft(invoice.FullCycle, "2026-03-01")
	if got := o.Text(`SELECT trim_scale(sum(amount)) FROM invoice_lines WHERE live`); got != "160" {
		t.Errorf("two months at 8.00 for ten seats: %s", got)
	}
}

func TestNoLaterRunTakesGoodwillBack(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-01-20", billtest.Terms{})
	o.Add("S1", 10, "2026-01-01")
	first := o.draft(invoice.FullCycle, "2026-02-01")
	o.bill(first)
	goodwill := false
	amount := decimal.NewNullDecimal(decimal.NewFromInt(100))
	if _, err := o.CreditLines(t.Context(), billtest.Bea,
		invoice.CreditOrder{InvoiceID: first, Again: &goodwill, Amount: amount, Reason: "outage"}); err != nil {
		t.Fatal(err)
	}
	o.want(o.draft(invoice.FullCycle, "2026-03-01"), "S1 cycle 2026-02-01 2026-03-01 10 120")
	amount.Decimal = decimal.NewFromInt(21)
	if _, err := o.CreditLines(t.Context(), billtest.Bea, invoice.CreditOrder{InvoiceID: first, Again: &goodwill,
		Amount: amount, Reason: "more"}); errs.FieldsOf(err)["amount"] == "" {
		t.Errorf("credits over their line: %v", err)
	}
}

func (o *office) bill(id uuid.UUID) {
	o.Helper()
	if err := o.Bill(o.Context(), billtest.Bea, o.step(id)); err != nil {
		o.Fatal(err)
	}
}

func (o *office) invoices() (ids []uuid.UUID) {
	o.Helper()
	if err := o.World.DB.Read(o.Context()).Raw(`SELECT id FROM invoices WHERE kind <> 'credit' ORDER BY seq`).
		Scan(&ids).Error; err != nil {
		o.Fatal(err)
	}
	return ids
}
