package app

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/billingrun"
	"seatledger/internal/letters"
)

// billingRuns bills many contracts at once.
func (a *App) billingRuns() *billingrun.Service {
	return &billingrun.Service{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Log: a.Log, Meter: a.Meter, Holder: holder(),
		Billing: a.Billing,
		Enqueue: func(ctx context.Context, tx *gorm.DB, job billingrun.Job, delay time.Duration) error {
			return a.queue.Put(ctx, tx, job, delay)
		},
		Send: func(ctx context.Context, tx *gorm.DB, by audit.Actor, invoice uuid.UUID) error {
			_, err := a.Letters.SendIn(ctx, tx, by, invoice, letters.Options{})
			return err
		}}
}
