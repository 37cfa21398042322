package cutover_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/cutover"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/cutover/proof"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/retire"
	"seatledger/internal/subscription"
)

// verdictsOf counts the days of a customer by verdict.
func (m *market) verdictsOf(c *client) map[proof.Verdict]int {
	m.Helper()
	out := map[proof.Verdict]int{}
	m.eachDay(func(d proof.Day) {
		if d.Customer.CRMAccountID == c.id {
			out[d.Verdict]++
		}
	})
	return out
}

func (m *market) eachDay(do func(proof.Day)) {
	m.Helper()
	m.must(m.db.Snapshot(m.Context(), func(tx *gorm.DB) error {
		run, err := cutover.Get(m.Context(), tx, m.run)
		if err != nil {
			return err
		}
		return proof.EachDay(m.Context(), tx, run.ID, proof.Filter{}, m.ProofDay(run), func(d proof.Day) error {
			do(d)
			return nil
		})
	}))
}

// noTwin says on the subscription's own page that it is no other provider's again.
func (m *market) noTwin(id uuid.UUID) {
	m.Helper()
	m.must(m.db.InTx(m.Context(), func(tx *gorm.DB) error {
		_, err := subscription.DeclareNoTwin(m.Context(), tx, m.act(id))
		if err != nil {
			return err
		}
		return m.Reviews.Refresh(m.Context(), tx, []uuid.UUID{id})
	}))
}

// wholeYear bills everything of the customer's contract, what is earlier too.
func (m *market) wholeYear(c *client, through string) {
	m.Helper()
	id, err := m.bills.Draft(m.Context(), ada,
		billing.Order{Run: billing.Run{ContractID: c.contract, Kind: invoice.ChangeLog, End: day(through)}, Late: true})
	m.must(err)
	m.must(m.bills.Bill(m.Context(), ada, invoice.Step{ID: id}))
}

// The seats of a customer that a wrong turn puts on both sides: ten on each day up to June.
func TestEveryDoubleThatAWrongTurnMakesIsFound(t *testing.T) {
	t.Parallel()
	const shared = 151 // days from 2026-01-01 up to 2026-06-01
	for name, turn := range map[string]func(*market, *client){
		"ended, and new from its start": func(m *market, c *client) {
			m.apart(c, true)
			m.do(c, confirm)
			m.do(c, moved)
			m.do(c, retired)
		},
		"ended, and new from its start, not retired yet": func(m *market, c *client) {
			m.apart(c, true)
			m.do(c, confirm)
		},
		"ended by hand, and said to be no twin on its own page": func(m *market, c *client) {
			m.noTwin(c.newID(m, "E3"))
			m.must(m.retires.Deactivate(m.Context(), ada,
				retire.End{ID: c.oldID(m, "E3"), On: day("2026-06-01")}))
		},
		"the two are called the same, and have no number in common": func(m *market, c *client) {
			m.exec(`UPDATE subscriptions SET sku = 'other', product_id = NULL WHERE id = ?`, c.oldID(m, "E3"))
			m.apart(c, true)
			m.do(c, confirm)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, c := begun(t, 10)
			turn(m, c)
			if got := m.verdictsOf(c)[proof.Double]; got != shared {
				t.Errorf("%d days are double, want %d:\n%s", got, shared, strings.Join(m.proof(), "\n"))
			}
			m.eachDay(func(d proof.Day) {
				if d.Verdict == proof.Double && (d.Counted != proof.Both{Before: 10, After: 10} ||
					!strings.Contains(d.Why, "old-E3 (10 seats)") || !strings.Contains(d.Why, "new-E3 (10 seats)")) {
					t.Fatalf("%s: %+v %s", d.Day, d.Counted, d.Why)
				}
			})
			if _, err := m.Acknowledge(m.Context(), bob, m.run, cutover.Acks{CRMAccountID: c.id}); err == nil &&
				m.verdictsOf(c)[proof.Double] != shared {
				t.Error("one word over all changes made doubles good")
			}
		})
	}
}

