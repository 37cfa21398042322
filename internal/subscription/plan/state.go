package plan

import (
	"seatledger/internal/account"
	"seatledger/internal/distributor"
)

// State is whether a subscription is billed (RULES 3).
type State string

// The states.
const (
	Held     State = "held"
	Active   State = "active"
	Inactive State = "inactive"
)

// HoldReason is why a subscription is held.
type HoldReason string

// The reasons to hold, in the order in which they are named when several stand.
const (
	NotHeld      HoldReason = ""
	HoldUnmapped HoldReason = "unmapped"
	HoldExcluded HoldReason = "excluded"
	HoldPending  HoldReason = "pending"
	HoldTwin     HoldReason = "twin"
	HoldCutover  HoldReason = "cutover"
)

// DeactivatedBy is who ended a subscription here.
type DeactivatedBy string

// Who may end one.
const (
	NotDeactivated DeactivatedBy = ""
	ByProvider     DeactivatedBy = "provider"
	ByPerson       DeactivatedBy = "person"
	ByCutover      DeactivatedBy = "cutover"
)

// Standing is all that the state depends on.
type Standing struct {
	Ended         bool          // the provider ended it, see Ends
	DeactivatedBy DeactivatedBy // a person's or a cut-over's decision that stands
	Account       account.State
	HasCustomer   bool // landed with the account's CRM account; a moved one waits for a person
	Pending       bool
	TwinHold      bool
	CutoverHold   bool
}

// Verdict is the state with its reason.
type Verdict struct {
	State         State
	HoldReason    HoldReason
	DeactivatedBy DeactivatedBy
}

// Derive gives the state: inactive if ended or deactivated; else held if any hold
// stands; else active. A person's or a cut-over's deactivation outranks the provider's.
func Derive(s Standing) Verdict {
	if s.DeactivatedBy == ByPerson || s.DeactivatedBy == ByCutover {
		return Verdict{State: Inactive, DeactivatedBy: s.DeactivatedBy}
	}
	if s.Ended {
		return Verdict{State: Inactive, DeactivatedBy: ByProvider}
	}
	if why := hold(s); why != NotHeld {
		return Verdict{State: Held, HoldReason: why}
	}
	return Verdict{State: Active}
}

func hold(s Standing) HoldReason {
	switch {
	case s.Account == account.Excluded:
		return HoldExcluded
	case s.Account == account.Unmapped || !s.HasCustomer:
		return HoldUnmapped
	case s.Pending:
		return HoldPending
	case s.TwinHold:
		return HoldTwin
	case s.CutoverHold:
		return HoldCutover
	}
	return NotHeld
}

// Ends tells whether a status ends a subscription. Suspended and blank are still
// billed by the distributor, and a word nobody knows is no proof of an end.
func Ends(s distributor.Status) bool {
	switch s {
	case distributor.StatusExpired, distributor.StatusCancelled, distributor.StatusDiscontinued,
		distributor.StatusDeleted, distributor.StatusMissing:
		return true
	}
	return false
}
