package syncing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Cancel asks a run to end. A queued or interrupted one ends at once; a running one
// sees it before its next account and call. errs.Conflict when it has ended already.
func (s *Service) Cancel(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error { return s.cancel(tx, by, id) })
}

func (s *Service) cancel(tx *gorm.DB, by audit.Actor, id uuid.UUID) error {
	var r Run
	if err := tx.Raw(`SELECT * FROM sync_runs WHERE id = ? FOR UPDATE`, id).Scan(&r).Error; err != nil {
		return err
	}
	switch {
	case r.ID == uuid.Nil:
		return errs.New(errs.NotFound, "There is no such sync run.")
	case r.State.Finished():
		return errs.Newf(errs.Conflict, "This run has already ended (%s).", r.State)
	case r.State == Running:
		return tx.Exec(`UPDATE sync_runs
			SET cancel_requested_at = coalesce(cancel_requested_at, ?), cancel_requested_by = ? WHERE id = ?`,
			s.Clock.Now(), by.Name, id).Error
	}
	return tx.Exec(`UPDATE sync_runs
		SET state = 'cancelled', cancel_requested_at = ?, cancel_requested_by = ?, finished_at = ?, message = ?
		WHERE id = ?`,
		s.Clock.Now(), by.Name, s.Clock.Now(),
		fmt.Sprintf("Cancelled by %s before anything more was read.", by.Name), id).Error
}

// Retry queues a run of just the accounts that failed in an ended one. For a run
// that the guard stopped, allowGone says that a person has seen what would be gone.
func (s *Service) Retry(ctx context.Context, by audit.Actor, id uuid.UUID, allowGone bool) (Run, bool, error) {
	r, err := Get(ctx, s.DB.Read(ctx), id)
	if err != nil {
		return r, false, err
	}
	q := Request{ProviderID: r.ProviderID, Kind: r.Kind, Trigger: ByRetry, AccountID: r.AccountID,
		ContractID:      r.ContractID,
		OnlyExternalIDs: r.OnlyExternalIDs, RetryOf: &r.ID, Anyway: r.Anyway, AllowGone: allowGone}
	switch r.State {
	case Queued, Running, Interrupted:
		return r, false, errs.New(errs.Conflict, "This run has not ended yet; it can be retried when it has.")
	case Partial:
		q.OnlyAccounts, err = s.failedAccounts(ctx, id)
	case Succeeded:
		return r, false, errs.New(errs.Conflict, "Nothing failed in this run, so there is nothing to retry.")
	}
	if err != nil {
		return r, false, err
	}
	return s.Request(ctx, by, q)
}

func (s *Service) failedAccounts(ctx context.Context, id uuid.UUID) ([]string, error) {
	var ids []string
	err := s.DB.Read(ctx).Raw(`SELECT external_id FROM sync_run_accounts WHERE run_id = ? AND outcome = 'failed'
		ORDER BY external_id`, id).Scan(&ids).Error
	return ids, err
}
