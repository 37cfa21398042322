package mapping

import (
	"context"

	"github.com/google/uuid"

	"seatledger/internal/audit"
)

// BatchJob asks for what is left of a batch, or of its undo, to be carried out.
type BatchJob struct {
	BatchID uuid.UUID `json:"batch_id"`
}

// Kind names the job in the queue.
func (BatchJob) Kind() string { return "mapping_batch" }

// WorkBatch carries out what is left of a batch.
func (s *Service) WorkBatch(ctx context.Context, id uuid.UUID) error { return nil }

// UndoBatch takes a batch back.
func (s *Service) UndoBatch(ctx context.Context, by audit.Actor, id uuid.UUID) error { return nil }
