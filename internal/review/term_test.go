package review_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/money"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
)

// renewed is a world in which the terms of S-1 and S-2 began anew at a cost above their price of 22.00.
func renewed(t *testing.T) (*world, *side) {
	w, s, _ := settled(t)
	w.mustSign("S-1", "S-2")
	w.clock.Set(time.Date(2027, 1, 15, 9, 0, 0, 0, time.UTC))
	for _, id := range []string{"S-1", "S-2"} {
		s.listed[id] = record(id, func(d *distributor.Subscription) {
			d.Start, d.End, d.UnitCost = day("2027-01-15"), day("2028-01-14"), amount("23")
		})
	}
	w.sync(s)
	return w, s
}

func (w *world) margin(external string) review.Check {
	w.Helper()
	r, err := w.reviews.Look(w.Context(), w.db.Read(w.Context()), w.id(external))
	if err != nil {
		w.Fatal(err)
	}
	c, _ := find(r.Checks, review.Pricing, "margin")
	return c
}

func TestANewTermBelowCostFailsUntilAPersonKeepsThePrice(t *testing.T) {
	t.Parallel()
	w, s := renewed(t)
	if c := w.margin("S-1"); c.Verdict != review.Fail || w.word("S-1") != "fail" {
		t.Fatalf("after the renewal: %+v, %s", c, w.word("S-1"))
	}
	if out := w.mustSign("S-1"); out.Signed != 0 || len(out.Refused) != 1 {
		t.Errorf("signed although it fails: %+v", out)
	}
	w.clock.Advance(time.Hour)
	if err := w.act("S-1", func(tx *gorm.DB, a subscription.Act) (subscription.Subscription, error) {
		return subscription.KeepPrice(t.Context(), tx, a)
	}); err != nil {
		t.Fatal(err)
	}
	if c := w.margin("S-1"); c.Verdict != review.Warn {
		t.Errorf("once kept: %+v", c)
	}
	if out := w.mustSign("S-1"); out.Signed != 1 {
		t.Errorf("once kept it is signed: %+v", out)
	}
	w.clock.Set(time.Date(2028, 1, 15, 9, 0, 0, 0, time.UTC))
	s.listed["S-1"] = record("S-1", func(d *distributor.Subscription) {
		d.Start, d.End, d.UnitCost = day("2028-01-15"), day("2029-01-14"), amount("23")
	})
	w.sync(s)
	if c := w.margin("S-1"); c.Verdict != review.Fail {
		t.Errorf("what was kept was the term before: %+v", c)
	}
}

func TestAPriceThatAPersonSetsForTheNewTermIsADecision(t *testing.T) {
	t.Parallel()
	w, _ := renewed(t)
	err := w.act("S-2", func(tx *gorm.DB, a subscription.Act) (subscription.Subscription, error) {
		return subscription.SetPrice(t.Context(), tx, a,
			subscription.Price{UnitPrice: amount("22.50"), Period: money.Month, On: day("2027-01-15")})
	})
	if err != nil {
		t.Fatal(err)
	}
	if c := w.margin("S-2"); c.Verdict != review.Warn {
		t.Errorf("a person's price below cost: %+v", c)
	}
}
