package history

import (
	"os"

	"github.com/shopspring/decimal"
)

// Fault tells whether a wrong turn is switched on. No build that anybody bills with has it.
func Fault(name string) bool { return os.Getenv("SEATLEDGER_FAULT") == name }

func inOrder(a, b step) int {
	if Fault("cap_by_paid_now") && a.line != b.line {
		if a.line {
			return -1
		}
		return 1
	}
	return a.place.Compare(b.place)
}

func placeOf(first, own storedRow) Place {
	if Fault("rewritten_last") && own.WrittenForID.Valid {
		return Place{Seq: own.Seq}
	}
	return Place{Seq: first.Seq}
}

func rounded(parts decimal.Decimal, places int32) decimal.Decimal {
	if Fault("half_even") {
		return parts.DivRound(denominator, places+20).RoundBank(places)
	}
	return parts.DivRound(denominator, places)
}

func refundColumn() string {
	if Fault("refund_when_billed") {
		return `(SELECT k.refunds = 'yes' FROM subscriptions s JOIN billing_contracts k ON k.id = s.contract_id
			WHERE s.id = c.subscription_id) AS refund`
	}
	return `c.refund`
}

func standingColumn() string {
	if Fault("credited_stands") {
		return `l.kind <> 'credit'`
	}
	return `l.standing AND l.kind <> 'credit'`
}

func goodwillColumn() string {
	if Fault("goodwill_in_sum") {
		return `false`
	}
	return `l.kind = 'credit' AND NOT l.again`
}
