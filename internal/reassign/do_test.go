package reassign_test

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"

	"seatledger/internal/billing"
	"seatledger/internal/ledger"
	"seatledger/internal/reassign"
	"seatledger/internal/testkit/billtest"
)

func TestHistoryIsCopiedWithItsDatesAndInvoicesAndTheTargetsOwnIsSetAside(t *testing.T) {
	t.Parallel()
	h := open(t)
	before := h.snapshot(h.old)
	r := h.do(h.move())
	if got, want := h.rows(h.new), "carry 10 2026-01-01 invoiced on invoice, price 0 2026-01-01 invoiced on invoice, update 3 2026-02-11 invoiced on invoice"; got != want {
		t.Errorf("target:\n%s\nwant\n%s", got, want)
	}
	if got := h.snapshot(h.old); got != before {
		t.Errorf("the source changed:\n%s\n%s", before, got)
	}
	if got, want := h.stands(h.new), "held cutover 13 13 from 2026-03-16 through 2026-04-01 since 2026-01-01"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if r.Copied != 3 || r.Aside != 2 || r.Adjusted != 0 || r.SwitchOn.String() != "2026-03-16" {
		t.Errorf("%+v", r)
	}
	people := `SELECT string_agg(concat_ws(' ', effective_at, recorded_at, actor, unit_price, unit_cost), ', ' ORDER BY effective_at, delta) FROM license_changes c JOIN license_change_status s ON s.change_id = c.id WHERE subscription_id = ? AND counted`
	if a, b := h.Text(people, h.old), h.Text(people, h.new); a != b {
		t.Errorf("dates and people:\n%s\n%s", a, b)
	}
}

