package syncing

import (
	"context"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Cancel asks a run to end. A queued or interrupted one ends at once; a running one
// sees it before its next account and call. errs.Conflict when it has ended already.
func (s *Service) Cancel(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.desk().Cancel(ctx, by, id)
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
	case Partial, Succeeded:
		if allowGone { // of what is not proved gone yet
			break
		}
		if r.State == Succeeded {
			return r, false, errs.New(errs.Conflict, "Nothing failed in this run, so there is nothing to retry.")
		}
		q.OnlyAccounts, err = s.failedAccounts(ctx, id)
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
