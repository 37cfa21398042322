package pairing

import (
	"time"

	"github.com/google/uuid"

	"seatledger/internal/clock"
)

// Step is how far the pairs of a customer have come in a run.
type Step string

// The steps, in their order.
const (
	Open       Step = "open"       // old and new are being paired
	Confirmed  Step = "confirmed"  // old ones frozen, new ones held back
	Reassigned Step = "reassigned" // history has gone over
	Retired    Step = "retired"    // old ones ended, new ones released
)

// Kind is what a decision says.
type Kind string

// The kinds of decisions.
const (
	Twin  Kind = "twin"  // both are the same subscription
	New   Kind = "new"   // the new one is a subscription of its own
	Ended Kind = "ended" // the old one ends on the switch day
)

// Confidence is how sure a pair is.
type Confidence string

// The confidences.
const (
	Exact    Confidence = "exact"
	Likely   Confidence = "likely"
	ByPerson Confidence = "person"
)

// Proposal is a pair that the machine sees; nothing is kept until somebody accepts it.
type Proposal struct {
	Old, New   uuid.UUID
	Confidence Confidence // Exact: ticked beforehand
	Reason     string     // in a sentence
}

// Pair is a standing decision.
type Pair struct {
	ID         uuid.UUID
	Kind       Kind
	Old        uuid.NullUUID `gorm:"column:old_subscription_id"`
	New        uuid.NullUUID `gorm:"column:new_subscription_id"`
	Confidence Confidence
	Reason     string
	DecidedAt  time.Time
	DecidedBy  string
	Day        clock.Date // once confirmed: the first day of the new one, and the first without the old one
	ClosedOld  bool       // this cut-over ended the old one
	FromStart  bool       // of a new one: billed from its start
}
