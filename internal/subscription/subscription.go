// Package subscription holds the heart of the product: what a distributor holds
// for a customer, and every act that changes it: syncs, people's decisions, the
// cut-over. What a change means is decided in the room plan, by pure functions
// (RULES 1 to 5); this room looks up what they depend on and stores what they say.
// The room list reads the lists. None calls a distributor or knows of reviews,
// invoices or screens.
package subscription

import "seatledger/internal/subscription/plan"

// The record and its parts are the room plan's; they bear the same names here.
type (
	// Subscription is one stored row.
	Subscription = plan.Subscription
	// Facts are the provider's side of it.
	Facts = plan.Facts
	// Local is people's side of it.
	Local = plan.Local
	// History is what reassigned history makes of it.
	History = plan.History
	// Provider is what the rules need to know of a provider.
	Provider = plan.Provider
	// Account is the provider account that it is reported under.
	Account = plan.Account
	// Conflict is a difference between the distributor and a decision that stands.
	Conflict = plan.Conflict
	// State is whether it is billed (RULES 3).
	State = plan.State
	// HoldReason is why it is held.
	HoldReason = plan.HoldReason
	// DeactivatedBy is who ended it here.
	DeactivatedBy = plan.DeactivatedBy
	// EndDate says what an end date means (RULES 2).
	EndDate = plan.EndDate
	// Ending is a decision to end it here.
	Ending = plan.Ending
	// Return is a decision that it goes on.
	Return = plan.Return
)

// The states.
const (
	Held     = plan.Held
	Active   = plan.Active
	Inactive = plan.Inactive
)

// The reasons to hold.
const (
	NotHeld      = plan.NotHeld
	HoldUnmapped = plan.HoldUnmapped
	HoldExcluded = plan.HoldExcluded
	HoldPending  = plan.HoldPending
	HoldTwin     = plan.HoldTwin
	HoldCutover  = plan.HoldCutover
)

// Who may end one.
const (
	NotDeactivated = plan.NotDeactivated
	ByProvider     = plan.ByProvider
	ByPerson       = plan.ByPerson
	ByCutover      = plan.ByCutover
)
