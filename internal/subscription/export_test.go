package subscription

import (
	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/ledger"
)

// PlanEnding is a person's deactivation as a pure rule.
func PlanEnding(s Subscription, a account.State, t ledger.Timeline, e Ending) (Plan, error) {
	return planEnding(standing{Subscription: s, account: Account{State: a}, timeline: t}, e)
}

// PlanReturn is a person's activation as a pure rule.
func PlanReturn(s Subscription, a account.State, t ledger.Timeline, r Return) (Plan, error) {
	return planReturn(standing{Subscription: s, account: Account{State: a}, timeline: t}, r)
}

// PlanPrice is a person's price as a pure rule.
func PlanPrice(s Subscription, a account.State, t ledger.Timeline, p Price, currency string) (Plan, error) {
	return planPrice(standing{Subscription: s, account: Account{State: a}, timeline: t}, p, currency)
}

// PlanFreeze is a cut-over's freeze as a pure rule.
func PlanFreeze(s Subscription, a account.State, t ledger.Timeline, on clock.Date) (Plan, error) {
	return planFreeze(standing{Subscription: s, account: Account{State: a}, timeline: t}, on)
}

// PlanUnfreeze is its undoing as a pure rule.
func PlanUnfreeze(s Subscription, a account.State, t ledger.Timeline, today clock.Date, refund ledger.BillingState) (Plan, error) {
	return planUnfreeze(standing{Subscription: s, account: Account{State: a}, timeline: t}, today, refund)
}
