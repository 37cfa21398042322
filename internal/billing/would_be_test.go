package billing_test

import (
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/history"
	"seatledger/internal/impact"
	"seatledger/internal/invoice"
	"seatledger/internal/testkit/billtest"
)

func (o *office) due(id uuid.UUID, to string) []impact.Due {
	o.Helper()
	h, err := history.One(o.Context(), o.World.DB.Read(o.Context()), id)
	if err != nil {
		o.Fatal(err)
	}
	return impact.DueOf(h, billtest.Day(o, to))
}

// A third of a month at an odd price is owed: what is told of it is what the invoice then says, to the cent.
func TestWhatIsDueIsWhatTheNextInvoiceSays(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-01-20", billtest.Terms{Refunds: "yes"})
	a := o.Add("S1", 7, "2026-01-01")
	if got := o.due(a, "2026-02-01"); len(got) != 1 || got[0].Amount.Decimal.String() != "84" ||
		got[0].SeatDays != 217 || got[0].Currency != "USD" {
		t.Errorf("%+v", got)
	}
	o.draft(invoice.FullCycle, "2026-02-01")
	if got := o.due(a, "2026-02-01"); len(got) != 0 {
		t.Errorf("nothing is due: %+v", got)
	}
	o.Price(a, "11.35", "2026-01-11")
	o.Seats(a, 4, "2026-01-21")
	due := o.due(a, "2026-02-01")
	amount := o.Text(`SELECT total FROM invoices WHERE id = ?`, o.draft(invoice.ChangeLog, ""))
	if len(due) != 1 || due[0].Amount.Decimal.StringFixed(6) != amount || due[0].SeatDays != -33 {
		t.Errorf("%+v is told, %s is billed", due, amount)
	}
}

func TestWhatHasNoPriceIsDueWithoutAnAmount(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-01-20", billtest.Terms{})
	a := o.AddUnpriced("S1", 7, "2026-01-01")
	if got := o.due(a, "2026-02-01"); len(got) != 1 || got[0].Amount.Valid {
		t.Errorf("%+v", got)
	}
}
