package plan

import (
	"time"

	"github.com/google/uuid"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
)

// Provider is what the rules need to know of a provider.
type Provider struct {
	ID        uuid.UUID
	Connector string
	Currency  string // its default, used where a record has none
	// CostPeriod is what a person says the costs are for, where records do not tell; unknown when nobody has.
	CostPeriod money.Period
	EndDate    EndDate
}

// Account is the provider account that the distributor reports a subscription under.
type Account struct {
	ID           uuid.UUID
	ExternalID   string
	State        account.State
	CRMAccountID uuid.NullUUID // set while mapped
}

// Input is everything a plan depends on; nothing else is looked at.
type Input struct {
	Stored   *Subscription // nil: never seen before
	Reading  *Reading      // as reported now; nil: proven gone by a complete listing
	Provider Provider
	Account  Account
	Log      []distributor.Change // change-log entries; those since the last read are picked here
	LogRead  bool                 // the log of its contract was read, even if it held nothing
	Timeline ledger.Timeline      // counted seats by day, of a stored one
	Landing  *Landing             // where it lands, if never seen before or chosen by a person now; nil: nowhere
	Twin     bool                 // what lands has a twin under another provider
	Proposal uuid.NullUUID        // price list item in force on a new term's start
	TakeList bool                 // the contract takes the list's price at a renewal; else it is proposed
	Refund   bool                 // of reductions: the contract's setting, else the global one (RULES 8)
	Fill     *Fill                // the list's price of what the reading says, where that is another product or term
	Missed   clock.Date           // of one proven gone: the day on which it was first missed; unset: today
	Seen     time.Time
	Zone     *time.Location
}

// Today is the billing day of the reading.
func (in Input) Today() clock.Date { return clock.DateOf(in.Seen, in.Zone) }

// Plan is what a reading or a person's act means: the row to store and the ledger
// rows to append. It is empty when nothing differs.
type Plan struct {
	Row       Subscription // as it will stand
	New       bool
	Moved     bool // reported under another account than before
	Changed   bool // Row differs from what is stored
	Placed    bool // its contract is another than what is stored
	Touched   bool // its rows were marked, or what it is has changed: what is reckoned from them is made anew
	Entries   []ledger.Change
	Fills     []Fill // prices that are entered where none of a person stands
	Conflicts []Conflict
}

// Empty tells that nothing is to be written.
func (p Plan) Empty() bool {
	return !p.New && !p.Changed && !p.Touched && len(p.Entries)+len(p.Fills) == 0
}

// Conflict is a difference between the distributor and a person's or a cut-over's decision that stands.
type Conflict struct {
	Kind    ConflictKind
	Message string
}

// ConflictKind says what differs.
type ConflictKind string

// The kinds of conflict.
const (
	ConflictQuantity ConflictKind = "quantity"
	ConflictState    ConflictKind = "state"
)

// Decide plans what a reading means. It is pure: the same input gives the same plan,
// and the reading that is already stored gives an empty one.
func Decide(in Input) Plan {
	if in.Reading != nil {
		in.Reading = in.told()
	}
	switch {
	case in.Stored == nil:
		return firstSeen(in)
	case in.Reading == nil:
		return gone(in)
	}
	p := seenAgain(in)
	if p.Row.EndsOn != in.Stored.EndsOn {
		p.Row.EndsRefund = in.Refund
	}
	return p
}
