package match

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	_ "seatledger/internal/testkit/samehistories"
)

// anyPair draws two records from an invented world: partners or strangers.
func anyPair(t *rapid.T) (Record, Record) {
	w := newWorld(rapid.Uint64Range(0, 40).Draw(t, "seed"), knobs{size: 40, noise: 1})
	a := w.accounts[rapid.IntRange(0, len(w.accounts)-1).Draw(t, "account")]
	b := w.crm[rapid.IntRange(0, len(w.crm)-1).Draw(t, "crm")]
	if id := w.truth[a.ID]; id != "" && rapid.Bool().Draw(t, "partners") {
		for _, r := range w.crm {
			if r.ID == id {
				b = r
			}
		}
	}
	return a, b
}

func TestAPairIsJudgedTheSameFromEitherSide(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyPair(t)
		x, y := NewPair(a, b), NewPair(b, a)
		if math.Abs(x.Score-y.Score) > 1e-6 {
			t.Fatalf("%v and %v: %v one way, %v the other", a, b, x.Score, y.Score)
		}
	})
}

func TestTheExplanationAddsUpToTheScore(t *testing.T) {
	t.Parallel()
	w := newWorld(3, knobs{size: 300, noise: 1})
	index := NewIndex(w.crm)
	for _, a := range w.accounts {
		for _, c := range index.Candidates(a, 5) {
			sum := 0.
			for _, e := range c.Evidence {
				sum += e.Weight
			}
			if math.Abs(sum-c.Score) > 1e-6 || math.Abs(c.Probability-1/(1+math.Exp2(-c.Score))) > 1e-9 {
				t.Fatalf("%v: parts sum to %v, score is %v, probability %v", c, sum, c.Score, c.Probability)
			}
		}
	}
}

// blanks empty one field of a record.
var blanks = map[string]func(*Record){
	"tenant_id":   func(r *Record) { r.TenantID = "" },
	"domain":      func(r *Record) { r.Website, r.EmailDomains = "", nil },
	"street":      func(r *Record) { r.Street = "" },
	"postal_code": func(r *Record) { r.PostalCode = "" },
	"city":        func(r *Record) { r.City = "" },
	"state":       func(r *Record) { r.State = "" },
	"country":     func(r *Record) { r.Country = "" },
	"phone":       func(r *Record) { r.Phone = "" },
}

func TestTakingAwayAgreementNeverRaisesConfidence(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyPair(t)
		full := NewPair(a, b)
		for _, e := range full.Evidence {
			blank := blanks[e.Field]
			if e.Level != Agree || blank == nil {
				continue
			}
			less := a
			blank(&less)
			if c := NewPair(less, b); c.Score > full.Score+1e-6 {
				t.Fatalf("without %s %v rises from %v to %v\n%v\n%v", e.Field, a.ID, full.Score, c.Score, full.Evidence,
					c.Evidence)
			}
		}
	})
}

func TestABlankIsNeverAgreement(t *testing.T) {
	t.Parallel()
	blank := NewPair(Record{ID: "a"}, Record{ID: "b"})
	if len(blank.Evidence) != 1 || blank.Evidence[0].Field != "prior" || blank.Band != Unclear {
		t.Fatalf("two blank records: %+v", blank)
	}
	one := NewPair(Record{ID: "a", Name: "Harborview Dental", City: "Reno"}, Record{ID: "b", Name: "Harborview Dental"})
	two := NewPair(Record{ID: "a", Name: "Harborview Dental"}, Record{ID: "b", Name: "Harborview Dental"})
	if one.Score != two.Score {
		t.Fatalf("a city on one side only moved the score from %v to %v", two.Score, one.Score)
	}
}

func TestTheOrderOfRowsDoesNotMatter(t *testing.T) {
	t.Parallel()
	w := newWorld(5, knobs{size: 400, noise: 1})
	first := assign(w.accounts, w.crm, Options{Workers: 1})
	r := rand.New(rand.NewPCG(9, 9))
	r.Shuffle(len(w.accounts), func(i, j int) { w.accounts[i], w.accounts[j] = w.accounts[j], w.accounts[i] })
	r.Shuffle(len(w.crm), func(i, j int) { w.crm[i], w.crm[j] = w.crm[j], w.crm[i] })
	second := assign(w.accounts, w.crm, Options{Workers: 3})
	if d := cmp.Diff(first, second); d != "" {
		t.Fatal(d)
	}
}

func TestAnUnrelatedRowChangesNoPair(t *testing.T) {
	t.Parallel()
	w := newWorld(6, knobs{size: 300, noise: .5})
	before := assign(w.accounts, w.crm, Options{})
	crm := append(append([]Record{}, w.crm...),
		Record{ID: "ZZZ", Name: "Qwyxolm Tapestries", City: "Ulaanbaatar", Phone: "+976 11 999 888"})
	after := assign(w.accounts, crm, Options{})
	if d := cmp.Diff(partners(before), partners(after)); d != "" {
		t.Fatal(d)
	}
}

func partners(r Result) map[string]string {
	m := map[string]string{}
	for i := range r.Pairs {
		if c := &r.Pairs[i]; c.Band != Unclear {
			m[c.AccountID] = c.CRMID
		}
	}
	return m
}

func TestTheAssignmentIsOneToOne(t *testing.T) {
	t.Parallel()
	w := newWorld(7, knobs{size: 500, noise: 1.5})
	accounts, crm := map[string]bool{}, map[string]bool{}
	for _, c := range assign(w.accounts, w.crm, Options{MinProbability: 0.001}).Pairs {
		if accounts[c.AccountID] || crm[c.CRMID] {
			t.Fatalf("%s or %s is paired twice", c.AccountID, c.CRMID)
		}
		accounts[c.AccountID], crm[c.CRMID] = true, true
	}
}

func TestNothingAgainstNothingIsNothing(t *testing.T) {
	t.Parallel()
	some := []Record{{ID: "a", Name: "Harborview Dental"}}
	for _, c := range []struct{ accounts, crm []Record }{{nil, nil}, {some, nil}, {nil, some}} {
		if r := assign(c.accounts, c.crm, Options{}); len(r.Pairs) != 0 {
			t.Fatalf("%v", r)
		}
	}
	if got := NewIndex(nil).Candidates(some[0], 3); len(got) != 0 {
		t.Fatalf("%v", got)
	}
}
