package mapping_test

import "testing"

// The distributor has one sister, the CRM the other, and both use the family's domain.
func TestTheMachineLeavesASisterOfTheSameDomainToAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	sister := w.account(p, "1", facts{name: "Vantage Services LLC", domain: "vantagefamily.example"})
	w.customer(facts{name: "Vantage Family Medicine, LLC", domain: "vantagefamily.example"})
	same := w.account(p, "2", facts{name: "Juniper Bakery", domain: "juniperbakery.example"})
	w.customer(facts{name: "Juniper Bakery Inc.", domain: "juniperbakery.example"})
	_, err := w.Refresh(t.Context(), p)
	w.must(err)
	if got := w.state(sister); got != "unmapped" {
		t.Errorf("the sister is %s", got)
	}
	if got := w.state(same); got != "mapped Juniper Bakery Inc." {
		t.Errorf("the same company is %s", got)
	}
}

// Only what is identical is mapped while a sync of accounts waits; a likely name waits for the run, and nothing is
// mapped where the settings say so.
func TestASyncWaitsForWhatIsIdenticalAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	sister := w.account(p, "1", facts{name: "Vantage Services LLC", domain: "vantagefamily.example"})
	w.customer(facts{name: "Vantage Family Medicine, LLC", domain: "vantagefamily.example"})
	same := w.account(p, "2", facts{name: "Juniper Bakery", domain: "juniperbakery.example"})
	w.customer(facts{name: "Juniper Bakery Inc.", domain: "juniperbakery.example"})
	named := w.account(p, "3", facts{name: "Harbor Dental Partners"})
	w.customer(facts{name: "Harbor Dental Partners"})
	for _, want := range []int{1, 0} {
		if mapped, err := w.MapIdentical(t.Context(), p); err != nil || mapped != want {
			t.Errorf("%d mapped (%v), want %d", mapped, err, want)
		}
	}
	if got := w.state(same); got != "mapped Juniper Bakery Inc." {
		t.Errorf("the same company is %s", got)
	}
	for _, id := range []string{w.state(sister), w.state(named)} {
		if id != "unmapped" {
			t.Errorf("what is not identical is %s", id)
		}
	}
}
