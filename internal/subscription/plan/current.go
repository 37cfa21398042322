package plan

import "seatledger/internal/ledger"

// Current is a stored subscription with what a decision about it depends on.
type Current struct {
	Subscription
	Account  Account
	Timeline ledger.Timeline
}

// Draft begins a plan for it.
func (c Current) Draft() *Draft { return DraftOf(c.Subscription, c.Account.State, c.Timeline) }
