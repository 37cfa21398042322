package contract_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"seatledger/internal/contract"
	"seatledger/internal/money"
)

func TestARuleForUsageIsReadAndReckoned(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]struct{ rule, amount string }{
		"":             {"elsewhere", ""},
		"elsewhere":    {"elsewhere", ""},
		"cost":         {"cost", "80.01"},
		"Cost + 15 %":  {"cost+15%", "92.01"}, // 92.0115
		"cost+12.50%":  {"cost+12.5%", "90.01"},
		"cost+0":       {"cost", "80.01"},
		"margin 20%":   {"margin 20%", "100.01"}, // 100.0125
		"Margin 33.33": {"margin 33.33%", "120.01"},
	} {
		rule, ok := contract.ParseUsageRule(typed)
		if !ok || string(rule) != want.rule {
			t.Errorf("%q is read as %q (%t), want %q", typed, rule, ok, want.rule)
			continue
		}
		amount, bills := rule.Amount(decimal.RequireFromString("80.01"), "USD")
		if bills != (want.amount != "") || bills && amount.StringFixed(2) != want.amount {
			t.Errorf("%q makes %s of 80.01, want %s", typed, amount, want.amount)
		}
		back, bills := rule.Amount(decimal.RequireFromString("-80.01"), "USD")
		if bills && !back.Equal(amount.Neg()) {
			t.Errorf("%q gives %s back of what it charged %s for", typed, back, amount)
		}
	}
	for _, typed := range []string{"15", "+15%", "cost-5%", "cost+", "cost+x", "cost+1e3%", "cost+1000.01%", "margin",
		"margin 100%", "margin -1%", "cost+1.234%", "cost+5%%", "all of it"} {
		if rule, ok := contract.ParseUsageRule(typed); ok {
			t.Errorf("%q is read as %q", typed, rule)
		}
	}
}

func TestUsageIsNeverBilledBelowItsCost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]string{"cost+", "margin "}).Draw(t, "kind")
		p := decimal.New(rapid.Int64Range(0, 9999).Draw(t, "hundredths"), -2)
		rule, ok := contract.ParseUsageRule(kind + p.String() + "%")
		if !ok {
			t.Fatalf("%s%s is no rule", kind, p)
		}
		if again, ok := contract.ParseUsageRule(string(rule)); !ok || again != rule {
			t.Fatalf("%q does not read as itself", rule)
		}
		cost := decimal.New(rapid.Int64Range(0, 1e12).Draw(t, "cost"), -6)
		if amount, _ := rule.Amount(cost, "USD"); amount.LessThan(money.Round(cost, "USD")) {
			t.Fatalf("%q makes %s of %s", rule, amount, cost)
		}
	})
}
