package runs

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// Hold is the right to write for a run, until its lease lapses and somebody else takes it.
type Hold struct {
	Head
	d    *Desk
	stop context.CancelCauseFunc
}

// take makes this process the run's holder; nil when there is nothing to do, ErrBusy while another works at it.
// It waits for transactions that the last holder has open: none of them may commit afterwards. Readers of pages cannot
// keep it from its lease.
func (d *Desk) take(ctx context.Context, id uuid.UUID) (*Hold, error) {
	var h *Hold
	err := d.DB.Reserved().InTx(ctx, func(tx *gorm.DB) (err error) {
		h, err = d.takeIn(tx, id)
		return err
	})
	if postgres.TroubleOf(err) == postgres.Locked {
		return nil, ErrBusy // an open transaction of the last holder; the server ends it soon
	}
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (d *Desk) takeIn(tx *gorm.DB, id uuid.UUID) (*Hold, error) {
	var held []bool
	err := tx.Raw(d.sql(`SELECT state = 'running' AND coalesce(held_until >= clock_timestamp(), false) FROM TABLE
		WHERE id = ? AND state IN ('queued', 'running', 'interrupted') FOR UPDATE`), id).Scan(&held).Error
	switch {
	case err != nil || len(held) == 0:
		return nil, err
	case held[0]:
		return nil, ErrBusy
	}
	h := &Hold{d: d}
	return h, tx.Raw(d.sql(`UPDATE TABLE SET state = 'running', attempt = attempt + 1, fruitless = fruitless + 1,
			held_until = clock_timestamp() + make_interval(secs => ?), holder = ?,
			started_at = coalesce(started_at, ?), paused_until = NULL, message = '', advice = ''
		WHERE id = ? RETURNING `+headColumns), d.seconds(), d.Holder, d.Clock.Now(), id).Scan(&h.Head).Error
}

// InTx runs write while the run is ours, and not otherwise: it holds the run's row against a take-over until
// commit. A holder that stops inside it loses its session to the server's limits (postgres.Limits), and with
// it the transaction. When the database fails the whole run is interrupted.
func (h *Hold) InTx(ctx context.Context, write func(tx *gorm.DB) error) error {
	return h.inTx(ctx, h.d.DB, write)
}

// Save is InTx for progress, over connections that readers cannot use up.
func (h *Hold) Save(ctx context.Context, write func(tx *gorm.DB) error) error {
	return h.inTx(ctx, h.d.DB.Reserved(), write)
}

func (h *Hold) inTx(ctx context.Context, db *postgres.DB, write func(tx *gorm.DB) error) error {
	err := db.InTx(ctx, func(tx *gorm.DB) error {
		if err := h.guard(tx); err != nil {
			return err
		}
		return write(tx)
	})
	if errors.Is(err, ErrLost) || postgres.TroubleOf(err) != postgres.None {
		h.stop(err)
	}
	return err
}

// guard refuses who is no longer the holder. FOR KEY SHARE lets the lease be renewed and progress be saved
// beside it, and makes a take-over wait.
func (h *Hold) guard(tx *gorm.DB) error {
	var attempts []int
	err := tx.Raw(h.d.sql(`SELECT attempt FROM TABLE WHERE id = ? AND state = 'running' FOR KEY SHARE`), h.ID).
		Scan(&attempts).Error
	if err != nil {
		return err
	}
	if len(attempts) == 0 || attempts[0] != h.Attempt {
		return ErrLost
	}
	return nil
}

// Progressed notes, in the transaction that saves it, that this attempt has come further.
func (h *Hold) Progressed(tx *gorm.DB) error {
	return tx.Exec(h.d.sql(`UPDATE TABLE SET fruitless = 0 WHERE id = ? AND fruitless > 0`), h.ID).Error
}

// Stop ends the work of this attempt before its time; the cause decides what becomes of the run.
func (h *Hold) Stop(cause error) { h.stop(cause) }

// keep renews the lease until ctx ends, and stops the work when the run was taken, when a person asked to cancel
// it, or when it could not be renewed for the time of a whole lease: then another may work at it by now.
func (h *Hold) keep(ctx context.Context) {
	every := min(h.d.lease()/8, time.Second)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for silent := time.Duration(0); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		began := h.d.Clock.Now()
		err := h.renew(ctx)
		switch {
		case err == nil:
			silent = 0
			continue
		case errors.Is(err, ErrLost), errors.Is(err, errCancelled):
			h.stop(err)
			return
		}
		if silent += every + max(0, h.d.Clock.Now().Sub(began)); silent >= h.d.lease() {
			h.stop(err)
			return
		}
	}
}

// renew looks for a cancel, and prolongs the lease when a quarter of it is over. It has a limit of its own, as
// the other end may be gone without a word.
func (h *Hold) renew(ctx context.Context) error {
	ctx, done := context.WithTimeout(ctx, max(h.d.lease()/4, time.Second))
	defer done()
	var asked []bool
	err := h.d.DB.Reserved().Read(ctx).Raw(h.d.sql(`WITH renewed AS (
			UPDATE TABLE SET held_until = clock_timestamp() + make_interval(secs => @lease)
			WHERE id = @id AND attempt = @attempt AND state = 'running'
			AND held_until < clock_timestamp() + make_interval(secs => @lease * 0.75))
		SELECT cancel_requested_at IS NOT NULL FROM TABLE WHERE id = @id AND attempt = @attempt AND state = 'running'`),
		map[string]any{"lease": h.d.seconds(), "id": h.ID, "attempt": h.Attempt}).Scan(&asked).Error
	switch {
	case err != nil:
		return err
	case len(asked) == 0:
		return ErrLost
	case asked[0]:
		return errCancelled
	}
	return nil
}
