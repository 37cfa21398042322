package reassign_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/history"
	"seatledger/internal/impact"
	"seatledger/internal/ledger"
	"seatledger/internal/retire"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/billtest"
)

func TestHistoryIsCopiedWithItsDatesAndInvoicesAndTheTargetsOwnIsSetAside(t *testing.T) {
	t.Parallel()
	h := open(t)
	rows := h.rows(h.old)
	r := h.do(h.move())
	if got, want := h.rows(h.new), "carry 10 2026-01-01 on invoice, update 3 2026-02-11 on invoice"; got != want {
		t.Errorf("target:\n%s\nwant\n%s", got, want)
	}
	if got := h.rows(h.old); got != rows {
		t.Errorf("the source changed:\n%s\n%s", rows, got)
	}
	if got, want := h.stands(h.new),
		"held cutover 13 13 from 2026-03-16 through 2026-04-01 since 2026-01-01"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if r.Copied != 3 || r.Aside != 2 || r.Adjusted != 0 || r.SwitchOn.String() != "2026-03-16" {
		t.Errorf("%+v", r)
	}
	people := `SELECT string_agg(concat_ws(' ', effective_at, recorded_at, actor, unit_price, unit_cost), ', '
		ORDER BY effective_at, delta)
		FROM license_changes c JOIN license_change_status s ON s.change_id = c.id
		WHERE subscription_id = ? AND counted AND effective_at < '2026-03-16'`
	if a, b := h.Text(people, h.old), h.Text(people, h.new); a != b {
		t.Errorf("dates and people:\n%s\n%s", a, b)
	}
}

func TestCopiesStandInTheirOriginsPlaces(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(h.move())
	all, err := history.Load(t.Context(), h.World.DB.Read(t.Context()), []uuid.UUID{h.old, h.new})
	if err != nil {
		t.Fatal(err)
	}
	places := func(id uuid.UUID) string {
		var says []string
		for _, r := range all[id].Rows {
			if r.Delta != 0 {
				says = append(says, fmt.Sprint(r.On, r.Delta, r.Place))
			}
		}
		return strings.Join(says, " ")
	}
	if a, b := places(h.old), places(h.new); a != b {
		t.Errorf("%s\n%s", a, b)
	}
}

func TestDaysBeforeTheSwitchAreTheSourcesAndDaysFromItTheTargetsWithWhatWasPaid(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(h.move())
	h.end()
	all, err := history.Load(t.Context(), h.World.DB.Read(t.Context()), []uuid.UUID{h.old, h.new})
	if err != nil {
		t.Fatal(err)
	}
	on := billtest.Day(t, "2026-03-16")
	for id, ends := range map[uuid.UUID]string{h.old: "2026-03-16", h.new: "2026-04-01"} {
		k := all[id]
		if got := k.PaidTo(h.Contract).String(); got != ends {
			t.Errorf("paid to %s, want %s", got, ends)
		}
		for _, s := range k.Days(h.Contract, billtest.Day(t, "2026-04-01")) {
			if s.Due() != 0 || s.Forfeited != 0 || s.From.Before(on) != (id == h.old) {
				t.Errorf("%s to %s: %+v", s.From, s.To, s.Seats)
			}
		}
	}
	if got, want := h.stands(h.old), "inactive 0 0 from through 2026-04-01 since"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := h.stands(h.new), "active 13 13 from 2026-03-16 through 2026-04-01 since 2026-01-01"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	april := h.bill("2026-05-01")
	if got := h.lines(april); got != "NEW cycle 2026-04-01 2026-05-01 13 156" {
		t.Error(got)
	}
	// 16 days of March and 30 of April, none of them forfeited.
	if got := h.Text(`SELECT concat_ws(' ', billed_days, held_days, forfeited_days) FROM invoice_coverage
		WHERE invoice_id = ?`, april); got != "598 598 0" {
		t.Errorf("billed, held, forfeited: %s", got)
	}
}

