package syncing

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/audit"
)

// end writes how the run ended and gives the provider free. When the lease was
// lost, somebody else answers for the run and nothing is written.
func (w *worker) end(ctx context.Context, out outcome) error {
	if out.state == "" {
		return nil
	}
	return w.lease.inTx(ctx, func(tx *gorm.DB) error {
		if err := w.lease.release(tx); err != nil {
			return err
		}
		if w.progress != nil {
			if err := w.progress.write(tx); err != nil {
				return err
			}
		}
		if out.state == Interrupted {
			return tx.Exec(`UPDATE sync_runs SET state = 'interrupted', message = ? WHERE id = ?`, out.message,
				w.run.ID).Error
		}
		if err := w.close(tx, out); err != nil {
			return err
		}
		if err := w.report(ctx, tx); err != nil {
			return err
		}
		return w.goOn(ctx, tx, out)
	})
}

func (w *worker) close(tx *gorm.DB, out outcome) error {
	err := tx.Exec(`UPDATE sync_runs SET state = ?, message = ?, advice = ?, finished_at = ? WHERE id = ?`,
		out.state, out.message, out.advice, w.s.Clock.Now(), w.run.ID).Error
	if err != nil {
		return err
	}
	return tx.Exec(`DELETE FROM sync_run_seen WHERE run_id = ?`, w.run.ID).Error
}

// goOn queues the subscriptions after the accounts, as the night does. The run just
// closed no longer counts as unfinished.
func (w *worker) goOn(ctx context.Context, tx *gorm.DB, out outcome) error {
	if !w.run.ThenSubscriptions || out.state == Failed || out.state == Cancelled {
		return nil
	}
	_, _, err := w.s.request(ctx, tx, audit.System,
		Request{ProviderID: w.run.ProviderID, Kind: Subscriptions, Trigger: w.run.Trigger})
	return err
}