// apart says that the old one ends and the new one is another.
func (m *market) apart(c *client, fromStart bool) {
	m.Helper()
	for _, d := range []cutover.Decision{{Kind: pairing.Ended, Old: c.oldID(m, "E3")},
		{Kind: pairing.New, New: c.newID(m, "E3"), FromStart: fromStart}} {
		d.CRMAccountID, d.Confirmed = c.id, c.name
		m.must(m.Decide(m.Context(), ada, m.run, d))
	}
}

func TestApartAndBilledFromTheSwitchDayIsNoDouble(t *testing.T) {
	t.Parallel()
	m, c := begun(t, 10)
	m.apart(c, false)
	m.do(c, confirm)
	m.do(c, moved)
	m.do(c, retired)
	m.land(c, "E3")
	m.price(c.newID(m, "E3"), "12", "2026-06-01")
	m.sign(c.newID(m, "E3"))
	m.must(m.bill(c, "2026-07-01"))
	if got := m.verdictsOf(c); len(got) != 1 || got[proof.OK] == 0 {
		t.Errorf("%v:\n%s", got, strings.Join(m.proof(), "\n"))
	}
	if got := m.text(`SELECT min(from_date) || ' ' || sum(seats * days) FROM invoice_lines WHERE subscription_id = ?`,
		c.newID(m, "E3")); got != "2026-06-01 300" {
		t.Errorf("the new one was billed %s", got)
	}
}

func TestDaysThatBothHaveBilledAreDoubleWhateverTheirLedgersSay(t *testing.T) {
	t.Parallel()
	m, c := begun(t, 10)
	m.noTwin(c.newID(m, "E3"))
	m.land(c, "E3")
	m.price(c.newID(m, "E3"), "12", "2026-01-01")
	m.sign(c.newID(m, "E3"))
	m.wholeYear(c, "2026-06-10")
	m.exec(`UPDATE subscriptions SET billable_from = '2026-06-01' WHERE id = ?`, c.newID(m, "E3"))
	var first, last clock.Date
	m.eachDay(func(d proof.Day) {
		if d.Verdict == proof.Double && d.Day.Before(day("2026-06-01")) {
			if first.IsZero() {
				first = d.Day
			}
			last = d.Day
			if (d.Billed != proof.Both{Before: 10, After: 10}) || !strings.Contains(d.Why, "have billed") {
				t.Fatalf("%s: %+v %s", d.Day, d.Billed, d.Why)
			}
		}
	})
	if first != day("2026-01-01") || last != day("2026-05-31") {
		t.Errorf("double from %s to %s:\n%s", first, last, strings.Join(m.proof(), "\n"))
	}
}

func TestThatBothAreRealIsSaidByNameWithAReasonAndForItsFigures(t *testing.T) {
	t.Parallel()
	m, c := begun(t, 10)
	m.apart(c, true)
	m.do(c, confirm)
	m.do(c, moved)
	m.do(c, retired)
	var double string
	for _, b := range m.blockersOf(c) {
		if b.Verdict == proof.Double {
			double = b.Double
		}
	}
	a := cutover.Acks{CRMAccountID: c.id, Doubles: []string{double}}
	_, err := m.Acknowledge(m.Context(), ada, m.run, a)
	if says := m.conflict(err); !strings.Contains(says, "Type the customer's name, contoso") {
		t.Error(says)
	}
	for _, wrong := range []struct{ name, note, field string }{{"Contoso", "bought more", "confirm"},
		{"contoso", " ", "note"}} {
		a.Confirmed, a.Note = wrong.name, wrong.note
		if _, err := m.Acknowledge(m.Context(), ada, m.run, a); errs.FieldsOf(err)[wrong.field] == "" {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	if n := m.verdictsOf(c)[proof.Double]; n != 151 {
		t.Errorf("%d days are double", n)
	}
	a.Confirmed, a.Note = "contoso", "ten more were bought there in January"
	if n, err := m.Acknowledge(m.Context(), ada, m.run, a); err != nil || n != 1 {
		t.Fatalf("%d %v", n, err)
	}
	if got := m.verdictsOf(c); got[proof.Double] != 0 || got[proof.Acknowledged] < 151 {
		t.Errorf("%v", got)
	}
	if _, err := m.Acknowledge(m.Context(), ada, m.run, a); errs.KindOf(err) != errs.Conflict {
		t.Errorf("said twice: %v", err)
	}
}
