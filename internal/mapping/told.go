package mapping

import (
	"context"

	"github.com/google/uuid"
)

// begun writes the one line of a batch, or its undo, that begins or goes on.
func (s *Service) begun(ctx context.Context, id uuid.UUID) {
	if b, err := GetBatch(ctx, s.DB.Read(ctx), id); err == nil && b.Running() && s.Log != nil {
		s.Log.InfoContext(ctx, "run begins", "provider", b.Provider, "kind", "mapping", "trigger", "person", "batch", id,
			"accounts", b.Total())
	}
}

// ended writes the one line of a batch that has come to its end, or broke off, and counts it.
func (s *Service) ended(ctx context.Context, id uuid.UUID, cause error) {
	ctx = context.WithoutCancel(ctx)
	b, err := GetBatch(ctx, s.DB.Read(ctx), id)
	if err != nil || s.Log == nil {
		return
	}
	line := []any{"provider", b.Provider, "kind", "mapping", "trigger", "person", "batch", id, "mapped", b.Mapped,
		"skipped", b.Skipped, "undone", b.Undone, "kept", b.Kept, "left", b.Waiting + b.Undoing}
	if cause != nil {
		s.Log.WarnContext(ctx, "run ended", append(line, "state", "interrupted", "error", cause)...)
		return
	}
	s.Log.InfoContext(ctx, "run ended", append(line, "state", "succeeded")...)
	s.Meter.Run("succeeded", false)
}
