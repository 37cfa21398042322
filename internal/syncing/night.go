package syncing

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/provider"
)

// nextNight is the first moment after now that is SyncAt o'clock in the zone. A time
// of day that a change of clocks skips falls on the hour after.
func (s *Service) nextNight(now time.Time) time.Time {
	day := clock.DateOf(now, s.Zone)
	for {
		h, m := int(s.SyncAt.Hours()), int(s.SyncAt.Minutes())%60
		at := time.Date(day.Year(), day.Month(), day.Day(), h, m, 0, 0, s.Zone)
		if at.After(now) {
			return at.UTC()
		}
		day = day.AddDays(1)
	}
}

// Night queues the nightly runs whose hour has come: the accounts of each active
// provider, and then its subscriptions. The schedule stands in the database, so a
// restart neither forgets nor repeats a night. While another run has the provider,
// the night waits for it.
func (s *Service) Night(ctx context.Context) error {
	now := s.Clock.Now()
	err := s.DB.Read(ctx).Exec(`INSERT INTO sync_schedule (provider_id, next_at) SELECT id, ? FROM providers
		WHERE connector <> 'manual'
		ON CONFLICT DO NOTHING`, s.nextNight(now)).Error
	if err != nil {
		return err
	}
	var due []night
	err = s.DB.Read(ctx).Raw(`SELECT s.provider_id, s.next_at FROM sync_schedule s WHERE s.next_at <= ?
		ORDER BY s.provider_id`, now).Scan(&due).Error
	for _, n := range due {
		err = errors.Join(err, s.nightOf(ctx, n))
	}
	if len(due) > 0 {
		_, pruning := s.Prune(ctx)
		err = errors.Join(err, pruning)
	}
	return err
}

// night is a provider whose hour has come.
type night struct {
	ProviderID uuid.UUID
	NextAt     time.Time
}

// nightOf queues one provider's nightly run and moves its schedule in one transaction.
func (s *Service) nightOf(ctx context.Context, n night) error {
	providerID := n.ProviderID
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		now := s.Clock.Now()
		moved := tx.Exec(`UPDATE sync_schedule SET next_at = ? WHERE provider_id = ? AND next_at <= ?
			AND NOT EXISTS (SELECT FROM sync_runs WHERE provider_id = sync_schedule.provider_id
			AND state IN ('queued', 'running', 'interrupted'))`,
			s.nextNight(now), providerID, now)
		if moved.Error != nil || moved.RowsAffected == 0 {
			return moved.Error
		}
		p, err := provider.Get(ctx, tx, providerID)
		if err != nil || !p.Active {
			return err
		}
		if err := s.missed(ctx, tx, p, n.NextAt, now); err != nil {
			return err
		}
		_, _, err = s.request(ctx, tx, audit.System,
			Request{ProviderID: providerID, Kind: Accounts, Trigger: ByNight, ThenSubscriptions: true})
		return err
	})
}
