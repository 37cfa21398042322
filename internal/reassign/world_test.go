package reassign_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/invoice"
	"seatledger/internal/reassign"
	"seatledger/internal/retire"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/billtest"
)

// house has an old subscription and its successor, of one customer.
type house struct {
	*billtest.World
	reassign.Service
	retire   retire.Service
	invoices billing.Service
	old, new uuid.UUID
}

// bare is a house without subscriptions.
func bare(t testing.TB, today string, k billtest.Terms) *house {
	t.Helper()
	return houseOf(billtest.New(t, today, k))
}

func houseOf(w *billtest.World) *house {
	h := &house{World: w, Service: reassign.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC, Reviews: w.Reviewer()},
		invoices: billing.Service{Service: invoice.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC}}}
	h.retire = retire.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC, Reviews: w.Reviewer(), Ended: h.Ended,
		Reopening: h.MayReopen}
	return h
}

// open has ten old seats since January, three more since 11 February, billed for all
// of March; the new one is held, has 13 seats and says it began in February.
func open(t testing.TB) *house {
	t.Helper()
	h := bare(t, "2026-01-02", billtest.Terms{})
	h.old = h.Add("OLD", 10, "2026-01-01")
	h.bill("2026-02-01")
	h.World.Today("2026-02-20")
	h.Seats(h.old, 13, "2026-02-11")
	h.bill("2026-03-01")
	h.bill("2026-04-01")
	h.World.Today("2026-03-16")
	h.new = h.Add("NEW", 13, "2026-02-15")
	h.hold(h.new)
	return h
}

func (h *house) hold(id uuid.UUID) {
	h.Helper()
	h.Tx(func(tx *gorm.DB) error {
		_, err := subscription.HoldBack(h.Context(), tx, h.Act(id), clock.Date{})
		return err
	})
}

func (h *house) bill(end string) uuid.UUID {
	h.Helper()
	id, err := h.invoices.Draft(h.Context(), billtest.Bea,
		billing.Order{Run: billing.Run{ContractID: h.Contract, End: billtest.Day(h, end)}, Late: true})
	if err != nil {
		h.Fatal(err)
	}
	return id
}

func (h *house) move() reassign.Move { return reassign.Move{Source: h.old, Target: h.new} }

func (h *house) do(m reassign.Move) reassign.Record {
	h.Helper()
	r, err := h.Do(h.Context(), billtest.Bea, m)
	if err != nil {
		h.Fatal(err)
	}
	return r
}

func (h *house) end() reassign.Record {
	h.Helper()
	r, err := h.Retire(h.Context(), billtest.Bea, reassign.Ending{Source: h.old})
	if err != nil {
		h.Fatal(err)
	}
	return r
}

// rows tells the counted seats of a subscription's ledger.
func (h *house) rows(id uuid.UUID) string {
	return h.Text(`
		SELECT string_agg(concat_ws(' ', c.event, c.delta, c.effective_at, CASE WHEN c.refund THEN 'refund' END,
			CASE WHEN st.invoice_id IS NOT NULL THEN 'on invoice' END), ', ' ORDER BY c.effective_at, c.seq)
		FROM license_changes c JOIN license_change_status st ON st.change_id = c.id WHERE c.subscription_id = ?
		AND st.counted AND c.delta <> 0`, id)
}

func (h *house) stands(id uuid.UUID) string {
	return h.Text(`
		SELECT concat_ws(' ', state, hold_reason, billable_quantity, ledger_quantity, 'from', billable_from, 'through',
			billed_through,
			'since', history_since) FROM subscriptions WHERE id = ?`, id)
}

func (h *house) lines(invoice uuid.UUID) string {
	return h.Text(`
		SELECT string_agg(concat_ws(' ', s.external_id, l.kind, l.from_date, l.to_date, l.seats, trim_scale(l.amount)),
			', '
			ORDER BY s.external_id, l.from_date, l.position)
		FROM invoice_lines l JOIN subscriptions s ON s.id = l.subscription_id WHERE l.invoice_id = ?`, invoice)
}

// bills checks the lines of the run up to a day.
func (h *house) bills(end, want string) {
	h.Helper()
	if got := h.lines(h.bill(end)); got != want {
		h.Errorf("billed:\n%s\nwant\n%s", got, want)
	}
}

// snapshot is all of a subscription and its ledger that undoing must restore.
func (h *house) snapshot(id uuid.UUID) string {
	through := regexp.MustCompile(`through [0-9-]*`) // for lists, and made anew by every step
	return through.ReplaceAllString(h.stands(id),
		"") + " | " + h.rows(id) + " | " + h.Text(`SELECT string_agg(c.id::text, ' ' ORDER BY c.id)
		FROM license_changes c JOIN license_change_status st ON st.change_id = c.id WHERE c.subscription_id = ?
		AND st.counted AND c.delta = 0`, id)
}

var ada = audit.Actor{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000001"), Name: "Ada Example"}

func ending(source uuid.UUID, on string) reassign.Ending {
	day, _ := clock.ParseDate(on)
	return reassign.Ending{Source: source, On: day}
}
