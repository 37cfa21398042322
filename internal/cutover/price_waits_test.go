package cutover_test

import (
	"testing"

	"seatledger/internal/billing"
	"seatledger/internal/cutover"
	"seatledger/internal/cutover/proof"
	"seatledger/internal/review"
)

func (m *market) waits(c *client, sku string) bool {
	m.Helper()
	return m.text(`SELECT price_waits FROM subscriptions WHERE id = ?`, c.newID(m, sku)) == "true"
}

// dearer is a customer with two products, the first of which costs 14 at the new provider and 12 at the old.
func dearer(t *testing.T) (*market, *client) {
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10, "E5": 4})
	m.land(c, "E3")
	m.price(c.newID(m, "E3"), "14", "2026-06-01")
	m.start("2026-06-01")
	m.do(c, exact)
	return m, c
}

func TestAPriceThatTheCutOverChangedLeavesItsLineOutUntilItIsAcknowledged(t *testing.T) {
	t.Parallel()
	m, c := dearer(t)
	if m.waits(c, "E3") {
		t.Error("nothing is confirmed, and its price waits")
	}
	m.do(c, confirm)
	if !m.waits(c, "E3") || m.waits(c, "E5") {
		t.Errorf("E3 waits: %t, E5: %t", m.waits(c, "E3"), m.waits(c, "E5"))
	}
	if v := m.view(c); len(v.Unseen) != 1 {
		t.Errorf("the customer's page says %v", v.Unseen)
	}
	m.do(c, moved)
	m.sign(c.newID(m, "E3"), c.newID(m, "E5"))
	m.do(c, retired)
	plan, err := m.bills.Preview(m.Context(), billing.Run{ContractID: c.contract, End: day("2026-07-01")})
	m.must(err)
	if len(plan.LeftOut) != 1 || plan.LeftOut[0].ID != c.newID(m, "E3") || plan.LeftOut[0].Why != review.PriceWaits ||
		plan.LeftOut[0].Amount.Decimal.String() != "140" {
		t.Errorf("left out: %+v", plan.LeftOut)
	}
	m.must(m.bill(c, "2026-07-01"))
	billed := `SELECT coalesce(sum(amount), 0) FROM invoice_lines WHERE subscription_id = ?
		AND from_date >= '2026-06-01'`
	if e3, e5 := m.text(billed, c.newID(m, "E3")), m.text(billed, c.newID(m, "E5")); e3 != "0" || e5 != "48.000000" {
		t.Errorf("June: E3 %s, E5 %s", e3, e5)
	}
	if _, err := m.Acknowledge(m.Context(), bob, m.run,
		cutover.Acks{CRMAccountID: c.id, What: proof.PriceChanged}); err != nil {
		t.Fatal(err)
	}
	if m.waits(c, "E3") {
		t.Error("it waits although somebody has acknowledged its price")
	}
	m.must(m.bill(c, "2026-07-01"))
	if e3 := m.text(billed, c.newID(m, "E3")); e3 != "140.000000" {
		t.Errorf("acknowledged, June of E3: %s", e3)
	}
}

func TestAPriceWaitsNoMoreOnceItIsAsBefore(t *testing.T) {
	t.Parallel()
	for name, right := range map[string]func(*market, *client){
		"the new price is set right": func(m *market, c *client) { m.price(c.newID(m, "E3"), "12", "2026-06-01") },
		"the step is taken back":     func(m *market, c *client) { m.do(c, undo) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, c := dearer(t)
			m.do(c, confirm)
			if !m.waits(c, "E3") {
				t.Fatal("it does not wait")
			}
			right(m, c)
			if m.waits(c, "E3") {
				t.Error("it still waits")
			}
		})
	}
	t.Run("another price wants another word", func(t *testing.T) {
		t.Parallel()
		m, c := dearer(t)
		m.do(c, confirm)
		if _, err := m.Acknowledge(m.Context(), bob, m.run, cutover.Acks{CRMAccountID: c.id}); err != nil {
			t.Fatal(err)
		}
		m.price(c.newID(m, "E3"), "15", "2026-06-01")
		if !m.waits(c, "E3") {
			t.Error("15 was acknowledged as 14")
		}
	})
}
