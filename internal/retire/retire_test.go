package retire_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/billing"
	"seatledger/internal/errs"
	"seatledger/internal/retire"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type house struct {
	*billtest.World
	retire.Service
	invoices billing.Service
	id       uuid.UUID
}

// open has ten seats, billed for all of March.
func open(t *testing.T, refunds string) house {
	t.Helper()
	w := billtest.New(t, "2026-03-02", billtest.Terms{Refunds: refunds})
	h := house{World: w, id: w.Add("S1", 10, "2026-03-01"),
		Service:  retire.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC, Reviews: w.Reviewer()},
		invoices: billing.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC}}
	h.bill("2026-04-01")
	w.Today("2026-03-22")
	return h
}

func (h house) bill(end string) uuid.UUID {
	h.Helper()
	id, err := h.invoices.Draft(h.Context(), billtest.Bea, billing.Order{Run: billing.Run{ContractID: h.Contract, End: billtest.Day(h, end)}})
	if err != nil {
		h.Fatal(err)
	}
	return id
}

func (h house) end(refund bool) {
	h.Helper()
	if err := h.Deactivate(h.Context(), billtest.Bea, retire.End{IDs: []uuid.UUID{h.id}, Refund: refund}); err != nil {
		h.Fatal(err)
	}
}

func (h house) closing() string {
	return h.Text(`SELECT concat_ws(' ', c.event, c.delta, c.effective_at, st.billing_state) FROM license_changes c JOIN license_change_status st ON st.change_id = c.id
		WHERE c.subscription_id = ? ORDER BY c.seq DESC LIMIT 1`, h.id)
}

func TestWithoutRefundTheClosingRowIsArchivedAndNeverCredited(t *testing.T) {
	t.Parallel()
	h := open(t, "no")
	h.end(false)
	if got := h.closing(); got != "deactivate -10 2026-03-22 archived" {
		t.Error(got)
	}
	h.World.Today("2026-03-28")
	_, err := h.invoices.Draft(t.Context(), billtest.Bea, billing.Order{Run: billing.Run{ContractID: h.Contract}})
	if errs.KindOf(err) != errs.Conflict {
		t.Errorf("nothing is left to bill: %v", err)
	}
}

func TestARefundBecomesAProratedCredit(t *testing.T) {
	t.Parallel()
	h := open(t, "yes")
	seen, err := h.Look(t.Context(), []uuid.UUID{h.id}, h.Service.Today())
	if err != nil || !seen[0].Refunds.Allowed || seen[0].Amount.Decimal.String() != "-38.71" || seen[0].SeatDays != -100 {
		t.Errorf("%+v %v", seen, err)
	}
	h.end(true)
	credit := h.bill("2026-05-01")
	if got := h.Text(`SELECT string_agg(concat_ws(' ', kind, from_date, to_date, seats, trim_scale(amount)), ', ') FROM invoice_lines WHERE invoice_id = ?`, credit); got != "catch_up 2026-03-22 2026-04-01 -10 -38.71" {
		t.Error(got)
	}
}

func TestARefundNeedsASettingThatGivesIt(t *testing.T) {
	t.Parallel()
	for refunds, allowed := range map[string]bool{"no": false, "global": false, "yes": true} {
		h := open(t, refunds)
		err := h.Deactivate(t.Context(), billtest.Bea, retire.End{IDs: []uuid.UUID{h.id}, Refund: true})
		if allowed != (err == nil) || !allowed && errs.KindOf(err) != errs.Conflict {
			t.Errorf("%s: %v", refunds, err)
		}
	}
	h := open(t, "global")
	h.Exec(`INSERT INTO settings (name, value, updated_at, updated_by) VALUES ('general', '{"refunds": true}', now(), 'Ada')`)
	h.end(true)
}

func TestSeatsThatWerePaidAndNotRefundedAreNotBilledAgainWhenTheyComeBack(t *testing.T) {
	t.Parallel()
	h := open(t, "yes")
	h.end(false)
	if err := h.Activate(t.Context(), billtest.Bea, retire.Return{ID: h.id}); err != nil {
		t.Fatal(err)
	}
	if got := h.closing(); got != "activate 10 2026-03-22 archived" {
		t.Error(got)
	}
	april := h.bill("2026-05-01")
	if got := h.Text(`SELECT string_agg(concat_ws(' ', kind, from_date, seats, trim_scale(amount)), ', ') FROM invoice_lines WHERE invoice_id = ?`, april); got != "cycle 2026-04-01 10 120" {
		t.Error(got)
	}
	if got := h.Text(`SELECT forfeited_days FROM invoice_coverage WHERE invoice_id = ?`, april); got != "0" {
		t.Errorf("%s seat-days forfeited", got)
	}
}

func TestSeatsThatWereRefundedAreBilledAgainWhenTheyComeBack(t *testing.T) {
	t.Parallel()
	h := open(t, "yes")
	h.end(true)
	if err := h.Activate(t.Context(), billtest.Bea, retire.Return{ID: h.id, On: billtest.Day(t, "2026-03-25")}); err != nil {
		t.Fatal(err)
	}
	if got := h.closing(); got != "activate 10 2026-03-25 open" {
		t.Error(got)
	}
}

func TestManyAreEndedTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	h := open(t, "no")
	b := h.Add("S2", 3, "2026-03-22")
	h.end(false)
	if err := h.Deactivate(t.Context(), billtest.Bea, retire.End{IDs: []uuid.UUID{b, h.id}}); errs.KindOf(err) != errs.Conflict {
		t.Errorf("one has ended already: %v", err)
	}
	if got := h.Text(`SELECT state FROM subscriptions WHERE id = ?`, b); got != "active" {
		t.Error(got)
	}
	if err := h.Deactivate(t.Context(), billtest.Bea, retire.End{IDs: []uuid.UUID{b}}); err != nil {
		t.Error(err)
	}
	if n := h.Text(`SELECT count(*) FROM audit_events WHERE action = 'subscription.deactivated'`); n != "2" {
		t.Errorf("%s audit rows", n)
	}
}
