package reassign

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

var errNotYet = errors.New("reassign: not written yet")

// Record is a move as it is kept.
type Record struct {
	ID         uuid.UUID
	SourceID   uuid.UUID
	TargetID   uuid.UUID
	SwitchOn   clock.Date // first day that belongs to the target
	Taken      bool       // the unbilled went along
	Copied     int        // rows copied to the target
	Aside      int        // own rows of the target that were set aside
	Adjusted   int        // seats of the adjustment; 0: none was needed
	Note       string
	MadeAt     time.Time
	MadeBy     string
	EndedOn    clock.Date // first day without seats of the source; zero: it is not retired
	UndoneAt   *time.Time
	UndoneBy   string
	SourceName string // what people call it, and its id at the distributor
	TargetName string
	Source     string
	Target     string
}

// Stands tells whether the move was not taken back.
func (r Record) Stands() bool { return r.UndoneAt == nil }

// Refusal is why a move cannot be done, and what to do about it.
type Refusal struct {
	Code string // "customer", "currency", "invoice", "unbilled", "late", "same", "source_moved", "target_moved", "target_billed", ...
	Says string // reason and remedy in one sentence
}

// Side is one subscription of a move, with its ledger before and after.
type Side struct {
	subscription.Subscription
	Before []ledger.Entry
	After  []ledger.Entry
}

// Result is both subscriptions as they are, and as they would be after the move.
type Result struct {
	Move     Move // with its switch day
	Source   Side
	Target   Side
	Refusals []Refusal // empty: it can be done
	Warnings []string
}

// Look tells what a move would do, and does nothing. The switch day, where the move
// names none, is the day from which the source is frozen, or on which it ended, or
// the target's first billable day, or else today.
func (s Service) Look(ctx context.Context, m Move) (Result, error) { return Result{}, errNotYet }

// LookIn is Look within a transaction or snapshot of the caller.
func (s Service) LookIn(ctx context.Context, db *gorm.DB, m Move) (Result, error) {
	return Result{}, errNotYet
}

// DoTx is Do within the caller's transaction.
func (s Service) DoTx(ctx context.Context, tx *gorm.DB, by audit.Actor, m Move) (Record, error) {
	return Record{}, errNotYet
}

// UndoTx is Undo within the caller's transaction. A source that the move's Retire has
// ended counts again.
func (s Service) UndoTx(ctx context.Context, tx *gorm.DB, by audit.Actor, b Back) (Record, error) {
	return Record{}, errNotYet
}

// RetireTx is Retire within the caller's transaction. A source that has ended already
// stays as it is, and the target is released. errs.Conflict when no move of it stands.
func (s Service) RetireTx(ctx context.Context, tx *gorm.DB, by audit.Actor, e Ending) (Record, error) {
	return Record{}, errNotYet
}

// ReopenTx is Reopen within the caller's transaction.
func (s Service) ReopenTx(ctx context.Context, tx *gorm.DB, by audit.Actor, b Back) (Record, error) {
	return Record{}, errNotYet
}

// Of reads the moves that a subscription is a side of, the latest first, also those taken back.
func Of(ctx context.Context, db *gorm.DB, id uuid.UUID) ([]Record, error) { return nil, errNotYet }

// Standing finds the moves that stand, by the id of each of their sides.
func Standing(ctx context.Context, db *gorm.DB, ids []uuid.UUID) ([]Record, error) {
	return nil, errNotYet
}
