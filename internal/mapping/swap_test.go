package mapping_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/errs"
	"seatledger/internal/mapping"
)

// held is a provider whose account holds a customer that another account wants.
func (w *world) held(mapped bool) (a, h, wanted, own uuid.UUID) {
	w.t.Helper()
	p := w.provider("North")
	a, h = w.account(p, "1", facts{name: "Right one"}), w.account(p, "2", facts{name: "Wrong one"})
	wanted, own = w.customer(facts{name: "Wanted"}), w.customer(facts{name: "Own"})
	for i, c := range []uuid.UUID{wanted, own} {
		w.contract(c, fmt.Sprintf("Contract %d", i), "14", true)
	}
	w.sync(p, a, "S-a", 3)
	w.sync(p, h, "S-h", 5)
	w.must(w.Map(w.t.Context(), pete, mapping.Choice{AccountID: h, CRMAccountID: wanted}))
	if mapped {
		w.must(w.Map(w.t.Context(), pete, mapping.Choice{AccountID: a, CRMAccountID: own}))
	}
	return a, h, wanted, own
}

func TestATakeOverReleasesTheHolderAndIsUndoneAsOne(t *testing.T) {
	t.Parallel()
	for _, from := range []string{"taker", "holder"} {
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a, h, wanted, _ := w.held(false)
			before := w.picture()
			w.must(w.SwapMapping(t.Context(), olga, mapping.Swap{AccountID: a, CRMAccountID: wanted, HolderID: h}))
			if w.state(a) != "mapped Wanted" || w.state(h) != "unmapped" {
				t.Fatalf("%s, %s", w.state(a), w.state(h))
			}
			w.must(w.Undo(t.Context(), olga,
				mapping.Choice{AccountID: map[string]uuid.UUID{"taker": a, "holder": h}[from]}))
			if got := w.picture(); got != before {
				t.Errorf("before:\n%s\nafter:\n%s", before, got)
			}
		})
	}
}

func TestAnExchangeGivesEachTheOthersAndIsUndoneAsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, h, wanted, _ := w.held(true)
	before := w.picture()
	w.must(w.SwapMapping(t.Context(), olga,
		mapping.Swap{AccountID: a, CRMAccountID: wanted, HolderID: h, Exchange: true}))
	if w.state(a) != "mapped Wanted" || w.state(h) != "mapped Own" {
		t.Fatalf("%s, %s", w.state(a), w.state(h))
	}
	w.must(w.Undo(t.Context(), olga, mapping.Choice{AccountID: a}))
	if got := w.picture(); got != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, got)
	}
}

func TestASwapThatWasOvertakenChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, h, wanted, _ := w.held(false)
	w.must(w.Unmap(t.Context(), pete, mapping.Choice{AccountID: h}))
	before := w.picture()
	err := w.SwapMapping(t.Context(), olga, mapping.Swap{AccountID: a, CRMAccountID: wanted, HolderID: h})
	if errs.KindOf(err) != errs.Conflict || w.picture() != before {
		t.Errorf("%v", err)
	}
}
