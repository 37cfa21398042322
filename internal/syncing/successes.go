package syncing

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
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
