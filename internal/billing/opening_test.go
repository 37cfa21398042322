package billing_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/invoice"
	"seatledger/internal/opening"
	"seatledger/internal/testkit/billtest"
)

// A database of before: a price that only the page shows, and an invoice of 10 seats at
// another price than that.
func TestWhatWasBilledBeforeIsListedAndNotBilledUntilAPersonSaysYes(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-02-20", billtest.Terms{Refunds: "yes"})
	a := o.AddUnpriced("S1", 10, "2026-01-01")
	o.Exec(`UPDATE subscriptions SET unit_price = 12, price_period = 'month', currency = 'USD' WHERE id = ?`, a)
	o.Exec(`INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start,
		period_end, drafted_by, drafted_at)
		VALUES (gen_random_uuid(), ?, ?, 'full_cycle', 'draft', 'USD', 110, '2026-01-01', '2026-02-01', 'Bea',
			now())`, o.Contract, o.Customer)
	o.Exec(`INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, kind, from_date, to_date, seats,
		unit_price, price_period, currency, amount, exact)
		SELECT gen_random_uuid(), id, 1, ?, 'cycle', '2026-01-01', '2026-02-01', 10, 11, 'month', 'USD', 110,
			110 * 13592880 FROM invoices`, a)
	if _, err := o.World.DB.Owner().Exec(t.Context(), `DELETE FROM opening_done`); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it has been done
		if err := o.opening().TakeStock(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	o.Tx(func(tx *gorm.DB) error { return o.Reviewer().Refresh(t.Context(), tx, []uuid.UUID{a}) })
	o.Sign(a)
	found, err := opening.Load(t.Context(), o.World.DB.Read(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Prices) != 0 || len(found.Differences) != 1 || found.Differences[0].Amount.String() != "10" {
		t.Errorf("%+v", found)
	}
	o.want(o.draft(invoice.FullCycle, "2026-03-01"), "S1 cycle 2026-02-01 2026-03-01 10 120")
	if err := o.opening().Take(t.Context(), billtest.Bea, o.Contract); err != nil {
		t.Fatal(err)
	}
	o.want(o.draft(invoice.FullCycle, "2026-03-01"), "S1 price 2026-01-01 2026-02-01 10 10")
}

func (o *office) opening() opening.Service {
	return opening.Service{DB: o.World.DB.DB, Clock: o.World.Clock, Zone: time.UTC}
}
