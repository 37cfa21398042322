package cutover_test

import (
	"testing"

	"seatledger/internal/cutover"
	"seatledger/internal/cutover/pairing"
)

// Ten seats at 12.00 are billed to the first of July, and one that has no twin ends on 16 June.
// It ends with No refund: no run credits the 15 days from the switch on, neither while it waits to be retired nor
// after; taken back, its July is billed as before.
func TestWhatEndsWithoutATwinIsForfeitedFromTheSwitchDayAndNotCredited(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	m.must(m.bill(c, "2026-07-01"))
	billed := `SELECT sum(l.amount)::numeric(12,2) FROM invoice_lines l WHERE l.live`
	before := m.text(billed)
	m.start("2026-06-16")
	m.must(m.Decide(t.Context(), ada, m.run,
		cutover.Decision{CRMAccountID: c.id, Kind: pairing.Ended, Old: c.oldID(m, "E3")}))
	fresh := cutover.Decision{CRMAccountID: c.id, Kind: pairing.New, New: c.newID(m, "E3"), Confirmed: c.name}
	m.must(m.Decide(t.Context(), ada, m.run, fresh))
	nothing := func(when string) {
		t.Helper()
		if err := m.bill(c, "2026-07-01"); err == nil {
			t.Errorf("%s a run has something to bill", when)
		}
		if now := m.text(billed); now != before {
			t.Errorf("%s the bill goes from %s to %s", when, before, now)
		}
	}
	m.do(c, confirm)
	nothing("confirmed")
	m.do(c, moved)
	m.do(c, retired)
	nothing("retired")
	for range 3 {
		m.do(c, undo)
	}
	nothing("taken back")
}