func TestMoreSeatsAreAnAdjustmentOnTheSwitchDayAndAreCharged(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.Seats(h.new, 15, "2026-03-10")
	h.do(h.move())
	if got, want := h.rows(h.new),
		"carry 10 2026-01-01 on invoice, update 3 2026-02-11 on invoice, adjust 2 2026-03-16"; got != want {
		t.Errorf("%s", got)
	}
	h.end()
	// Its March comes to 92.90 and 80.52 of it was paid: what the line of the source was rounded by is its first one's.
	h.bills("2026-05-01", "NEW catch_up 2026-03-16 2026-04-01 2 12.38, NEW cycle 2026-04-01 2026-05-01 15 180")
}

func TestFewerSeatsAreGivenBackAsTheContractSays(t *testing.T) {
	t.Parallel()
	for refunds, want := range map[string]string{
		"no":  "NEW cycle 2026-04-01 2026-05-01 11 132",
		"yes": "NEW catch_up 2026-03-16 2026-04-01 -2 -12.39, NEW cycle 2026-04-01 2026-05-01 11 132",
	} {
		h := open(t)
		h.Exec(`UPDATE billing_contracts SET refunds = ? WHERE id = ?`, refunds, h.Contract)
		h.Seats(h.new, 11, "2026-03-10")
		h.do(h.move())
		if got, want := strings.HasSuffix(h.rows(h.new), "adjust -2 2026-03-16 refund"), refunds == "yes"; got != want {
			t.Errorf("%s: %s", refunds, h.rows(h.new))
		}
		h.end()
		h.bills("2026-05-01", want)
	}
}

func TestUnbilledDaysBeforeTheSwitchAreBilledOfTheSource(t *testing.T) {
	t.Parallel()
	h := bare(t, "2026-01-02", billtest.Terms{Timing: "arrears"})
	h.old = h.Add("OLD", 10, "2026-01-01")
	h.World.Today("2026-02-02")
	h.bill("2026-02-01")
	h.World.Today("2026-02-15")
	h.new = h.Add("NEW", 10, "2026-02-15")
	h.do(h.move())
	h.end()
	h.World.Today("2026-03-02")
	h.bills("2026-03-01", "NEW cycle 2026-02-15 2026-03-01 10 60, OLD cycle 2026-02-01 2026-02-15 10 60")
}

func TestACorrectionBeforeTheSwitchIsTheSourcesAndALaterOneTheTargets(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(h.move())
	h.Seats(h.old, 14, "2026-03-10") // its six days up to the switch
	h.end()
	h.Seats(h.new, 15, "2026-03-20") // twelve days of two seats
	// 77.81 of March are the source's, of which 75.48 were paid.
	h.bills("2026-05-01", "NEW catch_up 2026-03-20 2026-04-01 2 9.29, NEW cycle 2026-04-01 2026-05-01 15 180, "+
		"OLD catch_up 2026-03-10 2026-03-16 1 2.33")
}

func TestWhatTheSourceCountsAfterTheSwitchCostsNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(h.move())
	h.Seats(h.old, 20, "2026-03-18")
	if _, err := h.Retire(t.Context(), billtest.Bea, ending(h.old, "2026-03-20")); err != nil {
		t.Fatal(err)
	}
	h.bills("2026-05-01", "NEW cycle 2026-04-01 2026-05-01 13 156")
}

func TestAnotherPriceHoldsFromTheSwitchDay(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.Price(h.new, "10", "2026-02-15")
	h.do(h.move())
	h.end()
	h.bills("2026-05-01", "NEW price 2026-03-16 2026-04-01 13 -13.42, NEW cycle 2026-04-01 2026-05-01 13 130")
}

func TestFromTheSwitchDayOnItIsTheTargetsProduct(t *testing.T) {
	t.Parallel()
	h := open(t)
	product := func(id uuid.UUID) uuid.NullUUID {
		return uuid.NullUUID{UUID: uuid.MustParse(h.Text(`SELECT product_id FROM subscriptions WHERE id = ?`, id)),
			Valid: true}
	}
	first := history.Product{ID: uuid.NullUUID{UUID: uuid.New(), Valid: true}, Kind: "licence", Term: "annual",
		Rhythm: "monthly"}
	then := first
	then.ID = product(h.old)
	h.Tx(func(tx *gorm.DB) error {
		return ledger.Append(t.Context(), tx, h.Act(h.old).Origin, []ledger.Change{{
			SubscriptionID: h.old, Event: ledger.Product, EffectiveAt: billtest.Day(t, "2026-02-01"), QuantityAfter: 13,
			Details: ledger.Details{"product": ledger.Was{Before: first, After: then}},
		}})
	})
	h.do(h.move())
	now, err := history.One(t.Context(), h.World.DB.Read(t.Context()), h.new)
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]uuid.NullUUID{"2026-01-31": first.ID, "2026-03-15": then.ID,
		"2026-03-16": product(h.new)} {
		if got := now.ProductOn(billtest.Day(t, day)).ID; got != want {
			t.Errorf("%s: %v, want %v", day, got, want)
		}
	}
}

