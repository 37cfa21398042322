package runs

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Cancel asks a run to end. One that nobody works at ends at once; a running one sees it within a second.
// errs.Conflict when it has ended already.
func (d *Desk) Cancel(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	ended := false
	err := d.DB.InTx(ctx, func(tx *gorm.DB) (err error) {
		ended, err = d.cancelIn(ctx, tx, by, id)
		return err
	})
	if err == nil && ended {
		d.told(ctx, id)
	}
	return err
}

// CancelIn is Cancel within a transaction.
func (d *Desk) CancelIn(ctx context.Context, tx *gorm.DB, by audit.Actor, id uuid.UUID) error {
	_, err := d.cancelIn(ctx, tx, by, id)
	return err
}

func (d *Desk) cancelIn(ctx context.Context, tx *gorm.DB, by audit.Actor, id uuid.UUID) (ended bool, err error) {
	found, err := d.heads(tx, `id = ? FOR UPDATE`, id)
	switch {
	case err != nil:
		return false, err
	case len(found) == 0:
		return false, errs.Newf(errs.NotFound, "There is no such %s.", d.Table.Noun)
	case found[0].State.Finished():
		return false, errs.Newf(errs.Conflict, "This run has already ended (%s).", found[0].State)
	}
	h := found[0]
	err = tx.Exec(d.sql(`UPDATE TABLE SET cancel_requested_at = coalesce(cancel_requested_at, ?),
		cancel_requested_by = ? WHERE id = ?`), d.Clock.Now(), by.Name, id).Error
	if err != nil || h.State == Running {
		return false, err
	}
	h.CancelRequestedBy = by.Name
	return true, d.finish(ctx, tx, h, Outcome{State: Cancelled})
}
