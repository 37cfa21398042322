package cutover_test

import "testing"

// A new one lies in a contract at 11.00 until 1 July and at 13.00 from it, when it begins to be billed: from the
// confirmation on pages and lists say 13.00, the price of its first billable day, and 11.00 when that is taken back
// (RULES 5).
func TestThePriceShownIsThatOfTheFirstBillableDayFromTheConfirmationOn(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	m.must(m.bill(c, "2026-07-01"))
	now := c.newID(m, "E3")
	m.price(now, "11", "2026-06-01")
	m.price(now, "13", "2026-07-01")
	shown := func(when, want string) {
		t.Helper()
		if got := m.text(`SELECT unit_price::numeric(9,2) FROM subscriptions WHERE id = ?`, now); got != want {
			t.Errorf("%s its price shows as %s, want %s", when, got, want)
		}
	}
	shown("before", "11.00")
	m.start("2026-07-01")
	m.twin(c)
	m.do(c, confirm)
	shown("confirmed", "13.00")
	m.do(c, undo)
	shown("taken back", "11.00")
}
