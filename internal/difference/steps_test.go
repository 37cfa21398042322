package difference_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/difference"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/testkit/billdesk"
	"seatledger/internal/testkit/billlines"
	"seatledger/internal/testkit/billtest"
)

const counted = `SELECT string_agg(concat_ws(' ', c.event, c.effective_at, c.delta), ', ' ORDER BY c.effective_at,
	c.seq)
	FROM license_changes c JOIN license_change_status s ON s.change_id = c.id WHERE s.counted AND c.delta <> 0`

func TestAnAcceptedChangeIsTakenOutOfTheLedgerAgain(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.Add("S-1", 10, "2026-11-01")
	d.draft("2026-12-01")
	d.take(line("S-1", "12", "10", "120"))
	step := difference.Step{ID: d.difference("quantity"), On: "2026-11-01"}
	if err := d.room.Accept(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	d.wants("create 2026-11-01 10, update 2026-11-01 2", counted)
	d.Seats(id, 15, "2026-11-20") // a later change keeps what it reached
	if err := d.room.Undo(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	d.wants("create 2026-11-01 10, update 2026-11-20 5", counted)
	d.wants("todo", `SELECT state FROM differences`)
	if err := d.room.Accept(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	d.wants("create 2026-11-01 10, update 2026-11-01 2, update 2026-11-20 3", counted)
	// Once a run has billed with it the row does not go unseen.
	if err := d.correct(); err != nil {
		t.Fatal(err)
	}
	err := d.room.Undo(t.Context(), billtest.Bea, step)
	if errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Public(err),
		"Set the row aside on the subscription's page") {
		t.Errorf("after it was billed: %v", err)
	}
	d.wants("create 2026-11-01 10, update 2026-11-01 2, update 2026-11-20 3", counted)
	d.wants("accepted", `SELECT state FROM differences`)
	d.voidLast()
	if err := d.room.Undo(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	d.wants("create 2026-11-01 10, update 2026-11-20 5", counted)
}

func (d *desk) voidLast() {
	d.Helper()
	id := uuid.MustParse(d.Text(`SELECT id FROM invoices ORDER BY seq DESC LIMIT 1`))
	bills := invoice.Service{DB: d.DB.DB, Clock: d.Clock, Zone: time.UTC}
	if err := bills.Void(d.Context(), billtest.Bea, invoice.Step{ID: id, Reason: "not yet"}); err != nil {
		d.Fatal(err)
	}
}

func TestAChangeThatWasMovedGoesBackToItsDay(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.read()
	d.Add("S-1", 10, "2026-11-01")
	d.take(line("S-1", "12", "10", "120"))
	d.Today("2026-11-12")
	d.Sync(billtest.Record("S-1", 12, billtest.Day(d, "2026-11-01")))
	step := difference.Step{ID: d.difference("quantity"), On: "2026-11-05"}
	if err := d.room.Accept(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	d.wants("create 2026-11-01 10, update 2026-11-05 2", counted)
	if err := d.room.Undo(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	d.wants("create 2026-11-01 10, update 2026-11-12 2", counted)
}

// What was used is billed by the contract's rule and by nothing else, once for each line.
func TestUsageIsBilledByTheRuleOfTheContract(t *testing.T) {
	t.Parallel()
	d := open(t)
	used := billlines.With(billlines.With(billlines.Charge("azure", "usage", "", "2026-11-01", "2026-12-01", "29",
		"0.868",
		"21.39"), "Customer of azure", "Contoso"), "C-azure", "")
	bill := billdesk.Bill(d.World, "november.csv", []string{used})
	d.compare(bill)
	d.wants("usage_without_rule 21.39 0", `SELECT concat_ws(' ', kind, trim_scale(once_amount),
		trim_scale(month_amount))
		FROM differences`)
	err := d.room.Bill(t.Context(), billtest.Bea, difference.Step{ID: d.difference("usage_without_rule")})
	if errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Public(err), "Enter a rule for usage") {
		t.Errorf("without a rule: %v", err)
	}
	d.Exec(`UPDATE billing_contracts SET usage_rule = 'cost+15%'`)
	d.compare(bill)
	d.wants("not_billed_on todo Used and not billed on; the contract bills usage at its cost plus 15 %",
		`SELECT concat_ws(' ', kind, state, why) FROM differences WHERE gone_at IS NULL`)
	step := difference.Step{ID: d.difference("not_billed_on"), Amount: "30"}
	if err := d.room.Bill(t.Context(), billtest.Bea, step); errs.FieldsOf(err)["amount"] == "" {
		t.Errorf("another amount: %v", err)
	}
	step.Amount = ""
	if err := d.room.Bill(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	d.wants("24.6 21.39", `SELECT concat_ws(' ', trim_scale(unit_amount), trim_scale(cost)) FROM typed_lines`)
	d.compare(bill)
	d.wants("billed", `SELECT state FROM differences WHERE gone_at IS NULL`)
}

func TestOfTwoPeopleAtOnceOneDecides(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Add("S-1", 10, "2026-11-01")
	d.draft("2026-12-01")
	d.take(line("S-1", "12", "10", "120"))
	id := d.difference("quantity")
	var all [4]error
	var wait sync.WaitGroup
	for i, do := range []func() error{
		func() error { return d.room.Bill(d.Context(), billtest.Bea, difference.Step{ID: id}) },
		func() error {
			return d.room.Accept(d.Context(), billtest.Bea, difference.Step{ID: id, On: "2026-11-01"})
		},
		func() error {
			return d.room.Dismiss(d.Context(), billtest.Bea, difference.Step{ID: id, Reason: "known"})
		},
		func() error { return d.room.Dispute(d.Context(), billtest.Bea, difference.Step{ID: id}) },
	} {
		wait.Go(func() { all[i] = do() })
	}
	wait.Wait()
	won := 0
	for _, err := range all {
		switch {
		case err == nil:
			won++
		case errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Public(err), "already"):
			t.Errorf("who came later: %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d decided", won)
	}
	d.wants("true", `SELECT (state = 'billed') = EXISTS (SELECT FROM supplier_seats)
		AND (state = 'accepted') = EXISTS (SELECT FROM license_changes WHERE delta = 2) FROM differences`)
}

// What was billed to the customer from a bill that is corrected is seen once the corrected one no longer charges it.
func TestABillThatIsReplacedWhileStepsWereTaken(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Add("S-1", 10, "2026-11-01")
	d.draft("2026-12-01")
	first := billdesk.Bill(d.World, "november.csv", []string{line("S-1", "12", "10", "120")})
	d.compare(first)
	step := difference.Step{ID: d.difference("quantity")}
	if err := d.room.Bill(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	// The same again: what was decided stays.
	second := d.replaced(first, line("S-1", "12", "10", "120"))
	d.wants("billed f", `SELECT concat_ws(' ', state, gone_at IS NOT NULL) FROM differences`)
	// Another number: it is to do again and says why.
	third := d.replaced(second, line("S-1", "13", "10", "130"))
	d.wants("todo 30 billed at 20 by Bea Example, and it comes to something else now",
		`SELECT concat_ws(' ', state, trim_scale(once_amount), again_why) FROM differences`)
	// Billed again it orders what lacks beyond the first order.
	if err := d.room.Bill(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	d.wants("2, 1", `SELECT string_agg(seats::text, ', ' ORDER BY at, id) FROM supplier_seats WHERE undone_at IS
		NULL`)
	// It no longer charges them: what was ordered is too much, before a run has billed it and after.
	fourth := d.replaced(third, line("S-1", "10", "10", "100"))
	const too = `SELECT concat_ws(' ', kind, state, trim_scale(once_amount)) FROM differences WHERE gone_at IS NULL`
	d.wants("quantity todo -30", too)
	if err := d.correct(); err != nil {
		t.Fatal(err)
	}
	d.compare(fourth)
	d.wants("quantity todo -30", too)
	if err := d.room.Undo(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	d.wants("0", `SELECT count(*) FROM supplier_seats WHERE undone_at IS NULL`)
	if err := d.room.Undo(t.Context(), billtest.Bea, step); errs.KindOf(err) != errs.Conflict {
		t.Errorf("taken back twice: %v", err)
	}
	if err := d.correct(); err != nil {
		t.Fatal(err)
	}
	d.compare(fourth)
	d.wants("0", `SELECT count(*) FROM differences WHERE gone_at IS NULL`)
}

func TestADifferenceThatComesBackThreeMonthsSaysSo(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Today("2026-09-02")
	d.Add("S-1", 10, "2026-09-01")
	d.Today("2026-11-30")
	for i, month := range []string{"September", "October", "November"} {
		d.compare(billdesk.Bill(d.World, month+".csv", []string{in(month, "S-1", "12", "10", "120")}))
		d.wants(string(rune('1'+i))+" September.csv", `SELECT d.times || ' ' || b.name FROM differences d
			JOIN supplier_bills b ON b.id = d.first_bill_id ORDER BY d.times DESC LIMIT 1`)
	}
}
