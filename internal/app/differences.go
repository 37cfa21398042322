package app

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/difference"
)

// differences compares the distributor's bills with the ledger and our invoices.
func (a *App) differences() difference.Service {
	return difference.Service{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Log: a.Log,
		Touched: func(tx *gorm.DB, subscription uuid.UUID) error {
			return a.Reviews.Refresh(tx.Statement.Context, tx, []uuid.UUID{subscription})
		},
		Enqueue: func(ctx context.Context, tx *gorm.DB, job difference.Job, delay time.Duration) error {
			return a.queue.Put(ctx, tx, job, delay)
		}}
}

// compareBill has a bill compared that comes in or is set aside.
func (a *App) compareBill(tx *gorm.DB, bill uuid.UUID) error {
	return a.Differences.Ask(tx.Statement.Context, tx, bill)
}
