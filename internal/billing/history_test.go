package billing_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/billing"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/testkit/billtest"
)

// total is what all live lines of the world come to, and the seat-days they bill.
func (o *office) total() string {
	return o.Text(`SELECT concat_ws(' for ', trim_scale(sum(amount)), sum(seats * days) FILTER (WHERE kind IN ('cycle',
		'catch_up'))) FROM invoice_lines WHERE live`)
}

func TestAYearOfInvoicesComesToWhatOneInvoiceOfTheYearWould(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		o := open(t, "2026-01-02", billtest.Terms{Refunds: "yes", Timing: "arrears"})
		r := rand.New(rand.NewPCG(seed, 7))
		a, b := o.Add("S1", 10, "2026-01-01"), o.Add("S2", 3, "2026-01-17")
		var drafted []uuid.UUID
		today := billtest.Day(o, "2026-01-02")
		for range 10 {
			today = today.AddDays(r.IntN(30) + 5)
			o.Today(today.String())
			o.Seats([]uuid.UUID{a, b}[r.IntN(2)], r.IntN(15)+1, today.AddDays(-r.IntN(4)).String())
			if r.IntN(3) == 0 {
				o.Price(a, []string{"11.35", "7.99", "0.333333"}[r.IntN(3)], today.AddDays(-r.IntN(20)).String())
			}
			kind := []invoice.Kind{invoice.FullCycle, invoice.ChangeLog}[r.IntN(2)]
			id, err := o.Service.Draft(t.Context(), billtest.Bea, billing.Order{Run: o.run(kind, ""), Late: true})
			if err == nil {
				drafted = append(drafted, id)
			} else if k := errs.KindOf(err); k != errs.Conflict && k != errs.Invalid {
				t.Fatal(err)
			}
		}
		if len(drafted) < 4 {
			t.Errorf("seed %d: only %d invoices on the way", seed, len(drafted))
		}
		o.Today("2027-02-10")
		drafted = append(drafted, o.draft(invoice.FullCycle, "2027-02-01"))
		often := o.total()
		for i := range drafted {
			o.void(drafted[len(drafted)-1-i])
		}
		o.draft(invoice.FullCycle, "2027-02-01")
		if once := o.total(); once != often {
			t.Errorf("seed %d: in %d invoices %s, in one %s", seed, len(drafted), often, once)
		}
	}
}
