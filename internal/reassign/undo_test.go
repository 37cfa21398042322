package reassign_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/billing"
	"seatledger/internal/elsewhere"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/ledger"
	"seatledger/internal/reassign"
	"seatledger/internal/retire"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/billtest"
)

func TestUndoPutsEverythingBack(t *testing.T) {
	t.Parallel()
	for _, side := range []string{"source", "target", "move"} {
		h := open(t)
		h.Seats(h.old, 14, "2026-03-10")
		h.Price(h.new, "9", "2026-02-20")
		old, new := h.snapshot(h.old), h.snapshot(h.new)
		m := h.move()
		r := h.do(m)
		back := map[string]uuid.UUID{"source": h.old, "target": h.new, "move": r.ID}[side]
		if _, err := h.Undo(t.Context(), billtest.Bea, reassign.Back{ID: back}); err != nil {
			t.Fatal(err)
		}
		if got := h.snapshot(h.old); got != old {
			t.Errorf("source:\n%s\nwas\n%s", got, old)
		}
		if got := h.snapshot(h.new); got != new {
			t.Errorf("target:\n%s\nwas\n%s", got, new)
		}
		if got := h.Text(`SELECT count(*) FROM license_changes WHERE subscription_id = ?
			AND origin_change_id IS NOT NULL`, h.new); got != "4" {
			t.Errorf("%s copies are kept", got)
		}
		if _, err := h.Undo(t.Context(), ada, reassign.Back{ID: back}); errs.KindOf(err) != errs.Conflict ||
			!strings.Contains(errs.Public(err), "Bea Example has taken") {
			t.Errorf("a second time: %v", err)
		}
		h.do(m) // and it can be done again
	}
}

func TestUndoOpensWhatWasEndedAfterTheMove(t *testing.T) {
	t.Parallel()
	h := open(t)
	new := h.snapshot(h.new)
	h.do(h.move())
	h.end()
	if _, err := h.Undo(t.Context(), billtest.Bea, reassign.Back{ID: h.old}); err != nil {
		t.Fatal(err)
	}
	if got := h.snapshot(h.new); got != new {
		t.Errorf("target:\n%s\nwas\n%s", got, new)
	}
	if got := h.stands(h.old); got != "active 13 13 from through 2026-04-01 since" {
		t.Error(got)
	}
	h.bills("2026-05-01", "OLD cycle 2026-04-01 2026-05-01 13 156")
}

func TestUndoEndsWithTheNextInvoiceThatUsesIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(h.move())
	h.end()
	april := h.bill("2026-05-01")
	if err := h.invoices.Bill(t.Context(), billtest.Bea, invoice.Step{ID: april}); err != nil {
		t.Fatal(err)
	}
	for what, undo := range map[string]func() error{
		"undo":   func() error { _, err := h.Undo(t.Context(), billtest.Bea, reassign.Back{ID: h.new}); return err },
		"reopen": func() error { _, err := h.Reopen(t.Context(), billtest.Bea, reassign.Back{ID: h.old}); return err },
	} {
		if err := undo(); errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Public(err), "invoice 1") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := h.invoices.Void(t.Context(), billtest.Bea, invoice.Step{ID: april, Reason: "wrong pair"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Undo(t.Context(), billtest.Bea, reassign.Back{ID: h.new}); err != nil {
		t.Error(err)
	}
}

func TestTheSourcesInvoiceIsVoidedAndBothPayTheirOwnDays(t *testing.T) {
	t.Parallel()
	h := open(t)
	march := uuid.MustParse(h.Text(`SELECT id FROM invoices ORDER BY seq DESC LIMIT 1`))
	h.do(h.move())
	h.end()
	april := h.bill("2026-05-01")
	err := h.invoices.Void(t.Context(), billtest.Bea, invoice.Step{ID: march, Reason: "wrong"})
	if errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Public(err), "Void the later one first") {
		t.Errorf("voided although the target goes on from it: %v", err)
	}
	for _, id := range []uuid.UUID{april, march} {
		if err := h.invoices.Void(t.Context(), billtest.Bea, invoice.Step{ID: id, Reason: "wrong"}); err != nil {
			t.Fatal(err)
		}
	}
	// The source's days up to the switch come to 338.63, of which 263.14 were paid.
	h.bills("2026-04-01", "NEW cycle 2026-03-16 2026-04-01 13 80.52, OLD cycle 2026-03-01 2026-03-16 13 75.49")
}

