package cutover_test

import (
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/billing"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
)

// ordered bills seats of a supplier's bill to the customer that the ledger does not have.
func (m *market) ordered(sub uuid.UUID, seats int, from, to string) {
	m.Helper()
	bill, difference, now := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), m.clock.Now()
	m.exec(`INSERT INTO supplier_bills (id, provider_id, layout, name, month, lines, digest, at, actor)
		VALUES (?, ?, 'neutral', 'bill.csv', '2026-05-01', 1, ?, ?, 'Ada Example')`, bill, m.old.ID, bill.String(), now)
	m.exec(`INSERT INTO differences (id, bill_id, provider_id, kind, subject, subscription_id, month_amount,
		once_amount, currency, since, why, reached, first_bill_id, found_at, state, decided_at)
		VALUES (?, ?, ?, 'quantity', ?, ?, 20, 30, 'USD', '2026-05-01', 'more seats', 'no', ?, ?, 'billed', ?)`,
		difference, bill, m.old.ID, sub.String(), sub, bill, now, now)
	m.exec(`INSERT INTO supplier_seats (id, subscription_id, difference_id, seats, from_on, to_on, after_seq,
			after_invoice, at, actor)
		SELECT ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(seq), 0) FROM license_changes),
			(SELECT coalesce(max(seq), 0) FROM invoices), ?, 'Ada Example'`, uuid.Must(uuid.NewV7()), sub, difference,
		seats, from, to, now)
}

// drawn are the seats, days and amounts of a subscription's lines in the last draft.
func (m *market) drawn(sub uuid.UUID) string {
	m.Helper()
	return m.text(`SELECT string_agg(concat_ws(' ', kind, seats, from_date, to_date, trim_scale(amount)), ', '
		ORDER BY position) FROM invoice_lines
		WHERE subscription_id = ? AND invoice_id = (SELECT id FROM invoices ORDER BY seq DESC LIMIT 1)`, sub)
}

// correct bills what is due up to the end of the last full cycle; false: nothing is.
func (m *market) correct(c *client) bool {
	m.Helper()
	id, err := m.bills.Draft(m.Context(), ada,
		billing.Order{Run: billing.Run{ContractID: c.contract, Kind: invoice.ChangeLog}, Late: true})
	if errs.KindOf(err) == errs.Conflict {
		return false
	}
	m.must(err)
	m.must(m.bills.Bill(m.Context(), ada, invoice.Step{ID: id}))
	return true
}

// Two seats that the distributor charges from 16 May to the end of June, and that the ledger lacks, were ordered for
// the customer. May's are billed on the old subscription, June's on the new one, and what the new provider reports
// later is not billed again.
func TestSeatsOrderedFromABillGoOverWithTheDays(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	old, now := c.oldID(m, "E3"), c.newID(m, "E3")
	m.ordered(old, 2, "2026-05-16", "2026-07-01")
	if !m.correct(c) || m.drawn(old) != "catch_up 2 2026-05-16 2026-06-01 12.39" {
		t.Fatalf("before the cut-over: %s", m.drawn(old))
	}
	m.start("2026-06-01")
	m.do(c, exact)
	m.do(c, confirm)
	if m.correct(c) {
		t.Errorf("confirmed: %s %s", m.drawn(old), m.drawn(now))
	}
	m.do(c, moved)
	m.sign(now)
	m.do(c, retired)
	if m.correct(c) {
		t.Errorf("retired: %s %s", m.drawn(old), m.drawn(now))
	}
	m.must(m.bill(c, "2026-07-01"))
	if got := m.drawn(now); got != "cycle 12 2026-06-01 2026-07-01 144" {
		t.Errorf("June: %s", got)
	}
	m.syncNew(c, modern("E3", 12)) // it tells now what it charged all the while
	if m.correct(c) {
		t.Errorf("once the ledger has them: %s", m.drawn(now))
	}
	m.must(m.bill(c, "2026-08-01"))
	if got := m.drawn(now); got != "cycle 12 2026-07-01 2026-08-01 144" {
		t.Errorf("July: %s", got)
	}
}

// The switch lies within days on which ordered seats are billed already, and the twin begins with rows of its own,
// which stand for the seats that its source had: the ordered ones stay charged, once.
func TestOrderedSeatsThatAreBilledAreNotGivenBackByTheSwitch(t *testing.T) {
	t.Parallel()
	for _, reported := range []int{10, 11, 12, 13} {
		m := newMarket(t, "2026-01-01")
		c := m.settled("contoso", map[string]int{"E3": 10})
		old, now := c.oldID(m, "E3"), c.newID(m, "E3")
		m.ordered(old, 2, "2026-05-01", "2026-07-01")
		m.must(m.bill(c, "2026-07-01"))
		if got := m.drawn(old); got != "catch_up 2 2026-05-01 2026-06-01 24, cycle 12 2026-06-01 2026-07-01 144" {
			t.Fatalf("before the cut-over: %s", got)
		}
		m.syncNew(c, modern("E3", reported))
		m.start("2026-06-15")
		m.twin(c)
		m.do(c, confirm)
		m.do(c, moved)
		m.sign(now)
		m.do(c, retired)
		due := m.correct(c)
		switch got := m.drawn(now); {
		case reported <= 12 && due:
			t.Errorf("%d reported: %s, %s", reported, m.drawn(old), got)
		case reported > 12 && got != "catch_up 1 2026-06-15 2026-07-01 6.4":
			t.Errorf("%d reported: %s", reported, got)
		}
	}
}
