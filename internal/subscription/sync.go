package subscription

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
)

// Listing is what one account's subscriptions were read as.
type Listing struct {
	Provider Provider
	Account  Account
	Records  []distributor.Subscription
	Log      []distributor.Change // of all contracts that NeedLog named, as far as it could be read
	Land     []string             // external ids a person ticked; nil: all may land by themselves
	Origin   ledger.Origin
	Zone     *time.Location
}

// Result is what a listing came to. Counts are of subscriptions.
type Result struct {
	Added, Changed, Unchanged, Held int
	Touched                         []uuid.UUID             // rows written: their reviews are to be refreshed
	Bad                             []distributor.BadRecord // records no row can hold; nothing of theirs was changed
	Conflicts                       map[uuid.UUID][]Conflict
}

// LogWanted names a contract whose change log can date a change, and from when.
type LogWanted struct {
	ContractNo string
	From       clock.Date
}

// NeedLog tells, before anything is written, whose change log is worth reading:
// contracts of records whose quantity or state differs from what is stored.
func NeedLog(ctx context.Context, db *gorm.DB, l Listing) ([]LogWanted, error) {
	return nil, errs.New(errs.Internal, "not written yet")
}

// SyncAccount compares a listing of one account with what is stored and writes the
// difference, within the caller's transaction. The same listing again writes nothing.
func SyncAccount(ctx context.Context, tx *gorm.DB, l Listing) (Result, error) {
	return Result{}, errs.New(errs.Internal, "not written yet")
}

// Absent lists the stored subscriptions of a provider that are not among the
// external ids of a complete listing of all its accounts, and are not known as gone yet.
func Absent(ctx context.Context, db *gorm.DB, providerID uuid.UUID, listed []string) ([]uuid.UUID, error) {
	return nil, errs.New(errs.Internal, "not written yet")
}

// MarkGone closes subscriptions that a complete listing of all accounts lacked (RULES 3).
func MarkGone(ctx context.Context, tx *gorm.DB, p Provider, ids []uuid.UUID, o ledger.Origin, zone *time.Location) (Result, error) {
	return Result{}, errs.New(errs.Internal, "not written yet")
}
