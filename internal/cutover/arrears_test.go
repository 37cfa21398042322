package cutover_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/billing"
	"seatledger/internal/cutover/proof"
	"seatledger/internal/distributor"
	"seatledger/internal/elsewhere"
	"seatledger/internal/invoice"
)

// inArrears is a customer whose contract bills cycles that have ended, billed so far.
func (m *market) inArrears(frequency string, billed ...string) *client {
	m.Helper()
	m.today("2026-01-01")
	c := m.client(frequency, "no")
	m.exec(`UPDATE billing_contracts SET timing = 'arrears', billing_frequency = ? WHERE id = ?`, frequency, c.contract)
	m.syncOld(c, legacy("E3", 10))
	m.price(c.oldID(m, "E3"), "12", "2026-01-01")
	m.sign(c.oldID(m, "E3"))
	for _, end := range billed {
		m.today(end)
		m.must(m.bill(c, end))
	}
	m.today("2026-06-15")
	m.syncNew(c, modern("E3", 10))
	return c
}

func TestInArrearsASwitchWithinTheCycleIsFinishedAtOnce(t *testing.T) {
	t.Parallel()
	for frequency, k := range map[string]struct {
		billed []string
		cycle  string // end of the one that is under way
	}{
		"monthly":   {[]string{"2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01"}, "2026-07-01"},
		"quarterly": {[]string{"2026-04-01"}, "2026-07-01"},
		"annual":    {nil, "2027-01-01"},
	} {
		for when, switchDay := range map[string]string{"past": "2026-06-12", "ahead": "2026-06-20"} {
			for _, ended := range []bool{false, true} { // by the distributor, before the switch
				if ended && when == "past" {
					continue
				}
				t.Run(frequency+" "+when+map[bool]string{true: " ended"}[ended], func(t *testing.T) {
					t.Parallel()
					m := newMarket(t, "2026-01-01")
					c := m.inArrears(frequency, k.billed...)
					m.start(switchDay)
					if ended {
						r := legacy("E3", 10)
						r.Status, r.StatusText = distributor.StatusCancelled, "cancelled"
						m.syncOld(c, r)
					}
					m.twin(c)
					m.do(c, confirm)
					until := day(m.text(`SELECT day FROM cutover_pairs WHERE undone_at IS NULL`))
					why := m.refused(c, moved)
					if !strings.Contains(why, "Make a change-log invoice of its contract up to "+until.String()+
						" and bill it") || !strings.Contains(why,
						"or take the confirmation back and choose another switch day") {
						t.Error(why)
					}
					if l := m.view(c).Missing[0].Link; l.Kind != "closing" || l.ID != c.contract.String() ||
						l.Day != until {
						t.Errorf("%+v", l)
					}
					id, err := m.bills.Draft(m.Context(), ada,
						billing.Order{Run: billing.Run{ContractID: c.contract, Kind: invoice.ChangeLog, End: until},
							Late: true})
					m.must(err)
					m.must(m.bills.Bill(m.Context(), ada, invoice.Step{ID: id}))
					m.do(c, moved)
					m.sign(c.newID(m, "E3"))
					m.do(c, retired)
					for _, b := range m.blockersOf(c) {
						if b.Verdict == proof.Double || b.Verdict == proof.Gap {
							t.Errorf("%+v", b)
						}
					}
					m.today(k.cycle)
					m.must(m.bill(c, k.cycle))
					m.oneSeatDayEach(c, k.cycle)
				})
			}
		}
	}
}

func TestWhatWaitsForItsOldOneIsNotOfferedAsBilledElsewhere(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.inArrears("monthly")
	m.exec(`UPDATE billing_contracts SET bill_from = NULL WHERE id = ?`, c.contract)
	m.start("2026-06-15")
	m.do(c, exact)
	m.do(c, confirm)
	rows, err := elsewhere.OpenRows(m.Context(), m.db.Read(m.Context()), c.contract, uuid.Nil)
	m.must(err)
	if len(rows) == 0 {
		t.Error("the old one's rows are missing")
	}
	for _, r := range rows {
		if r.SubscriptionID != c.oldID(m, "E3") {
			t.Errorf("offered: %+v", r)
		}
	}
	v := m.view(c)
	if len(v.Missing) != 1 || v.Missing[0].Link.Kind != "elsewhere" || strings.Contains(v.Missing[0].Says, "invoice") {
		t.Errorf("without a first billing day: %+v", v.Missing)
	}
}
