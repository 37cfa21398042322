package difference_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/billing"
	"seatledger/internal/difference"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/testkit/billdesk"
	"seatledger/internal/testkit/billlines"
	"seatledger/internal/testkit/billtest"
)

func (d *desk) difference(kind string) uuid.UUID {
	d.Helper()
	return uuid.MustParse(d.Text(`SELECT id FROM differences WHERE kind = ?`, kind))
}

// lines are seats, days and amounts of the lines of the last draft.
func (d *desk) lines() string {
	d.Helper()
	return d.Text(`SELECT string_agg(concat_ws(' ', l.kind, l.seats, l.from_date, l.to_date, trim_scale(l.amount)),
		', ' ORDER BY position)
		FROM invoice_lines l WHERE invoice_id = (SELECT id FROM invoices ORDER BY seq DESC LIMIT 1)`)
}

// correct draws what is due up to the end of the last full cycle.
func (d *desk) correct() error {
	d.Helper()
	bills := billing.Service{Service: invoice.Service{DB: d.DB.DB, Clock: d.Clock, Zone: d.room.Zone}}
	_, err := bills.Draft(d.Context(), billtest.Bea, billing.Order{Run: billing.Run{ContractID: d.Contract,
		Kind: invoice.ChangeLog}, Late: true})
	return err
}

func TestWhatIsBilledToTheCustomerIsPaidOnce(t *testing.T) {
	t.Parallel()
	d := open(t)
	sub := d.Add("S-1", 10, "2026-11-01")
	d.draft("2026-12-01")
	bill := billdesk.Bill(d.World, "november.csv", []string{line("S-1", "12", "10", "120")})
	d.compare(bill)
	step := difference.Step{ID: d.difference("quantity")}
	if err := d.room.Bill(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	if err := d.room.Bill(t.Context(), billtest.Bea, step); errs.KindOf(err) != errs.Conflict {
		t.Errorf("twice: %v", err)
	}
	if err := d.correct(); err != nil {
		t.Fatal(err)
	}
	if got := d.lines(); got != "catch_up 2 2026-11-01 2026-12-01 24" {
		t.Errorf("the next run: %s", got)
	}
	d.compare(bill)
	if got := d.Text(`SELECT string_agg(concat_ws(' ', kind, state, gone_at IS NOT NULL), ', ') FROM
		differences`); got != "quantity billed t" {
		t.Errorf("compared again: %s", got)
	}
	// The ledger is corrected later: nothing is due again.
	d.Seats(sub, 12, "2026-11-01")
	if err := d.correct(); errs.KindOf(err) != errs.Conflict {
		t.Errorf("after the correction: %v %s", err, d.lines())
	}
}

func TestSeatsThatAreTakenBackBeforeTheRunAreNotBilled(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Add("S-1", 10, "2026-11-01")
	d.draft("2026-12-01")
	d.take(billlines.With(line("S-1", "10", "10", "100"), ",P1Y", ",P1Y"),
		billlines.Event(billlines.Charge("S-1", "addQuantity", "monthly", "2026-11-16", "2026-12-01", "-10", "10",
			"-50"), "e"),
		billlines.Event(billlines.Charge("S-1", "addQuantity", "monthly", "2026-11-16", "2026-12-01", "13", "10",
			"65"), "e"))
	if got := d.said(); len(got) != 1 || got[0] != "not_billed_on S-1 15 30" {
		t.Fatalf("got %q", got)
	}
	step := difference.Step{ID: d.difference("not_billed_on")}
	if err := d.room.Bill(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	if got := d.Text(`SELECT concat_ws(' ', seats, from_on, to_on) FROM
		supplier_seats`); got != "3 2026-11-16 2026-12-01" {
		t.Errorf("ordered %s", got)
	}
	if err := d.room.Undo(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	if err := d.correct(); errs.KindOf(err) != errs.Conflict {
		t.Errorf("after the undo: %v %s", err, d.lines())
	}
	if err := d.room.Bill(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	if err := d.correct(); err != nil {
		t.Fatal(err)
	}
	if got := d.lines(); got != "catch_up 3 2026-11-16 2026-12-01 18" {
		t.Errorf("the next run: %s", got)
	}
	// Taken back after it was billed: the next run credits it.
	if err := d.room.Undo(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	if err := d.correct(); err != nil {
		t.Fatal(err)
	}
	if got := d.lines(); got != "catch_up -3 2026-11-16 2026-12-01 -18" {
		t.Errorf("taken back: %s", got)
	}
}

func TestWhatHasNoSubscriptionIsBilledOnceForEachLine(t *testing.T) {
	t.Parallel()
	d := open(t)
	bill := billdesk.Bill(d.World, "november.csv", []string{billlines.With(billlines.With(line("unknown", "2", "10",
		"20"),
		"Customer of unknown", "Contoso"), "C-unknown", "")})
	d.compare(bill)
	step := difference.Step{ID: d.difference("only_on_bill")}
	if err := d.room.Bill(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	d.compare(bill)
	if got := d.Text(`SELECT string_agg(concat_ws(' ', text, trim_scale(unit_amount), every, from_on), ', ') FROM
		typed_lines`); got !=
		"Product unknown, 2026-11-01 to 2026-11-30 20 once 2026-11-10" {
		t.Errorf("typed %q", got)
	}
	if got := d.Text(`SELECT state FROM differences`); got != "billed" {
		t.Errorf("state %s", got)
	}
	if err := d.room.Undo(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	if got := d.Text(`SELECT set_aside_by FROM typed_lines`); got != "Bea Example" {
		t.Errorf("set aside by %q", got)
	}
	step.Amount = "25.50"
	if err := d.room.Bill(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	step.Amount = "lots"
	if err := d.room.Undo(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	if err := d.room.Bill(t.Context(), billtest.Bea, step); errs.FieldsOf(err)["amount"] == "" {
		t.Errorf("not an amount: %v", err)
	}
}

func TestWhatNoRunWouldBillIsRefusedWithTheRemedy(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.AddUnpriced("unsigned", 10, "2026-11-01")
	d.Add("dear", 10, "2026-11-01")
	d.take(line("unsigned", "10", "10", "100"), line("dear", "10", "11", "110"), line("stranger", "1", "3", "3"))
	for kind, remedy := range map[string]string{"unsigned": "Sign it off", "price": "Dispute it",
		"unmapped": "Map the customer"} {
		err := d.room.Bill(t.Context(), billtest.Bea, difference.Step{ID: d.difference(kind)})
		if errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Public(err), remedy) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if n := d.Text(`SELECT count(*) FROM supplier_seats`); n != "0" {
		t.Errorf("%s orders", n)
	}
}
