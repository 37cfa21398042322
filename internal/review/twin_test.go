package review_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/mapping"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
)

func otherProduct(d *distributor.Subscription) {
	d.PartNumber, d.SKU, d.ProductName = "OTHER:0001", "900200", "Visio"
}

func (w *world) says(external, code string) string {
	w.Helper()
	r, err := w.reviews.Look(w.Context(), w.db.Read(w.Context()), w.id(external))
	if err != nil {
		w.Fatal(err)
	}
	for _, c := range r.Checks {
		if c.Code == code {
			return string(c.Verdict) + " " + c.Says
		}
	}
	return ""
}

// second is another provider of the same customer, with L-1 of the given product.
func (w *world) second(customer mapping.Choice, change ...func(*distributor.Subscription)) *side {
	w.Helper()
	s := w.side("Legacy")
	s.listed["L-1"] = record("L-1", change...)
	w.sync(s)
	customer.AccountID = s.account.ID
	if err := w.mapping.Map(w.Context(), ada, customer); err != nil {
		w.Fatal(err)
	}
	return s
}

func TestTwoActiveTwinsFailOnBothSidesUntilOneEnds(t *testing.T) {
	t.Parallel()
	w, s, c := settled(t)
	delete(s.listed, "S-2")
	w.sync(s)
	w.mustSign("S-1")
	legacy := w.second(mapping.Choice{CRMAccountID: c.CRMAccountID}, otherProduct)
	if got := w.word("S-1"); got != "signed" {
		t.Fatalf("another product is no twin: %s", got)
	}
	legacy.listed["L-1"] = record("L-1")
	w.sync(legacy)
	if a, b := w.says("S-1", "twin"), w.says("L-1", "twin"); !strings.Contains(a, "under Legacy (L-1)") ||
		!strings.Contains(b, "under Northwind (S-1)") {
		t.Errorf("%q, %q", a, b)
	}
	if w.word("S-1") != "fail" || w.word("L-1") != "fail" {
		t.Errorf("%s, %s", w.word("S-1"), w.word("L-1"))
	}
	legacy.listed["L-1"] = record("L-1", func(d *distributor.Subscription) { d.Status = distributor.StatusExpired })
	w.sync(legacy)
	if got := w.word("S-1"); got != "signed" {
		t.Errorf("its twin has ended: %s", got)
	}
}

func TestATwinThatArrivesIsHeldAndOnlyItFails(t *testing.T) {
	t.Parallel()
	w, _, c := settled(t)
	w.second(mapping.Choice{CRMAccountID: c.CRMAccountID})
	if w.word("S-1") != "ok" || w.word("L-1") != "fail" ||
		!strings.HasPrefix(w.says("L-1", "hold"), string(review.Warn)) {
		t.Errorf("S-1 %s, L-1 %s", w.word("S-1"), w.word("L-1"))
	}
	err := w.act("L-1", func(tx *gorm.DB, a subscription.Act) (subscription.Subscription, error) {
		return subscription.DeclareNoTwin(w.Context(), tx, a)
	})
	if err != nil {
		t.Fatal(err)
	}
	if w.word("S-1") != "ok" || w.word("L-1") != "ok" {
		t.Errorf("declared no twin: S-1 %s, L-1 %s", w.word("S-1"), w.word("L-1"))
	}
}
