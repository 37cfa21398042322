package oracle

import (
	"fmt"
	"slices"
	"testing"
)

// dream plays a script on the model alone and tells what it came to.
func dream(s script, mutant string) ([]string, error) {
	w := &world{s: s, name: "dry", counts: map[string]int{}, dry: true, m: Model{mutant: mutant}}
	err := w.setUp("")
	for phase := range stops() {
		if err == nil {
			err = w.play(phase)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("seed %d: %w", s.Seed, err)
	}
	return w.trace, nil
}

// Each wrong turn shows in the bills or prices of some of a few dozen campaigns: what
// fits into a minute of the real program.
func TestEachWrongTurnOfTheModelShowsInCampaigns(t *testing.T) {
	t.Parallel()
	const campaigns, enough = 160, 8 // one in twenty
	var right [campaigns][]string
	for seed := range right {
		var err error
		if right[seed], err = dream(generate(uint64(seed)), ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, mutant := range Faults() {
		met := 0
		for seed := range right {
			turned, err := dream(generate(uint64(seed)), mutant)
			if err != nil || !slices.Equal(right[seed], turned) {
				met++
			}
		}
		t.Logf("%-20s shows in %3d of %d campaigns", mutant, met, campaigns)
		if met < enough {
			t.Errorf("%s shows in %d of %d campaigns only", mutant, met, campaigns)
		}
	}
}

// After an invoice every day with a price up to its end stands as RULES 8 promises,
// and live lines come to the rounded worth of the days.
func TestAfterAnInvoiceNothingIsDue(t *testing.T) {
	t.Parallel()
	for seed := range uint64(150) {
		w := &world{s: generate(seed), name: "dry", counts: map[string]int{}, dry: true}
		if err := w.setUp(""); err != nil {
			t.Fatal(err)
		}
		for phase := range stops() {
			w.phase = phase
			for _, o := range w.s.Phases[phase] {
				bills := len(w.bills)
				if err := w.step(o); err != nil {
					t.Fatal(err)
				}
				if len(w.bills) > bills {
					nothingDue(t, w, w.bills[bills])
				}
			}
		}
	}
}

func nothingDue(t *testing.T, w *world, b *billed) {
	t.Helper()
	for _, x := range w.subs {
		if !b.Stands(x.Subscription) {
			continue
		}
		if again := x.run(b.Contract, b.End); again != nil {
			t.Errorf("seed %d: right after its run %s of %s is due again", w.s.Seed, x.external, b.Contract.Name)
		}
		if x.Once {
			continue // what is given back later is due later
		}
		stopped := false
		for d := x.FirstIn(b.Contract); d < b.End; d++ {
			if x.contractOn(d) != b.Contract || !x.has(d) {
				continue
			}
			st := x.On(d)
			stopped = stopped || x.PriceOn(d) == nil && st.Due() > 0
			if x.PriceOn(d) != nil && !stopped && st.Paid != st.Want() {
				t.Errorf("seed %d: %s on %s stands %+v after a run to %s", w.s.Seed, x.external, d, st, b.End)
				return
			}
			if st.Forfeited < 0 || st.Counted < 0 {
				t.Errorf("seed %d: %s on %s stands %+v", w.s.Seed, x.external, d, st)
				return
			}
		}
	}
}
