package invoice

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// Service bills, pays, voids and credits invoices, each in one transaction of its own.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
	Zone  *time.Location
}

// Step is a person's word about one invoice.
type Step struct {
	ID      uuid.UUID
	Version int // of the invoice as the person saw it; 0: not asked
	Reason  string
}

func (s Service) record(ctx context.Context, tx *gorm.DB, by audit.Actor, action string, i Invoice,
	after map[string]any) error {
	return audit.Record(ctx, tx, s.Clock, by,
		audit.Event{Action: action, ObjectType: "invoice", ObjectID: i.ID.String(), ObjectName: i.Called(),
			Before: map[string]any{"state": i.State}, After: after})
}
