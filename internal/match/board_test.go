package match

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestABoardPairsAsAssignDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(14, knobs{size: 200, noise: 1})
	b, err := NewBoard(t.Context(), w.accounts, w.crm, Options{})
	if err != nil {
		t.Fatal(err)
	}
	pairs, err := b.Pairs(t.Context(), nil)
	if d := cmp.Diff(assign(w.accounts, w.crm, Options{}).Pairs, pairs); d != "" || err != nil {
		t.Fatal(d, err)
	}
	for i := range pairs {
		all := b.Candidates(pairs[i].AccountID, 9)
		if !slices.ContainsFunc(all, func(c Candidate) bool { return c.CRMID == pairs[i].CRMID }) {
			t.Errorf("%s is not among its candidates", pairs[i].CRMID)
		}
	}
	gone := map[string]bool{pairs[0].AccountID: true, pairs[1].CRMID: true}
	left, err := b.Pairs(t.Context(), gone)
	if err != nil || slices.ContainsFunc(left, func(c Candidate) bool { return gone[c.AccountID] || gone[c.CRMID] }) {
		t.Errorf("what is gone is paired again: %v", err)
	}
}

func TestWhatIsHeldIsShownAndNeverPaired(t *testing.T) {
	t.Parallel()
	accounts := []Record{{ID: "a", Name: "Harborview Dental"}}
	crm := []Record{{ID: "x", Name: "Harborview Dental"}, {ID: "y", Name: "Redwood Legal"}}
	b, err := NewBoard(t.Context(), accounts, crm, Options{Held: map[string]bool{"x": true}})
	if err != nil {
		t.Fatal(err)
	}
	pairs, _ := b.Pairs(t.Context(), nil)
	if len(pairs) > 0 {
		t.Errorf("%+v", pairs)
	}
	if all := b.Candidates("a", 3); len(all) == 0 || all[0].CRMID != "x" {
		t.Errorf("%+v", all)
	}
}

// TestTwoRowsOfOneCompanyAreShown: RULES 6 gives a company of two customers two CRM accounts, so nobody merges them.
func TestTwoRowsOfOneCompanyAreShown(t *testing.T) {
	t.Parallel()
	a := Record{ID: "a", Name: "Harborview Dental", Website: "harborview.com"}
	x := Record{ID: "x", Name: "Harborview Dental LLC", Website: "harborview.com", City: "Reno"}
	y := Record{ID: "y", Name: "HARBORVIEW DENTAL", Website: "www.harborview.com"}
	branch := Record{ID: "z", Name: "Harborview Dental", Website: "harborview.com", City: "Salem"}
	r := assign([]Record{a}, []Record{x, y}, Options{MinProbability: .01})
	if len(r.Pairs) != 1 || r.Pairs[0].Band == Certain || len(r.Pairs[0].Twins) != 1 {
		t.Fatalf("%+v", r.Pairs)
	}
	r = assign([]Record{a}, []Record{x, branch}, Options{MinProbability: .01})
	if len(r.Pairs) != 1 || len(r.Pairs[0].Twins) != 0 {
		t.Fatalf("branches in two towns are no twins: %+v", r.Pairs)
	}
}
