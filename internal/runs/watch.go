package runs

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
)

// Watch finds runs that nobody works at: running without a live lease, interrupted and not worked in time, or queued so
// long that the job must have been lost, as when the database was away. It shows them as interrupted and queues them
// again, or ends them. Any replica may call it at any time; a job too many does no harm.
func (d *Desk) Watch(ctx context.Context) error {
	lost, err := d.heads(d.DB.Reserved().Read(ctx), nobodyWorks, queuedLimit.Seconds())
	for _, h := range lost {
		if e := d.DB.Reserved().InTx(ctx, func(tx *gorm.DB) error { return d.resume(ctx, tx, h) }); e != nil {
			err = errors.Join(err, fmt.Errorf("resume run %s: %w", h.ID, e))
		} else if h.ends() {
			d.told(ctx, h.ID)
		}
	}
	return err
}

const nobodyWorks = `(state = 'running' AND held_until < clock_timestamp()
	OR state = 'interrupted' AND resume_at < clock_timestamp()
	OR state = 'queued' AND resume_at < clock_timestamp() - make_interval(secs => ?))`

// resume does not wait for the row: an open transaction of the last holder keeps the run from being ended, not from
// being shown and queued; who takes it waits for that transaction.
func (d *Desk) resume(ctx context.Context, tx *gorm.DB, h Head) error {
	lock := `FOR NO KEY UPDATE SKIP LOCKED`
	ends := h.ends()
	if ends {
		lock = `FOR UPDATE SKIP LOCKED`
	}
	still, err := d.heads(tx, nobodyWorks+` AND id = ? AND attempt = ? `+lock, queuedLimit.Seconds(), h.ID, h.Attempt)
	if err != nil || len(still) == 0 {
		return err
	}
	h = still[0]
	switch {
	case h.CancelRequestedAt != nil && ends:
		return d.finish(ctx, tx, h, Outcome{State: Cancelled})
	case h.State == Queued:
		err := tx.Exec(d.sql(`UPDATE TABLE SET resume_at = clock_timestamp() WHERE id = ?`), h.ID).Error
		if err != nil {
			return err
		}
		return d.Enqueue(ctx, tx, h.ID, 0)
	case ends:
		return d.finish(ctx, tx, h, Outcome{State: Interrupted})
	}
	return d.lapsed(ctx, tx, h)
}

// lapsed queues a run whose holder has gone without a word; its lease has cost time enough.
func (d *Desk) lapsed(ctx context.Context, tx *gorm.DB, h Head) error {
	err := tx.Exec(d.sql(`UPDATE TABLE SET state = 'interrupted', holder = '', held_until = NULL, message = ?,
			resume_at = clock_timestamp() + make_interval(secs => ?) WHERE id = ?`),
		"Interrupted: Seatledger stopped during the run; "+d.Table.GoesOn, d.seconds(), h.ID).Error
	if err != nil {
		return err
	}
	return d.Enqueue(ctx, tx, h.ID, 0)
}

// TakeOver lets every lease lapse. Only for a process that knows it is the only one, as on the private
// database: what an earlier process held is then surely dead.
func (d *Desk) TakeOver(ctx context.Context) error {
	return d.DB.Read(ctx).Exec(d.sql(`UPDATE TABLE SET held_until = 'epoch' WHERE state = 'running'`)).Error
}

// ends tells whether a run that nobody works at comes to its end instead of going on.
func (h Head) ends() bool {
	return h.CancelRequestedAt != nil || h.Fruitless >= maxFruitless && h.State != Queued
}
