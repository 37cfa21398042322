package crmsource

import (
	"context"

	"seatledger/internal/runs"
)

// Prune takes away old readings. Kept are also those that a notice names, and the last good one of each source.
func (s *Service) Prune(ctx context.Context) (int, error) {
	return s.desk().Prune(ctx, runs.Pruning{
		PointingText: []string{"notices x WHERE x.object_type = 'crm_source_run' AND x.object_id"},
		Alike:        "l.state = 'succeeded'",
	})
}