func TestADateThatWasCorrectedInTheCopyGoesWithIt(t *testing.T) {
	t.Parallel()
	h := bare(t, "2026-01-02", billtest.Terms{})
	h.old = h.Add("OLD", 10, "2026-01-01")
	h.World.Today("2026-01-20")
	h.Sync(billtest.Record("OLD", 12, billtest.Day(t, "2026-01-01"))) // an estimate
	h.new = h.Add("NEW", 12, "2026-01-10")
	new := h.snapshot(h.new)
	h.do(h.move())
	id := uuid.MustParse(h.Text(`SELECT c.id FROM license_changes c JOIN license_change_status s ON s.change_id = c.id
		WHERE c.subscription_id = ? AND c.estimated AND s.counted`, h.new))
	h.Tx(func(tx *gorm.DB) error {
		_, err := ledger.Rewrite(t.Context(), tx, ledger.Rewriting{
			Row: id, On: billtest.Day(t, "2026-01-15"), Delta: 2, Why: "it was the 15th", Origin: h.Act(h.new).Origin,
		})
		return err
	})
	if _, err := h.Undo(t.Context(), billtest.Bea, reassign.Back{ID: h.new}); err != nil {
		t.Fatal(err)
	}
	if got := h.snapshot(h.new); got != new {
		t.Errorf("target:\n%s\nwas\n%s", got, new)
	}
}

func TestEndingTheSourceByItselfReleasesTheTargetAndMovesNoSwitchDay(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(h.move())
	if err := h.retire.Deactivate(t.Context(), billtest.Bea,
		retire.End{ID: h.old, On: billtest.Day(t, "2026-04-11")}); err != nil {
		t.Fatal(err)
	}
	if got, want := h.stands(h.new), "active 13 13 from 2026-03-16 through 2026-04-01 since 2026-01-01"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	h.bills("2026-05-01", "NEW cycle 2026-04-01 2026-05-01 13 156")
}

func TestASourceThatHasEndedGivesItsHistoryWithoutItsEnd(t *testing.T) {
	t.Parallel()
	h := open(t)
	if err := h.retire.Deactivate(t.Context(), billtest.Bea,
		retire.End{ID: h.old, On: billtest.Day(t, "2026-03-08")}); err != nil {
		t.Fatal(err)
	}
	if r := h.do(h.move()); r.Adjusted != 0 {
		t.Errorf("adjusted by %d", r.Adjusted)
	}
	if got, want := h.stands(h.new), "active 13 13 from 2026-03-08 through 2026-04-01 since 2026-01-01"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	h.bills("2026-05-01", "NEW cycle 2026-04-01 2026-05-01 13 156")
}

func TestASourceIsNotOpenedAgainWhileItsHistoryStandsElsewhere(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(h.move())
	h.end()
	err := h.retire.Activate(t.Context(), billtest.Bea, retire.Return{ID: h.old})
	if errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Public(err), "Undo the reassignment first") {
		t.Error(err)
	}
	if _, err := h.Reopen(t.Context(), billtest.Bea, reassign.Back{ID: h.old}); err != nil {
		t.Fatal(err)
	}
	if got := h.stands(h.new); got != "held cutover 13 13 from 2026-03-16 through 2026-04-01 since 2026-01-01" {
		t.Error(got)
	}
	h.end()
	h.bills("2026-05-01", "NEW cycle 2026-04-01 2026-05-01 13 156")
}

func TestWhatAnotherSystemBilledStaysBilledOnTheTarget(t *testing.T) {
	t.Parallel()
	h := bare(t, "2026-01-02", billtest.Terms{})
	h.old = h.Add("OLD", 10, "2026-01-01")
	var ids []uuid.UUID
	if err := h.World.DB.Read(t.Context()).Raw(`SELECT id FROM license_changes WHERE subscription_id = ?`,
		h.old).Scan(&ids).Error; err != nil {
		t.Fatal(err)
	}
	other := elsewhere.Service{DB: h.invoices.DB, Clock: h.invoices.Clock}
	marked := elsewhere.Billed{Changes: ids, Reference: "R-1", Through: billtest.Day(t, "2026-03-01")}
	if err := other.Mark(t.Context(), billtest.Bea, marked); err != nil {
		t.Fatal(err)
	}
	h.World.Today("2026-01-20")
	h.new = h.Add("NEW", 10, "2026-01-10")
	h.do(h.move())
	h.end()
	for _, end := range []string{"2026-02-01", "2026-03-01"} {
		if _, err := h.invoices.Draft(t.Context(), billtest.Bea,
			billing.Order{Run: billing.Run{ContractID: h.Contract,
				End: billtest.Day(t, end)}}); errs.KindOf(err) != errs.Conflict {
			t.Errorf("billed again: %v", err)
		}
	}
	h.World.Today("2026-02-20")
	if got := h.lines(h.bill("2026-04-01")); got != "NEW cycle 2026-03-01 2026-04-01 10 120" {
		t.Error(got)
	}
}

