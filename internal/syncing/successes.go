package syncing

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/obs"
)

// Success is when a provider was last read whole and well: every account, nothing failed.
type Success struct {
	ProviderID    uuid.UUID
	Accounts      *time.Time // nil: never
	Subscriptions *time.Time
}

// Successes finds it for every provider that was ever read so.
func Successes(ctx context.Context, db *gorm.DB) (map[uuid.UUID]Success, error) {
	var rows []Success
	err := db.WithContext(ctx).Raw(`SELECT provider_id, max(finished_at) FILTER (WHERE kind = 'accounts') AS accounts,
			max(finished_at) FILTER (WHERE kind = 'subscriptions') AS subscriptions
		FROM sync_runs WHERE state = 'succeeded' AND kind <> 'listing' AND account_id IS NULL AND contract_id IS NULL
		AND only_accounts = '[]'
		GROUP BY provider_id`).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("last successful syncs: %w", err)
	}
	by := make(map[uuid.UUID]Success, len(rows))
	for _, r := range rows {
		by[r.ProviderID] = r
	}
	return by, nil
}

// LastSuccesses is Successes for a scrape: each active provider that is synced, by name
// and kind. Providers of one name, as an active one and its successor, count together.
func LastSuccesses(ctx context.Context, db *gorm.DB) ([]obs.Success, error) {
	var rows []obs.Success
	err := db.WithContext(ctx).Raw(`SELECT p.name AS provider, k.kind, max(r.finished_at) AS at
		FROM providers p CROSS JOIN (VALUES ('accounts'), ('subscriptions')) AS k (kind)
		LEFT JOIN sync_runs r ON r.provider_id = p.id AND r.kind = k.kind AND r.state = 'succeeded'
			AND r.account_id IS NULL AND r.contract_id IS NULL AND r.only_accounts = '[]'
		WHERE p.active AND p.connector <> 'manual' GROUP BY p.name, k.kind ORDER BY p.name, k.kind`).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("last successful syncs by name: %w", err)
	}
	return rows, nil
}

// LeaseAges is how long ago the holder of each provider's running sync last renewed its lease.
func (s *Service) LeaseAges(ctx context.Context) (map[string]time.Duration, error) {
	var rows []struct {
		Provider string
		Left     float64 // seconds, by the database's clock
	}
	err := s.DB.Read(ctx).Raw(`SELECT p.name AS provider,
		extract(epoch FROM r.held_until - clock_timestamp())::float8 AS left
		FROM sync_runs r JOIN providers p ON p.id = r.provider_id WHERE r.state = 'running'`).Scan(&rows).Error
	ages := make(map[string]time.Duration, len(rows))
	for _, r := range rows {
		ages[r.Provider] = max(0, s.desk().Held()-time.Duration(r.Left*float64(time.Second)))
	}
	return ages, err
}
