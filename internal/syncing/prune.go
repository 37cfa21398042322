package syncing

import (
	"context"
	"time"

	"seatledger/internal/runs"
	"seatledger/internal/settings"
)

// Prune takes away runs that ended longer ago than the setting keeps them. Kept are those
// that anything points to, a ledger row or a notice too, and the last good one of each
// provider and kind.
func (s *Service) Prune(ctx context.Context) (int, error) {
	set, err := settings.Load(ctx, s.DB.Read(ctx))
	if err != nil {
		return 0, err
	}
	return s.desk().Prune(ctx, s.Clock.Now().Add(-time.Duration(set.KeepRunsDays)*24*time.Hour), runs.Pruning{
		Belonging:    []string{"sync_plan_rows", "sync_plan_accounts", "sync_plans", "sync_run_accounts"},
		Pointing:     []string{"license_changes x WHERE x.sync_run_id"},
		PointingText: []string{"notices x WHERE x.object_type = 'sync_run' AND x.object_id"},
		Alike:        "l.kind = r.kind AND l.state = 'succeeded'",
	})
}
