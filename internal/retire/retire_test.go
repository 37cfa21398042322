package retire_test

import (
	"flag"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/billing"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/retire"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/pgtest"
)

// Each random history is some hundred transactions; -rapid.checks=500 looks further.
func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "20")
	pgtest.Main(m)
}

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
	h := houseOf(w, w.Add("S1", 10, "2026-03-01"))
	h.bill("2026-04-01")
	w.Today("2026-03-22")
	return h
}

func houseOf(w *billtest.World, id uuid.UUID) house {
	return house{
		World: w, id: id, Service: retire.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC, Reviews: w.Reviewer()},
		invoices: billing.Service{Service: invoice.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC}},
	}
}

func (h house) bill(end string) uuid.UUID {
	h.Helper()
	run := billing.Run{ContractID: h.Contract, End: billtest.Day(h, end)}
	id, err := h.invoices.Draft(h.Context(), billtest.Bea, billing.Order{Run: run, Late: true})
	if err != nil {
		h.Fatal(err)
	}
	return id
}

func (h house) end(refund bool) {
	h.Helper()
	if err := h.Deactivate(h.Context(), billtest.Bea, retire.End{ID: h.id, Refund: refund}); err != nil {
		h.Fatal(err)
	}
}

// closing is the last row of the ledger.
func (h house) closing() string {
	return h.Text(`SELECT concat_ws(' ', event, delta, effective_at, CASE WHEN refund THEN 'refund' END)
		FROM license_changes
		WHERE subscription_id = ? ORDER BY seq DESC LIMIT 1`, h.id)
}

func (h house) lines(invoice uuid.UUID) string {
	return h.Text(`SELECT string_agg(concat_ws(' ', kind, from_date, to_date, seats, trim_scale(amount)), ', '
		ORDER BY from_date, position)
		FROM invoice_lines WHERE invoice_id = ? AND subscription_id = ?`, invoice, h.id)
}

func TestWithoutRefundWhatWasBilledIsKept(t *testing.T) {
	t.Parallel()
	h := open(t, "no")
	h.end(false)
	if got := h.closing(); got != "deactivate -10 2026-03-22" {
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
	if err != nil || !seen[0].Refunds.Allowed || seen[0].Amount.Decimal.String() != "-38.71" ||
		seen[0].SeatDays != -100 {
		t.Errorf("%+v %v", seen, err)
	}
	h.end(true)
	if got := h.closing(); got != "deactivate -10 2026-03-22 refund" {
		t.Error(got)
	}
	if got := h.lines(h.bill("2026-05-01")); got != "catch_up 2026-03-22 2026-04-01 -10 -38.71" {
		t.Error(got)
	}
}

func TestARefundNeedsASettingThatGivesIt(t *testing.T) {
	t.Parallel()
	for refunds, allowed := range map[string]bool{"no": false, "global": false, "yes": true} {
		h := open(t, refunds)
		err := h.Deactivate(t.Context(), billtest.Bea, retire.End{ID: h.id, Refund: true})
		if allowed != (err == nil) || !allowed && errs.KindOf(err) != errs.Conflict {
			t.Errorf("%s: %v", refunds, err)
		}
	}
	h := open(t, "global")
	h.Exec(`INSERT INTO settings (name, value, updated_at, updated_by)
		VALUES ('general', '{"refunds": true}', now(), 'Ada')`)
	h.end(true)
}

func TestSeatsThatWerePaidAndNotRefundedAreNotBilledAgainWhenTheyComeBack(t *testing.T) {
	t.Parallel()
	h := open(t, "yes")
	h.end(false)
	if err := h.Activate(t.Context(), billtest.Bea, retire.Return{ID: h.id}); err != nil {
		t.Fatal(err)
	}
	if got := h.closing(); got != "activate 10 2026-03-22" {
		t.Error(got)
	}
	april := h.bill("2026-05-01")
	if got := h.lines(april); got != "cycle 2026-04-01 2026-05-01 10 120" {
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
	if err := h.Activate(t.Context(), billtest.Bea,
		retire.Return{ID: h.id, On: billtest.Day(t, "2026-03-25")}); err != nil {
		t.Fatal(err)
	}
	// Credited were ten days of ten seats; seven of them are billed again.
	if got := h.lines(h.bill("2026-05-01")); got != "catch_up 2026-03-22 2026-03-25 -10 -11.61, cycle 2026-04-01 "+
		"2026-05-01 10 120" {
		t.Error(got)
	}
}

func TestACreditThatWasBilledIsChargedAgainWhenTheSeatsComeBack(t *testing.T) {
	t.Parallel()
	h := open(t, "yes")
	h.end(true)
	h.bill("2026-05-01")
	on := billtest.Day(t, "2026-03-25")
	seen, err := h.Look(t.Context(), []uuid.UUID{h.id}, on)
	if err != nil || seen[0].Amount.Decimal.String() != "27.1" || seen[0].SeatDays != 70 || seen[0].PaidDays != 0 {
		t.Errorf("what it says before: %s for %d seat-days, %d paid, %v", seen[0].Amount.Decimal, seen[0].SeatDays,
			seen[0].PaidDays, err)
	}
	if err := h.Activate(t.Context(), billtest.Bea, retire.Return{ID: h.id, On: on}); err != nil {
		t.Fatal(err)
	}
	h.World.Today("2026-04-02")
	if got := h.lines(h.bill("2026-05-01")); got != "catch_up 2026-03-25 2026-04-01 10 27.1, cycle 2026-04-01 "+
		"2026-05-01 10 120" {
		t.Error(got)
	}
}

func TestWithoutAContractTheGlobalSettingSaysWhetherThereIsARefund(t *testing.T) {
	t.Parallel()
	h := open(t, "yes")
	for setting, want := range map[string]bool{"false": false, "true": true} {
		h.Exec(`INSERT INTO settings (name, value, updated_at, updated_by)
			VALUES ('general', jsonb_build_object('refunds', ?::boolean), now(), 'Ada')
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, setting)
		got, err := retire.RefundsOf(t.Context(), h.World.DB.Read(t.Context()), uuid.NullUUID{})
		if err != nil || got.Allowed != want || !strings.Contains(got.Because, "stands in no contract") {
			t.Errorf("%s: %+v %v", setting, got, err)
		}
	}
}

func TestTheLookTellsWhatIsNotBilledUpToTheDay(t *testing.T) {
	t.Parallel()
	h := open(t, "no")
	h.Seats(h.id, 12, "2026-03-20")
	seen, err := h.Look(t.Context(), []uuid.UUID{h.id}, billtest.Day(t, "2026-03-25"))
	if err != nil || seen[0].Unbilled.SeatDays != 10 || seen[0].Unbilled.From.String() != "2026-03-20" {
		t.Errorf("two seats of five days: %+v %v", seen[0].Unbilled, err)
	}
}
