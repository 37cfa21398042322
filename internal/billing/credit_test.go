package billing_test

import (
	"testing"

	"seatledger/internal/billing"
	"seatledger/internal/errs"
	"seatledger/internal/testkit/billtest"
)

func TestAPaidInvoiceIsCorrectedByACreditThatGivesALineBackOnce(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	a := o.Add("S1", 10, "2026-03-01")
	id := o.draft(billing.FullCycle, "2026-04-01")
	order := billing.CreditOrder{InvoiceID: id, Reason: "agreed by phone"}
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
	o.want(o.draft(billing.FullCycle, "2026-05-01"), "S1 cycle 2026-04-01 2026-05-01 10 120")
	if got := o.through(a); got != "2026-05-01" {
		t.Error(got)
	}
	o.void(credit)
	if _, err := o.CreditLines(t.Context(), billtest.Bea, order); err != nil {
		t.Errorf("after the credit was voided: %v", err)
	}
}
