package subscription

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription/plan"
)

// Listing is what one account's subscriptions were read as.
type Listing struct {
	Provider Provider
	Account  Account
	Records  []distributor.Subscription
	Log      []distributor.Change // of all contracts that NeedLog named, as far as it could be read
	LogRead  []string             // the contracts whose log could be read
	Land     []string             // external ids that a person ticked in a contract's sync; nil: all land
	// the contract of that sync, in which they land, also known ones without one; unset: new ones land in the
	// customer's default
	Contract uuid.NullUUID
	Origin   ledger.Origin
	// ReadAt is when the distributor was asked: rows bear that day, whenever they are written; unset: Origin.At
	ReadAt time.Time
	Zone   *time.Location
}

func (l Listing) seen() time.Time {
	if l.ReadAt.IsZero() {
		return l.Origin.At
	}
	return l.ReadAt
}

// Result is what a listing came to. Counts are of subscriptions.
type Result struct {
	Added     int
	Changed   int
	Unchanged int
	Gone      int
	Held      int                     // of all that were listed
	Touched   []uuid.UUID             // rows written: their reviews are to be refreshed
	Bad       []distributor.BadRecord // records that no row can hold; nothing of theirs was changed
	Conflicts map[uuid.UUID][]Conflict
}

// LogWanted names a contract whose change log can date a change, and from when.
type LogWanted struct {
	ContractNo string
	From       clock.Date
}

// SyncAccount compares a listing of one account with what is stored and writes the
// difference within the caller's transaction. The same listing again writes nothing
// and locks nothing. What a listing lacks is left alone: see MarkGone.
func SyncAccount(ctx context.Context, tx *gorm.DB, l Listing) (Result, error) {
	w := &work{Listing: l}
	w.read()
	for _, lock := range []bool{false, true} {
		if err := w.compare(ctx, tx, lock); err != nil {
			return Result{}, err
		}
		if !w.differs() && len(w.latecomers()) == 0 {
			break
		}
	}
	touched, err := apply(ctx, tx, l.Origin.In(l.Zone), w.plans)
	if err != nil {
		return Result{}, err
	}
	_, err = ledger.ArchiveBefore(ctx, tx, l.Origin.By, append(w.latecomers(), w.begun()...))
	return w.result(touched), err
}

// NeedLog tells, before anything is written, whose change log is worth reading:
// contracts of records whose seats differ from what is stored, or that have ended.
func NeedLog(ctx context.Context, db *gorm.DB, l Listing) ([]LogWanted, error) {
	w := &work{Listing: l}
	w.read()
	was, err := stored(ctx, db, l.Provider.ID, w.ids(), false)
	if err != nil {
		return nil, err
	}
	from := map[string]clock.Date{}
	for _, r := range w.readings {
		s := was[r.ExternalID]
		if r.ContractNo == "" || s == nil && plan.Ends(r.Status) || s != nil && s.Quantity == r.Quantity &&
			plan.Ends(s.Status) == plan.Ends(r.Status) {
			continue
		}
		day := clock.DateOf(l.seen().Add(-plan.LogWindow), l.Zone).AddDays(-1)
		if s != nil {
			day = wantedFrom(*s, r, l.Zone)
		}
		if f, asked := from[r.ContractNo]; !asked || day.Before(f) {
			from[r.ContractNo] = day
		}
	}
	return wantedLogs(w.readings, from), nil
}

// wantedFrom is the first day whose entries can explain a change seen now, and a day
// more, since the distributor may write its dates in another zone; or the start of the
// term where an end is to be dated.
func wantedFrom(s Subscription, r plan.Reading, zone *time.Location) clock.Date {
	day := clock.DateOf(s.FactsAt.Add(-plan.LogWindow), zone).AddDays(-1)
	if plan.Ends(r.Status) && !s.TermStart.IsZero() && s.TermStart.Before(day) {
		return s.TermStart
	}
	return day
}

func wantedLogs(readings []plan.Reading, from map[string]clock.Date) []LogWanted {
	var wanted []LogWanted
	for _, r := range readings {
		if day, asked := from[r.ContractNo]; asked {
			wanted = append(wanted, LogWanted{ContractNo: r.ContractNo, From: day})
			delete(from, r.ContractNo)
		}
	}
	return wanted
}