func TestASourceThatWasNeverBilledIsBilledUpToTheSwitchDay(t *testing.T) {
	t.Parallel()
	h := bare(t, "2026-02-16", billtest.Terms{BillFrom: "2026-02-01"})
	h.old = h.Add("OLD", 10, "2026-01-10")
	h.Seats(h.old, 12, "2026-02-11")
	h.new = h.Add("NEW", 12, "2026-02-16")
	h.do(h.move())
	h.end()
	// 10 of 28 days at 120, 5 and 13 at 144.
	h.bills("2026-03-01", "NEW cycle 2026-02-16 2026-03-01 12 66.86, OLD cycle 2026-02-01 2026-02-11 10 42.86, "+
		"OLD cycle 2026-02-11 2026-02-16 12 25.71")
}

func TestARefundThatIsNotCreditedYetIsNoneOnceTheHistoryGoesOn(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.Exec(`UPDATE billing_contracts SET refunds = 'yes' WHERE id = ?`, h.Contract)
	if err := h.retire.Deactivate(t.Context(), billtest.Bea,
		retire.End{ID: h.old, Refund: true}); err != nil {
		t.Fatal(err)
	}
	h.do(h.move())
	h.bills("2026-05-01", "NEW cycle 2026-04-01 2026-05-01 13 156")
}

// Both were billed for the same seats: what the target took is given back whole.
func TestWhatBothWereBilledForIsCreditedOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.Tx(func(tx *gorm.DB) error {
		_, err := subscription.SetHistory(h.Context(), tx, h.Act(h.new), subscription.History{})
		return err
	})
	both := h.bill("2026-05-01")
	if got, want := h.Text(`SELECT sum(amount) FROM invoice_lines WHERE invoice_id = ? AND subscription_id = ?`, both,
		h.new), "390.000000"; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	seen, err := h.Look(t.Context(), h.move())
	if err != nil || len(seen.Target.DueAfter) != 1 || seen.Target.DueAfter[0].Amount.Decimal.String() != "-390" {
		t.Errorf("%+v %v", seen.Target.DueAfter, err)
	}
	h.do(h.move())
	h.end()
	h.World.Today("2026-04-20")
	if got := h.Text(`SELECT sum(amount) FROM invoice_lines WHERE invoice_id = ?`,
		h.bill("2026-06-01")); got != "-234.000000" {
		t.Errorf("390.00 back and 156.00 of May: %s", got)
	}
}

func TestWhatLooksLikeItIsDoneLikeIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.Seats(h.new, 15, "2026-03-10")
	h.Price(h.new, "10", "2026-02-15")
	h.Seats(h.old, 14, "2026-03-12")
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
		return fmt.Sprint(e.Event, e.EffectiveAt, e.Delta, e.Counted, e.BillingState, e.Running, e.UnitPrice.Decimal,
			e.OriginChangeID)
	}
	for i, e := range done {
		if i >= len(seen.After) || line(seen.After[i]) != line(e) {
			t.Errorf("row %d: %s", i, line(e))
		}
	}
	h.end()
	may := h.bill("2026-05-01")
	for id, side := range map[uuid.UUID][]impact.Due{h.old: seen.Source.DueAfter, h.new: seen.Target.DueAfter} {
		got := h.Text(`SELECT sum(amount) FROM invoice_lines WHERE invoice_id = ? AND subscription_id = ?
			AND to_date <= ?`, may, id, seen.DueTo)
		if len(side) != 1 || !side[0].Amount.Decimal.Equal(decimal.RequireFromString(got)) {
			t.Errorf("%s was billed, %+v was shown", got, side)
		}
	}
}
