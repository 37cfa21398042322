package app

import (
	"context"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/difference"
)

// differences compares the distributor's bills with the ledger and our invoices.
func (a *App) differences() difference.Service {
	return difference.Service{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Log: a.Log,
		Enqueue: func(ctx context.Context, tx *gorm.DB, job difference.Job, delay time.Duration) error {
			return a.queue.Put(ctx, tx, job, delay)
		}}
}
