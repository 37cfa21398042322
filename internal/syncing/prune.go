package syncing

import (
	"context"

	"seatledger/internal/runs"
)

// Prune takes away old runs. Kept are also those that a ledger row or a notice names, and the last good one of each
// provider and kind.
func (s *Service) Prune(ctx context.Context) (int, error) {
	return s.desk().Prune(ctx, runs.Pruning{
		Belonging:    []string{"sync_plan_rows", "sync_plan_accounts", "sync_plans", "sync_run_accounts"},
		Pointing:     []string{"license_changes x WHERE x.sync_run_id"},
		PointingText: []string{"notices x WHERE x.object_type = 'sync_run' AND x.object_id"},
		Alike:        "l.kind = r.kind AND l.state = 'succeeded'",
	})
}
