package subscription

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// Absence is that a complete list lacked a subscription which is not proved gone yet (RULES 3).
type Absence struct {
	SubscriptionID uuid.UUID
	Since          clock.Date // the day it was first missed
	FirstAt        time.Time
	RunID          uuid.UUID // the run that missed it first
	Why            string    // what it waits for, in plain words
}

// Miss notes subscriptions as not seen; the first day and run of an absence stay, what it waits for may change. It
// gives those that are written.
func Miss(ctx context.Context, tx *gorm.DB, all []Absence) ([]uuid.UUID, error) {
	var touched []uuid.UUID
	for _, a := range all {
		var ids []uuid.UUID
		err := tx.WithContext(ctx).Raw(`INSERT INTO subscription_absences AS was (subscription_id, since, first_at,
				run_id, why) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (subscription_id) DO UPDATE SET why = excluded.why WHERE was.why <> excluded.why
			RETURNING subscription_id`, a.SubscriptionID, a.Since, a.FirstAt, a.RunID, a.Why).Scan(&ids).Error
		if err != nil {
			return nil, fmt.Errorf("note absences: %w", err)
		}
		touched = append(touched, ids...)
	}
	return touched, nil
}

// Found ends absences. It gives those that there were.
func Found(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) ([]uuid.UUID, error) {
	var ended []uuid.UUID
	err := tx.WithContext(ctx).Raw(`DELETE FROM subscription_absences WHERE subscription_id = ANY (?::uuid[])
		RETURNING subscription_id`, postgres.IDs(ids)).Scan(&ended).Error
	if err != nil {
		return nil, fmt.Errorf("end absences: %w", err)
	}
	return ended, nil
}

func missedSince(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]clock.Date, error) {
	var rows []Absence
	err := tx.WithContext(ctx).Raw(`SELECT subscription_id, since FROM subscription_absences
		WHERE subscription_id = ANY (?::uuid[])`, postgres.IDs(ids)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read absences: %w", err)
	}
	since := make(map[uuid.UUID]clock.Date, len(rows))
	for _, a := range rows {
		since[a.SubscriptionID] = a.Since
	}
	return since, nil
}
