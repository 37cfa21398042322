package crmsource

import (
	"context"
	"time"

	"seatledger/internal/runs"
	"seatledger/internal/settings"
)

// Prune takes away readings that ended longer ago than the setting keeps runs. Kept are those that anything points to,
// and the last good one of each source.
func (s *Service) Prune(ctx context.Context) (int, error) {
	set, err := settings.Load(ctx, s.DB.Read(ctx))
	if err != nil {
		return 0, err
	}
	return s.desk().Prune(ctx, s.Clock.Now().Add(-time.Duration(set.KeepRunsDays)*24*time.Hour), runs.Pruning{
		PointingText: []string{"notices x WHERE x.object_type = 'crm_source_run' AND x.object_id"},
		Alike:        "l.state = 'succeeded'",
	})
}
