package mapping

import (
	"context"

	"github.com/google/uuid"

	"seatledger/internal/runs"
)

// aboutBatch is what the log's lines of a batch say beyond its run's head, for runs.Desk.
func (s *Service) aboutBatch(ctx context.Context, h runs.Head, ended bool) []any {
	db := s.DB.Read(ctx)
	var batch uuid.UUID
	if err := db.Raw(`SELECT batch_id FROM mapping_batch_runs WHERE id = ?`, h.ID).Row().Scan(&batch); err != nil {
		return nil
	}
	b, err := GetBatch(ctx, db, batch)
	if err != nil {
		return nil
	}
	line := []any{"provider", b.Provider, "kind", "mapping", "accounts", b.Total()}
	if ended {
		line = append(line, "mapped", b.Mapped, "skipped", b.Skipped, "undone", b.Undone, "kept", b.Kept, "left",
			b.Waiting+b.Undoing)
	}
	return line
}
