// Package reassign lets the history of one subscription go over to another, so that
// seats, people, dates and invoices stay known where a new record takes an old one's
// place (RULES 9). Days before the switch day stay the source's, days from it on are
// the target's, with what was paid for them. The target gets copies; the source counts
// on until it is retired, and both ledgers sum up after every step. It decides no
// pairs, knows no screen, and sends nothing to a distributor.
package reassign

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/ledger"
	"seatledger/internal/postgres"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
)

// Service moves history and takes that back. Each operation stands twice: the plain
// one is one transaction, the one that ends in Tx works within the caller's. A caller
// of the latter writes Record.Audit into the audit trail as the last it does.
type Service struct {
	DB      *postgres.DB
	Clock   clock.Clock
	Zone    *time.Location
	Reviews review.Reviewer
}

// Move asks for the history of Source to go over to Target. The switch day, where none
// is named, is the day from which the source is frozen, or else the target's first
// billable day, or today; of a source that has ended it is always the day it ended.
type Move struct {
	Source uuid.UUID
	Target uuid.UUID
	On     clock.Date // switch day: first day that belongs to the target
	Note   string
	Seen   string        // Result.Digest of what a person looked at; empty: they did not look
	Course ledger.Source // ledger.FromPerson when empty, or ledger.FromCutover
}

// Ending asks to retire the source of a move.
type Ending struct {
	Source uuid.UUID
	On     clock.Date                 // first day without seats; zero: the target's first billable day
	By     subscription.DeactivatedBy // subscription.ByPerson when empty, or ByCutover
	Note   string
}

// Back asks to take a move back. ID is either of its subscriptions, or the move itself.
type Back struct {
	ID   uuid.UUID
	Note string
}

// Do moves the history in one transaction, and gives the record of it. errs.NotFound
// for an unknown source, errs.Invalid at target_id for an unknown target,
// errs.Conflict with reason and remedy where it is refused (see Refusal).
func (s Service) Do(ctx context.Context, by audit.Actor, m Move) (Record, error) {
	return s.told(ctx, by, func(tx *gorm.DB) (Record, error) { return s.DoTx(ctx, tx, by, m) })
}

// Undo takes a move back in one transaction. errs.Conflict once an invoice uses it,
// naming that invoice, and when it was taken back already.
func (s Service) Undo(ctx context.Context, by audit.Actor, b Back) (Record, error) {
	return s.told(ctx, by, func(tx *gorm.DB) (Record, error) { return s.UndoTx(ctx, tx, by, b) })
}

// Retire ends the source with No refund and releases the target, in one transaction.
func (s Service) Retire(ctx context.Context, by audit.Actor, e Ending) (Record, error) {
	return s.told(ctx, by, func(tx *gorm.DB) (Record, error) { return s.RetireTx(ctx, tx, by, e) })
}

// Reopen takes Retire back, in one transaction: the source counts again, the target is
// held. errs.Conflict once an invoice has billed the target.
func (s Service) Reopen(ctx context.Context, by audit.Actor, b Back) (Record, error) {
	return s.told(ctx, by, func(tx *gorm.DB) (Record, error) { return s.ReopenTx(ctx, tx, by, b) })
}

// told runs one operation as a transaction and tells the audit trail last, which holds a lock until commit.
func (s Service) told(ctx context.Context, by audit.Actor, do func(tx *gorm.DB) (Record, error)) (Record, error) {
	var r Record
	err := s.DB.InTx(ctx, func(tx *gorm.DB) (err error) {
		if r, err = do(tx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, r.Audit...)
	})
	return r, err
}

func (s Service) act(by audit.Actor, id uuid.UUID, course ledger.Source) subscription.Act {
	return subscription.Act{ID: id, Zone: s.Zone, Origin: s.origin(by, course)}
}

func (s Service) origin(by audit.Actor, course ledger.Source) ledger.Origin {
	if course == "" {
		course = ledger.FromPerson
	}
	return ledger.Origin{Source: course, By: by, At: s.Clock.Now()}
}

// Today is the billing day of the service's clock.
func (s Service) Today() clock.Date { return clock.Today(s.Clock, s.Zone) }
