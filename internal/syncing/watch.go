package syncing

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// Watch finds runs whose holder is gone: a lease that lapsed, or one given back.
// It shows them as interrupted and queues them again, or fails them after the third
// attempt. Any replica may call it at any time.
func (s *Service) Watch(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		lost, err := s.lost(tx)
		if err != nil {
			return err
		}
		for _, r := range lost {
			if err := s.resume(ctx, tx, r); err != nil {
				return fmt.Errorf("resume run %s: %w", r.ID, err)
			}
		}
		return nil
	})
}

// lost locks the runs that nobody works at: running without a live lease,
// interrupted and not queued again within a lease's time, or queued so long that the
// job must have been lost, as when the database was away. A job too many does no harm.
func (s *Service) lost(tx *gorm.DB) ([]Run, error) {
	var runs []Run
	err := tx.Raw(`
		SELECT r.* FROM sync_runs r LEFT JOIN sync_leases l ON l.provider_id = r.provider_id AND l.run_id = r.id
		AND l.until >= @now
		WHERE l.run_id IS NULL AND (r.state = 'running' OR r.state = 'interrupted'
		AND coalesce(r.resume_at, r.requested_at) < @now
			OR r.state = 'queued' AND coalesce(r.resume_at, r.requested_at) < @overdue)
		FOR UPDATE OF r SKIP LOCKED`, map[string]any{"now": s.Clock.Now(),
		"overdue": s.Clock.Now().Add(-queuedLimit)}).Scan(&runs).Error
	return runs, err
}

func (s *Service) resume(ctx context.Context, tx *gorm.DB, r Run) error {
	now := s.Clock.Now()
	switch {
	case r.CancelRequestedAt != nil:
		return tx.Exec(`UPDATE sync_runs SET state = 'cancelled', finished_at = ?, message = ? WHERE id = ?`,
			now, fmt.Sprintf("Cancelled by %s. What was read until then is kept.", r.CancelRequestedBy), r.ID).Error
	case r.Attempt >= maxAttempts:
		return tx.Exec(`UPDATE sync_runs SET state = 'failed', finished_at = ?, message = ?, advice = ? WHERE id = ?`,
			now, fmt.Sprintf("Interrupted %d times. What was read until then is kept.", r.Attempt),
			"Look in the log for why Seatledger stopped, then start the sync again.", r.ID).Error
	}
	if r.State == Queued {
		if err := tx.Exec(`UPDATE sync_runs SET resume_at = ? WHERE id = ?`, now, r.ID).Error; err != nil {
			return err
		}
		return s.Enqueue(ctx, tx, r.ID, 0)
	}
	err := tx.Exec(`UPDATE sync_runs SET state = 'interrupted', resume_at = ?, message = ? WHERE id = ?`,
		now.Add(s.lease()), "Interrupted: Seatledger stopped during the run. "+
			"It goes on by itself at the last saved account.", r.ID).Error
	if err != nil {
		return err
	}
	return s.Enqueue(ctx, tx, r.ID, resumeDelay)
}

// TakeOver frees every lease. Only for a process that knows it is the only one, as
// on the private database: what an earlier process held is then surely dead.
func (s *Service) TakeOver(ctx context.Context) error {
	return s.DB.Read(ctx).Exec(`UPDATE sync_leases SET until = 'epoch', holder = '' WHERE until > 'epoch'`).Error
}
