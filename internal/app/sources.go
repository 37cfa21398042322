package app

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/crm/dataverse"
	"seatledger/internal/crmsource"
)

// sourceService reads CRMs through the same guarded door as everything else.
func (a *App) sourceService() *crmsource.Service {
	at, until := a.Config.Night()
	return &crmsource.Service{
		DB: a.DB, Clock: a.Clock, Zone: a.Zone, Log: a.Log, Meter: a.Meter, Sealer: a.Sealer, CRM: a.CRM,
		Open: func(c dataverse.Config) (*dataverse.Client, error) {
			return dataverse.New(c, a.Outbound, clock.Outside(a.Clock), a.Log)
		},
		CheckURL: a.Outbound.CheckURL,
		Enqueue: func(ctx context.Context, tx *gorm.DB, run uuid.UUID, delay time.Duration) error {
			return a.queue.Put(ctx, tx, crmsource.Job{RunID: run}, delay)
		},
		SyncAt: at, SyncUntil: until, Holder: holder(),
	}
}
