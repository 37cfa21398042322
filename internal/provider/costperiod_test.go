package provider_test

import (
	"testing"

	"seatledger/internal/money"
	"seatledger/internal/provider"
)

func TestThePeriodOfCostsIsAPersonsWordOnALegacyProviderAlone(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(legacy())
	if p.CostPeriod != money.Unknown {
		t.Errorf("nobody said anything, and it is %q", p.CostPeriod)
	}
	say := func(period string, given bool) error {
		in := with(legacy(), func(in *provider.Input) { in.CostPeriod, in.CostPeriodGiven = period, given })
		return r.Update(t.Context(), r.by, p.ID, r.get(p.ID).Version, in)
	}
	if err := say("year", true); err != nil || r.get(p.ID).CostPeriod != money.Year {
		t.Errorf("%q, %v", r.get(p.ID).CostPeriod, err)
	}
	if err := say("", false); err != nil || r.get(p.ID).CostPeriod != money.Year {
		t.Errorf("a form without the field made it %q, %v", r.get(p.ID).CostPeriod, err)
	}
	if r.fields(say("fortnight", true))["cost_period"] == "" || r.get(p.ID).CostPeriod != money.Year {
		t.Error("a word that nobody knows was taken")
	}
	if err := say("", true); err != nil || r.get(p.ID).CostPeriod != money.Unknown {
		t.Errorf("taken back: %q, %v", r.get(p.ID).CostPeriod, err)
	}
	full := r.create(with(good(), func(in *provider.Input) { in.CostPeriod, in.CostPeriodGiven = "month", true }))
	if full.CostPeriod != money.Unknown {
		t.Errorf("the comprehensive API was given %q", full.CostPeriod)
	}
}
