package cutover

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
)

var errNotYet = errors.New("cutover: not written yet")

// Beginning is what the form of a new run says.
type Beginning struct {
	Name          string
	OldProviderID uuid.UUID
	NewProviderID uuid.UUID
	SwitchDay     clock.Date // for customers that get none of their own; may be zero
}

// Start begins a run and holds back what is active at the new provider, not billed
// yet and not decided, of customers that the old one has seats for.
func (s Service) Start(ctx context.Context, by audit.Actor, b Beginning) (uuid.UUID, error) {
	return uuid.Nil, errNotYet
}

// NoteAccess notes that access to the new API was asked for.
func (s Service) NoteAccess(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return errNotYet
}

// Abandon gives a run up; refused while a customer stands beyond open. What waits as
// a twin stays held until a person decides.
func (s Service) Abandon(ctx context.Context, by audit.Actor, id uuid.UUID) error { return errNotYet }

// Finish ends a run. Every gate must be done; name is the run's, as a person typed it.
func (s Service) Finish(ctx context.Context, by audit.Actor, id uuid.UUID, name string) error {
	return errNotYet
}

// SetSwitchDay sets the first day of the new subscriptions, for customers that are still open.
func (s Service) SetSwitchDay(ctx context.Context, by audit.Actor, id uuid.UUID, customers []uuid.UUID, day clock.Date) (Report, error) {
	return Report{}, errNotYet
}

// Decision is a person's word about old and new subscriptions of a customer.
type Decision struct {
	CRMAccountID uuid.UUID
	Kind         Kind
	Old, New     uuid.UUID
}

// Decide keeps a decision.
func (s Service) Decide(ctx context.Context, by audit.Actor, id uuid.UUID, d Decision) error {
	return errNotYet
}

// AcceptExact keeps the exact proposals of customers as decisions.
func (s Service) AcceptExact(ctx context.Context, by audit.Actor, id uuid.UUID, customers []uuid.UUID) (Report, error) {
	return Report{}, errNotYet
}

// Undecide takes a decision back, while its customer is open.
func (s Service) Undecide(ctx context.Context, by audit.Actor, id, pairID uuid.UUID) error {
	return errNotYet
}

// Report is what a step came to, customer by customer.
type Report struct {
	Done    []uuid.UUID
	Already []Refusal // done before: by whom and when
	Refused []Refusal
}

// Refusal is a customer for whom a step was not done, and why.
type Refusal struct {
	CRMAccountID uuid.UUID
	CRMAccount   string
	Why          string // sentences: what is missing, what to do
}

// Confirm freezes the old subscriptions of customers and holds the new ones back.
func (s Service) Confirm(ctx context.Context, by audit.Actor, id uuid.UUID, customers []uuid.UUID) (Report, error) {
	return Report{}, errNotYet
}

// Reassign lets the history of the old twins go over to the new ones.
func (s Service) Reassign(ctx context.Context, by audit.Actor, id uuid.UUID, customers []uuid.UUID) (Report, error) {
	return Report{}, errNotYet
}

// RetireOld ends the old subscriptions on the switch day and releases the new ones.
func (s Service) RetireOld(ctx context.Context, by audit.Actor, id uuid.UUID, customers []uuid.UUID) (Report, error) {
	return Report{}, errNotYet
}

// UndoStep takes the last step of customers back.
func (s Service) UndoStep(ctx context.Context, by audit.Actor, id uuid.UUID, customers []uuid.UUID) (Report, error) {
	return Report{}, errNotYet
}

// Rehearsal is what the steps up to the end would come to.
type Rehearsal struct {
	Customers []Rehearsed
}

// Rehearsed is one customer of a rehearsal.
type Rehearsed struct {
	CRMAccountID uuid.UUID
	CRMAccount   string
	From, To     Step   // it would come from here to there
	Why          string // why not further; empty: all the way
	SwitchDay    clock.Date
	SeatsBefore  int // billable of the old and released new ones, now
	SeatsAfter   int // and then
	MonthBefore  []MonthlyAmount
	MonthAfter   []MonthlyAmount
	Blockers     []Blocker // of the proof, as it would read
}

// MonthlyAmount is what seats cost a month in one currency.
type MonthlyAmount struct {
	Currency string
	Amount   decimal.Decimal
}

// DryRun does confirm, reassign and retire for customers as far as they go, in one
// transaction that is rolled back: nothing is kept.
func (s Service) DryRun(ctx context.Context, by audit.Actor, id uuid.UUID, customers []uuid.UUID) (Rehearsal, error) {
	return Rehearsal{}, errNotYet
}

// Carry is the mapping of an old account that a new, unmapped one is likely to share.
type Carry struct {
	AccountID     uuid.UUID // of the new provider
	Account       string
	ExternalID    string
	OldAccountID  uuid.UUID
	OldAccount    string
	OldExternalID string
	CRMAccountID  uuid.UUID `gorm:"column:crm_account_id"`
	CRMAccount    string    `gorm:"column:crm_account"`
	By            CarryBy
	Reason        string // in a sentence
	Taken         bool   // another account of the new provider has the CRM account already
}

// CarryBy is what two accounts agree in.
type CarryBy string

// The grounds, strongest first.
const (
	ByTenant CarryBy = "tenant"
	ByDomain CarryBy = "domain"
	ByName   CarryBy = "name"
)

// CarryOver suggests customers for the unmapped accounts of the new provider, from the old one's mapping.
func CarryOver(ctx context.Context, db *gorm.DB, id uuid.UUID) ([]Carry, error) {
	return nil, errNotYet
}

// Carryover is what accepting suggestions came to.
type Carryover struct {
	Done    []uuid.UUID // accounts
	Refused []Uncarried
}

// Uncarried is an account whose suggestion was not taken, and why.
type Uncarried struct {
	AccountID uuid.UUID
	Account   string
	Why       string
}

// AcceptCarry maps accounts as suggested, each in a transaction of its own.
func (s Service) AcceptCarry(ctx context.Context, by audit.Actor, id uuid.UUID, accounts []uuid.UUID) (Carryover, error) {
	return Carryover{}, errNotYet
}

// GateState is how a gate stands.
type GateState string

// The states of a gate.
const (
	GateDone    GateState = "done"
	GateOpen    GateState = "open"
	GateBlocked GateState = "blocked" // something before it must be done first
	GateNone    GateState = "none"    // not needed
)

// Gate is one step of a run as a whole.
type Gate struct {
	Key   string // "access", "verified", "accounts", "mapped", "subscriptions", "paired", "billed", "reassigned", "signed", "retired", "deactivated", "proof"
	Name  string
	State GateState
	Says  string // what stands, or what is missing, with counts
	Count int    // how much is left
	Link  Link
}

// Gates are the steps of a run, in the order of the guide.
func (s Service) Gates(ctx context.Context, db *gorm.DB, id uuid.UUID) ([]Gate, error) {
	return nil, errNotYet
}
