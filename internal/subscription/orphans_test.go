package subscription_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/money"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/list"
)

func cost(amount string, p money.Period, currency string) func(*distributor.Subscription) {
	return func(d *distributor.Subscription) {
		d.UnitCost, d.CostPeriod, d.Currency = decimal.NewNullDecimal(decimal.RequireFromString(amount)), p, currency
	}
}

func TestCostWithoutACustomerIsPerMonthAndCurrency(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	usage := func(d *distributor.Subscription) { d.Kind = distributor.Usage }
	unknown := func(d *distributor.Subscription) { d.UnitCost = decimal.NullDecimal{} }
	o.sync(o.provider, o.account,
		record("S1", cost("10", money.Month, "USD")), record("S2", cost("120", money.Year, "USD"), seats(2)),
		record("S3", cost("36", money.ThreeYears, "EUR"), seats(1)),
		record("S4", cost("99", money.Once, "USD")), record("S5", usage), record("S6", unknown),
		record("S7", status(distributor.StatusCancelled)))
	other := o.world.account(o.provider, "other.example")
	o.sync(o.provider, other, record("S8", cost("7", money.Month, "USD"), seats(1)))
	o.unmap(other, account.Excluded)
	mapped := o.world.account(o.provider, "mapped.example")
	o.sync(o.provider, o.mapTo(mapped, o.customer), record("S9"))

	bolt := o.world.customer("Bolt")
	o.sync(o.provider, o.mapTo(o.world.account(o.provider, "bolt.example"), bolt),
		record("S8b", cost("3", money.Month, "USD"), seats(2)))
	moved := o.world.account(o.provider, "moved.example")
	o.sync(o.provider, o.mapTo(moved, o.world.customer("Moved")),
		record("S8b", cost("3", money.Month, "USD"), seats(2)))

	all, err := list.OverviewOf(t.Context(), o.db.Read(t.Context()), clock.NewDate(2026, 7, 1))
	if err != nil {
		t.Fatal(err)
	}
	lines := map[subscription.HoldReason][]string{}
	for _, g := range all.Orphans {
		if g.Moved {
			if g.Count != 1 || len(g.Monthly) != 1 || g.Monthly[0].Sum.String() != "6" {
				t.Errorf("moved to a mapped account: %+v", g)
			}
			continue
		}
		for _, m := range g.Monthly {
			lines[g.Reason] = append(lines[g.Reason], m.Sum.String()+" "+m.Currency)
		}
		if want := map[subscription.HoldReason][2]int{subscription.HoldUnmapped: {6, 3},
			subscription.HoldExcluded: {1, 0}}[g.Reason]; want != [2]int{g.Count, g.Uncosted} {
			t.Errorf("%s: %d, %d without a monthly cost, want %v", g.Reason, g.Count, g.Uncosted, want)
		}
	}
	want := map[subscription.HoldReason][]string{subscription.HoldUnmapped: {"1 EUR", "70 USD"},
		subscription.HoldExcluded: {"7 USD"}}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}
