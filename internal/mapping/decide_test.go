package mapping_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/errs"
	"seatledger/internal/mapping"
)

func TestOfTwentyPeopleOneGetsTheCRMAccountAndTheOthersAreToldWhoHasIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	customer := w.customer(facts{name: "Harborview LLC"})
	const people = 20
	accounts := make([]uuid.UUID, people)
	for i := range accounts {
		accounts[i] = w.account(p, "1000"+string(rune('a'+i)), facts{name: "Harborview " + string(rune('A'+i))})
	}
	results := make([]error, people)
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range people {
		by := olga
		if i%2 == 1 {
			by = pete
		}
		all.Go(func() {
			<-start
			results[i] = w.Map(t.Context(), by, mapping.Choice{AccountID: accounts[i], CRMAccountID: customer})
		})
	}
	close(start)
	all.Wait()
	won := -1
	for i, err := range results {
		if err == nil && won >= 0 {
			t.Fatalf("both %d and %d got it", won, i)
		}
		if err == nil {
			won = i
		}
	}
	if won < 0 {
		t.Fatalf("nobody got it: %v", results[0])
	}
	for i, err := range results {
		var taken *mapping.Taken
		if i == won {
			continue
		}
		if !errors.As(err, &taken) || errs.KindOf(err) != errs.Conflict || taken.Holder.AccountID != accounts[won] ||
			!strings.Contains(errs.Public(err), "Harborview "+string(rune('A'+won))) {
			t.Errorf("%d was told %v", i, err)
		}
		if got := w.state(accounts[i]); got != "unmapped" {
			t.Errorf("%d stands as %s", i, got)
		}
	}
}

func TestTwoPeopleAtOneAccountOneDecidesAndTheOtherIsToldWho(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(w.provider("North"), "10001", facts{name: "Harborview"})
	one, two := w.customer(facts{name: "Harborview LLC"}), w.customer(facts{name: "Harbor View Inc"})
	results := make([]error, 2)
	var all sync.WaitGroup
	all.Go(func() { results[0] = w.Map(t.Context(), olga, mapping.Choice{AccountID: a, CRMAccountID: one}) })
	all.Go(func() { results[1] = w.Map(t.Context(), pete, mapping.Choice{AccountID: a, CRMAccountID: two}) })
	all.Wait()
	loser, winner := results[0], "Pete Example"
	if loser == nil {
		loser, winner = results[1], "Olga Example"
	}
	if errs.KindOf(loser) != errs.Conflict || !strings.Contains(errs.Public(loser), winner) {
		t.Errorf("told %v, want the name %s", loser, winner)
	}
}

func TestARemapNeedsTheVersionThatWasSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(w.provider("North"), "10001", facts{name: "Harborview"})
	one, two := w.customer(facts{name: "One"}), w.customer(facts{name: "Two"})
	w.must(w.Map(t.Context(), olga, mapping.Choice{AccountID: a, CRMAccountID: one}))
	for what, c := range map[string]mapping.Choice{
		"without a version":   {AccountID: a, CRMAccountID: two},
		"with an old version": {AccountID: a, CRMAccountID: two, Version: 1},
	} {
		if err := w.Map(t.Context(), pete, c); errs.KindOf(err) != errs.Conflict ||
			!strings.Contains(errs.Public(err), "Olga Example") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := w.Map(t.Context(), pete, mapping.Choice{AccountID: a, CRMAccountID: one}); err != nil {
		t.Errorf("the same CRM account again: %v", err)
	}
	w.must(w.Map(t.Context(), pete, mapping.Choice{AccountID: a, CRMAccountID: two, Version: 2}))
	if got := w.state(a); got != "mapped Two" {
		t.Errorf("state %s", got)
	}
}

func TestADecisionThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(w.provider("North"), "10001", facts{name: "Harborview"})
	nobody := uuid.Must(uuid.NewV7())
	for what, x := range map[string]struct {
		err  error
		kind errs.Kind
	}{
		"unmap what is not mapped":     {w.Unmap(t.Context(), olga, mapping.Choice{AccountID: a}), errs.Conflict},
		"include what is not excluded": {w.Include(t.Context(), olga, mapping.Choice{AccountID: a}), errs.Conflict},
		"exclude without a reason":     {w.Exclude(t.Context(), olga, mapping.Choice{AccountID: a}), errs.Invalid},
		"undo without a decision":      {w.Undo(t.Context(), olga, mapping.Choice{AccountID: a}), errs.Conflict},
		"map to an unknown CRM account": {w.Map(t.Context(), olga, mapping.Choice{AccountID: a, CRMAccountID: nobody}),
			errs.NotFound},
		"unmap an unknown account": {w.Unmap(t.Context(), olga, mapping.Choice{AccountID: nobody}),
			errs.NotFound},
		"undo a decision that was never": {w.Undo(t.Context(), olga, mapping.Choice{AccountID: a, DecisionID: nobody}),
			errs.Conflict},
	} {
		if errs.KindOf(x.err) != x.kind {
			t.Errorf("%s: %v", what, x.err)
		}
	}
	if n := w.lines(`SELECT id::text FROM mapping_decisions`); len(n) != 0 {
		t.Errorf("%d decisions were stored", len(n))
	}
}

func TestACRMAccountIsMadeFromWhatTheDistributorKnows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(w.provider("North"), "10001", facts{name: strings.Repeat("ä", 300), domain: "not a domain at all",
		tenant: "{2B1F0E5C-7A41-4D0E-9A53-0C6A1D0E7F11}"})
	id, err := w.CreateAndMap(t.Context(), olga, mapping.Choice{AccountID: a})
	w.must(err)
	got := w.lines(`SELECT concat_ws('|', length(name), website, tenant_id, source) FROM crm_accounts WHERE id = ?`,
		id)[0]
	if got != "200||2b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11|account" {
		t.Errorf("made %s", got)
	}
	if _, err := w.CreateAndMap(t.Context(), pete, mapping.Choice{AccountID: a}); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a second click: %v", err)
	}
}
