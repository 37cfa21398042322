package mapping

import (
	"context"
	"time"

	"seatledger/internal/runs"
	"seatledger/internal/settings"
)

// Prune takes away attempts at batches that ended longer ago than the setting keeps runs; the last of each batch stays,
// as the batch does.
func (s *Service) Prune(ctx context.Context) (int, error) {
	set, err := settings.Load(ctx, s.DB.Read(ctx))
	if err != nil {
		return 0, err
	}
	return s.batchDesk().Prune(ctx, s.Clock.Now().Add(-time.Duration(set.KeepRunsDays)*24*time.Hour),
		runs.Pruning{Alike: "true"})
}
