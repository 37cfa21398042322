package contract

import (
	"strings"

	"github.com/shopspring/decimal"

	"seatledger/internal/errs"
	"seatledger/internal/money"
)

// UsageRule is how what was used is billed on from the lines of a distributor's bill (RULES 4): elsewhere, cost,
// cost+15% or margin 20%. Empty is elsewhere.
type UsageRule string

// The rules without a percentage.
const (
	UsageElsewhere UsageRule = "elsewhere"
	UsageAtCost    UsageRule = "cost"
)

const (
	markup = "cost+"
	margin = "margin "
)

var (
	hundred       = decimal.NewFromInt(100)
	highestMarkup = decimal.NewFromInt(1000)
)

// ParseUsageRule reads a rule as a person types it.
func ParseUsageRule(s string) (UsageRule, bool) {
	word := strings.ToLower(strings.Join(strings.Fields(s), ""))
	switch word {
	case "", string(UsageElsewhere), "none":
		return UsageElsewhere, true
	case string(UsageAtCost):
		return UsageAtCost, true
	}
	kind, most := markup, highestMarkup
	rest, found := strings.CutPrefix(word, "cost+")
	if !found {
		if rest, found = strings.CutPrefix(word, "margin"); !found {
			return "", false
		}
		kind, most = margin, hundred
	}
	p, ok := percent(strings.TrimSuffix(rest, "%"))
	switch {
	case !ok || p.GreaterThan(most) || kind == margin && p.Equal(most):
		return "", false
	case p.IsZero():
		return UsageAtCost, true
	}
	return UsageRule(kind + p.String() + "%"), true
}

// percent reads a number of at most two places and no sign.
func percent(s string) (decimal.Decimal, bool) {
	if len(s) > 7 || strings.Trim(s, "0123456789.") != "" {
		return decimal.Decimal{}, false
	}
	p, err := decimal.NewFromString(s)
	return p, err == nil && p.Equal(p.Truncate(2))
}

// Bills tells whether usage is billed on at all.
func (r UsageRule) Bills() bool { return r != "" && r != UsageElsewhere }

// Amount is what the customer pays for usage that costs so much, rounded to the smallest coin; a credit of the
// distributor's goes on by the same rule. False: the rule bills none.
func (r UsageRule) Amount(cost decimal.Decimal, currency string) (decimal.Decimal, bool) {
	if !r.Bills() {
		return decimal.Decimal{}, false
	}
	if rest, found := strings.CutPrefix(string(r), markup); found {
		p, _ := percent(strings.TrimSuffix(rest, "%"))
		cost = cost.Mul(hundred.Add(p)).Div(hundred)
	}
	if rest, found := strings.CutPrefix(string(r), margin); found {
		p, _ := percent(strings.TrimSuffix(rest, "%"))
		cost = cost.Mul(hundred).Div(hundred.Sub(p))
	}
	return money.Round(cost, currency), true
}

// Says is the rule in words.
func (r UsageRule) Says() string {
	if rest, found := strings.CutPrefix(string(r), markup); found {
		return "at its cost plus " + strings.TrimSuffix(rest, "%") + " %"
	}
	if rest, found := strings.CutPrefix(string(r), margin); found {
		return "at its cost with a margin of " + strings.TrimSuffix(rest, "%") + " %"
	}
	if r == UsageAtCost {
		return "at its cost"
	}
	return "billed elsewhere"
}

func usageRule(problems errs.Fields, s string) UsageRule {
	r, ok := ParseUsageRule(s)
	if !ok {
		problems.Add("usage_rule",
			"Enter elsewhere, cost, cost+15%% or margin 20%%. A margin is below 100 %%, a mark-up "+
				"at most %s %%.", highestMarkup)
	}
	return r
}