func TestARemainingDifferenceIsOneAdjustmentOnTheSwitchDay(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.Seats(h.new, 15, "2026-03-10")
	h.do(h.move())
	if got, want := h.rows(h.new), "carry 10 2026-01-01 invoiced on invoice, price 0 2026-01-01 invoiced on invoice, update 3 2026-02-11 invoiced on invoice, adjust 2 2026-03-16 open"; got != want {
		t.Errorf("%s", got)
	}
	h.end()
	if got, want := h.lines(h.bill("2026-05-01")), "NEW catch_up 2026-03-16 2026-04-01 2 12.39, NEW cycle 2026-04-01 2026-05-01 15 180"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestBillingGoesOnWhereTheSourcesStood(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(h.move())
	h.end()
	if got, want := h.stands(h.new), "active 13 13 from 2026-03-16 through 2026-04-01 since 2026-01-01"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := h.stands(h.old), "inactive 0 0 from through 2026-04-01 since"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := h.Text(`SELECT concat_ws(' ', c.event, c.delta, c.effective_at, st.billing_state) FROM license_changes c JOIN license_change_status st ON st.change_id = c.id WHERE c.subscription_id = ? ORDER BY seq DESC LIMIT 1`, h.old); got != "deactivate -13 2026-03-16 archived" {
		t.Error(got)
	}
	april := h.bill("2026-05-01")
	if got := h.lines(april); got != "NEW cycle 2026-04-01 2026-05-01 13 156" {
		t.Error(got)
	}
	if got := h.Text(`SELECT concat_ws(' ', billed_days, held_days, forfeited_days) FROM invoice_coverage WHERE invoice_id = ?`, april); got != "390 390 0" {
		t.Errorf("billed, held, forfeited: %s", got)
	}
}

func TestUnbilledDaysUpToTheSwitchDayStayWithTheSource(t *testing.T) {
	t.Parallel()
	h := bare(t, "2026-01-02", billtest.Terms{Timing: "arrears"})
	h.old = h.Add("OLD", 10, "2026-01-01")
	h.World.Today("2026-02-02")
	h.bill("2026-02-01")
	h.World.Today("2026-02-15")
	h.new = h.Add("NEW", 10, "2026-02-15")
	h.do(h.move())
	h.end()
	if got, want := h.stands(h.new), "active 10 10 from 2026-02-15 through 2026-02-15 since 2026-01-01"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	h.World.Today("2026-03-02")
	if got, want := h.lines(h.bill("2026-03-01")), "NEW cycle 2026-02-15 2026-03-01 10 60, OLD cycle 2026-02-01 2026-02-15 10 60"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestWhatIsTakenAlongIsBilledWithTheTargetAlone(t *testing.T) {
	t.Parallel()
	h := bare(t, "2026-01-02", billtest.Terms{Timing: "arrears"})
	h.old = h.Add("OLD", 10, "2026-01-01")
	h.World.Today("2026-02-02")
	h.bill("2026-02-01")
	h.World.Today("2026-02-15")
	h.Seats(h.old, 12, "2026-01-22")
	h.Seats(h.old, 11, "2026-02-10")
	h.new = h.Add("NEW", 11, "2026-02-15")
	m := h.move()
	m.Unbilled = reassign.TakeAlong
	h.do(m)
	if got, want := h.rows(h.old), "create 10 2026-01-01 invoiced on invoice, price 0 2026-01-01 invoiced on invoice, update 2 2026-01-22 archived, update -1 2026-02-10 archived"; got != want {
		t.Error(got)
	}
	h.end()
	h.World.Today("2026-03-02")
	if got, want := h.lines(h.bill("2026-03-01")), "NEW catch_up 2026-01-22 2026-02-01 2 7.74, NEW cycle 2026-02-01 2026-02-10 12 46.29, NEW cycle 2026-02-10 2026-03-01 11 89.57"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if _, err := h.invoices.Draft(t.Context(), billtest.Bea, billing.Order{Run: billing.Run{ContractID: h.Contract, Kind: billing.ChangeLog}}); err == nil {
		t.Error("something was left to bill")
	}
}

func TestAnotherPriceHoldsFromTheSwitchDay(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.Price(h.new, "10", "2026-02-15")
	h.do(h.move())
	h.end()
	if got, want := h.lines(h.bill("2026-05-01")), "NEW price 2026-03-16 2026-04-01 13 -13.42, NEW cycle 2026-04-01 2026-05-01 13 130"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestASourceThatWasNeverBilledIsBilledWithTheTargetFromTheContractsFirstDay(t *testing.T) {
	t.Parallel()
	h := bare(t, "2026-02-16", billtest.Terms{BillFrom: "2026-02-01"})
	h.old = h.Add("OLD", 10, "2026-01-10")
	h.Seats(h.old, 12, "2026-02-11")
	h.new = h.Add("NEW", 12, "2026-02-16")
	m := h.move()
	m.Unbilled = reassign.TakeAlong
	h.do(m)
	h.end()
	if got, want := h.lines(h.bill("2026-03-01")), "NEW cycle 2026-02-01 2026-02-11 10 42.86, NEW cycle 2026-02-11 2026-03-01 12 92.57"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestWhatLooksLikeItIsDoneLikeIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.Seats(h.new, 15, "2026-03-10")
	h.Price(h.new, "10", "2026-02-15")
	seen, err := h.Look(t.Context(), h.move())
	if err != nil {
		t.Fatal(err)
	}
	m := h.move()
	m.Seen = seen.Digest
	h.do(m)
	done, err := ledger.Of(t.Context(), h.World.DB.Read(t.Context()), h.new)
	if err != nil {
		t.Fatal(err)
	}
	line := func(e ledger.Entry) string {
		return fmt.Sprint(e.Event, e.EffectiveAt, e.Delta, e.Counted, e.BillingState, e.Running, e.UnitPrice.Decimal, e.OriginChangeID)
	}
	for i, e := range done {
		if i >= len(seen.Target.After) || line(seen.Target.After[i]) != line(e) {
			t.Errorf("row %d: %s", i, line(e))
		}
	}
	h.end()
	if got := h.Text(`SELECT sum(amount) FROM invoice_lines WHERE invoice_id = ? AND kind <> 'cycle'`, h.bill("2026-05-01")); !seen.CatchUp.Amount.Decimal.Equal(decimal.RequireFromString(got)) {
		t.Errorf("%s was billed, %s was shown", got, seen.CatchUp.Amount.Decimal)
	}
}