func TestAMoveStandsInTheAuditTrailWithBeforeAndAfter(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(h.move())
	h.end()
	if _, err := h.Undo(t.Context(), ada, reassign.Back{ID: h.old, Note: "wrong pair"}); err != nil {
		t.Fatal(err)
	}
	got := h.Text(`SELECT string_agg(concat_ws(' ', split_part(action, '.', 2), object_name, actor), ', ' ORDER BY seq)
		FROM audit_events
		WHERE action LIKE 'subscription.%' AND split_part(action, '.', 2) IN
			('reassigned', 'released', 'deactivated', 'activated', 'reassignment_undone')`)
	if want := "reassigned Product NEW Bea Example, deactivated Product OLD Bea Example, released Product NEW Bea " +
		"Example, " +
		"activated Product OLD Ada Example, reassignment_undone Product NEW Ada Example"; got != want {
		t.Error(got)
	}
	if got := h.Text(`SELECT concat_ws(' ', before->>'billable_from', after->>'billable_from', after->>'switch_on',
		after->>'copied')
		FROM audit_events WHERE action = 'subscription.reassigned'`); got != " 2026-03-16 2026-03-16 3" {
		t.Error(got)
	}
}

func TestAMoveIsKeptAsItWas(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(h.move())
	db := h.World.DB.Read(t.Context())
	for _, sql := range []string{`DELETE FROM reassignments`, `DELETE FROM reassigned_changes`,
		`UPDATE reassigned_changes SET role = 'aside'`,
		`UPDATE reassignments SET note = 'x'`, `UPDATE reassignments SET copied = 0`} {
		if err := db.Exec(sql).Error; err == nil {
			t.Errorf("%s was done", sql)
		}
	}
}

func TestDaysThatTheSourcePaidAreNotChargedAgainWhenTheTargetComesBack(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(h.move())
	h.end()
	h.World.Today("2026-03-20")
	if err := h.retire.Deactivate(t.Context(), billtest.Bea, retire.End{ID: h.new}); err != nil {
		t.Fatal(err)
	}
	h.World.Today("2026-03-24")
	if err := h.retire.Activate(t.Context(), billtest.Bea, retire.Return{ID: h.new}); err != nil {
		t.Fatal(err)
	}
	h.bills("2026-05-01", "NEW cycle 2026-04-01 2026-05-01 13 156")
}

func TestACutOverRetiresAFrozenSourceOnItsSwitchDay(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.Tx(func(tx *gorm.DB) error {
		_, err := subscription.Freeze(t.Context(), tx, h.Act(h.old), billtest.Day(t, "2026-03-12"))
		return err
	})
	h.Sync(billtest.Record("OLD", 20, billtest.Day(t, "2026-01-01"))) // does not count while it is frozen
	m := h.move()
	m.Course = ledger.FromCutover
	if r := h.do(m); r.SwitchOn.String() != "2026-03-12" {
		t.Errorf("%+v", r)
	}
	if _, err := h.Retire(t.Context(), billtest.Bea,
		reassign.Ending{Source: h.old, By: subscription.ByCutover}); err != nil {
		t.Fatal(err)
	}
	if got := h.Text(`SELECT concat_ws(' ', deactivated_by, deactivated_on, ledger_quantity) FROM subscriptions
		WHERE id = ?`, h.old); got != "cutover 2026-03-12 0" {
		t.Error(got)
	}
	if got := h.stands(h.new); got != "active 13 13 from 2026-03-12 through 2026-04-01 since 2026-01-01" {
		t.Error(got)
	}
	if _, err := h.Undo(t.Context(), billtest.Bea, reassign.Back{ID: h.old}); err != nil {
		t.Fatal(err)
	}
	if got := h.stands(h.old); got != "active 13 13 from through 2026-04-01 since" {
		t.Error(got)
	}
}
