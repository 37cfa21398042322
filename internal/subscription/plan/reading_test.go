package plan_test

import (
	"testing"

	"seatledger/internal/distributor"
	"seatledger/internal/money"
	"seatledger/internal/subscription/plan"
)

// What a person said of a provider's costs stands in only where the record is silent.
func TestThePeriodOfACostIsTheRecordsOrThePersons(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		said    money.Period
		usual   money.Period
		kind    distributor.Kind
		want    money.Period
		assumed bool
	}{
		"nobody knows":          {want: money.Unknown, kind: distributor.Licence},
		"the person":            {usual: money.Month, kind: distributor.Licence, want: money.Month, assumed: true},
		"the record":            {said: money.Year, usual: money.Month, kind: distributor.Licence, want: money.Year},
		"a purchase":            {usual: money.Month, kind: distributor.OneTime, want: money.Once, assumed: true},
		"a purchase, not asked": {kind: distributor.OneTime, want: money.Unknown},
		"usage has no cost":     {usual: money.Month, kind: distributor.Usage, want: money.Unknown},
	} {
		got, err := plan.Read(distributor.Subscription{ExternalID: "S-1", Kind: c.kind, CostPeriod: c.said},
			plan.Provider{CostPeriod: c.usual})
		if err != nil || got.CostPeriod != c.want || got.CostPeriodAssumed != c.assumed {
			t.Errorf("%s: %q assumed %v, %v", name, got.CostPeriod, got.CostPeriodAssumed, err)
		}
	}
}
