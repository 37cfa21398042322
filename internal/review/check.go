package review

import (
	"fmt"

	"seatledger/internal/subscription/plan"
)

// Verdict is what checks come to.
type Verdict string

// The verdicts, and the word for one that stands signed.
const (
	OK     Verdict = "ok"
	Warn   Verdict = "warn"
	Fail   Verdict = "fail"
	Signed Verdict = "signed"
)

// Group is one of the three questions of the guide.
type Group string

// The groups, in their order on the page.
const (
	Customer Group = "customer"
	Contract Group = "contract"
	Pricing  Group = "pricing"
)

// Check is one finding with its figures, and where to mend it.
type Check struct {
	Group   Group   `json:"group"`
	Code    string  `json:"code"`
	Verdict Verdict `json:"verdict"`
	Says    string  `json:"says"`
	Mend    Mend    `json:"mend,omitzero"`
}

// Mend names the page where a finding is put right; the web floor makes the link.
type Mend struct {
	// account, crm_account, contract, contract_choice, price, price_list, subscription, provider, dates, ledger
	What string `json:"what,omitempty"`
	ID   string `json:"id,omitempty"`
}

// Judge runs all checks over the facts. It is pure: the same facts give the same findings in the same order.
func Judge(f Facts) []Check {
	switch {
	case !f.waits() && cancelledAhead(f):
		return providerStatus(f)
	case !f.waits():
		return nil
	case f.vanished():
		return []Check{{Customer, "missing", Fail,
			"The distributor no longer lists this subscription. It was closed on the day it was missed. " +
				"Confirm that it has really ended, or ask the distributor.",
			Mend{"subscription", f.SubscriptionID.String()}}}
	case f.endUnsaid():
		return []Check{{Customer, "not_sent", Fail, endedWithoutWord(f),
			Mend{"subscription", f.SubscriptionID.String()}}}
	}
	var cs []Check
	cs = append(cs, unseen(f)...)
	cs = append(cs, customer(f)...)
	cs = append(cs, underContract(f)...)
	return append(cs, pricing(f)...)
}

// endedWithoutWord says what the distributor sends of one that has ended, if anything.
func endedWithoutWord(f Facts) string {
	if (plan.Facts{NoLongerSent: f.NoLongerSent}).StatusUnknown() {
		return fmt.Sprintf("It has ended, and the distributor now sends the status %q, which nobody here knows. "+
			"It stays ended: an unknown word revives nothing. Ask the distributor what it means.", f.ProviderStatusText)
	}
	return "It has ended, and the distributor no longer sends its status. It stays ended: " +
		"a blank word revives nothing. Ask the distributor."
}

// Worst is the verdict of findings together.
func Worst(cs []Check) Verdict {
	worst := OK
	for _, c := range cs {
		switch {
		case c.Verdict == Fail:
			return Fail
		case c.Verdict == Warn:
			worst = Warn
		}
	}
	return worst
}
