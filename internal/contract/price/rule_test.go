package price_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"seatledger/internal/contract/price"
	"seatledger/internal/errs"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func TestARuleMakesPricesToAStepAndAnEnding(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		in   price.RuleInput
		cost string
		want string
	}{
		{price.RuleInput{Change: "percent", Value: "20"}, "8", "9.6"},
		{price.RuleInput{Change: "percent", Value: "20", Step: "0.05"}, "8.33", "10"},
		{price.RuleInput{Change: "percent", Value: "20", Ending: ".99"}, "8", "9.99"},
		{price.RuleInput{Change: "percent", Value: "20", Step: "5", Ending: "0.99"}, "8", "9.99"},
		{price.RuleInput{Change: "percent", Value: "20", Step: "5", Ending: "0.99"}, "11", "14.99"},
		{price.RuleInput{Change: "fixed", Value: "1.5"}, "8", "9.5"},
		{price.RuleInput{Change: "margin", Value: "20"}, "8", "10"},
		// Never below cost, unless said.
		{price.RuleInput{Change: "percent", Value: "-10"}, "8", "8"},
		{price.RuleInput{Change: "percent", Value: "1", Ending: ".99"}, "8.10", "8.99"},
		{price.RuleInput{Change: "percent", Value: "-10", BelowCost: "on"}, "8", "7.2"},
	} {
		problems := errs.Fields{}
		r := x.in.Read(problems)
		if problems.Err() != nil {
			t.Fatalf("%+v: %v", x.in, problems)
		}
		got, _ := r.Of(dec(x.cost), decimal.NewNullDecimal(dec(x.cost)), "USD")
		if !got.Equal(dec(x.want)) {
			t.Errorf("%+v of %s: %s, want %s", x.in, x.cost, got, x.want)
		}
	}
}

func TestAPriceOfARuleIsNeverBelowCostAndEndsAsSaid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cents := func(name string, most int) decimal.Decimal {
			return decimal.New(int64(rapid.IntRange(0, most).Draw(t, name)), -2)
		}
		r := price.Rule{Change: rapid.SampledFrom([]price.Change{price.Percent, price.Fixed, price.Margin}).Draw(t,
			"change"),
			Value: cents("value", 9900).Sub(dec("20"))}
		switch rapid.IntRange(0, 2).Draw(t, "to") {
		case 1:
			r.Step = rapid.SampledFrom([]decimal.Decimal{dec("0.05"), dec("0.1"), dec("1"), dec("5")}).Draw(t, "step")
		case 2:
			r.Ending = rapid.SampledFrom([]decimal.Decimal{dec("0.99"), dec("0.95"), dec("0.5")}).Draw(t, "ending")
		}
		cost := cents("cost", 100_000)
		got, _ := r.Of(cost, decimal.NewNullDecimal(cost), "USD")
		if got.LessThan(cost) || got.IsNegative() {
			t.Errorf("%+v of %s: %s is below cost", r, cost, got)
		}
		if !r.Ending.IsZero() && !got.Sub(got.Floor()).Equal(r.Ending) {
			t.Errorf("%+v of %s: %s does not end so", r, cost, got)
		}
		if !r.Step.IsZero() && !got.Mod(r.Step).IsZero() {
			t.Errorf("%+v of %s: %s is no step", r, cost, got)
		}
	})
}

func TestARuleThatCannotBeMeantIsRefused(t *testing.T) {
	t.Parallel()
	for field, in := range map[string]price.RuleInput{
		"change": {Change: "double", Value: "2"}, "value": {Change: "margin", Value: "100"},
		"ending": {Change: "percent", Value: "2", Ending: "1.99"}, "step": {Change: "percent", Value: "2", Step: "a"},
	} {
		problems := errs.Fields{}
		if in.Read(problems); problems[field] == "" {
			t.Errorf("%+v: %v", in, problems)
		}
	}
}
