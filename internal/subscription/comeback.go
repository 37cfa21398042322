package subscription

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription/plan"
)

// chargedOf reads what was charged of subscriptions.
func chargedOf(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID][]plan.Charged, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []struct {
		SubscriptionID   uuid.UUID
		FromDate, ToDate clock.Date
		Seats            int
		Once             bool
	}
	err := db.WithContext(ctx).Raw(`SELECT subscription_id, from_date, to_date, seats, once FROM charged_seats WHERE subscription_id IN (?)`, ids).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("what was charged: %w", err)
	}
	out := map[uuid.UUID][]plan.Charged{}
	for _, r := range rows {
		out[r.SubscriptionID] = append(out[r.SubscriptionID], plan.Charged{From: r.FromDate, To: r.ToDate, Seats: r.Seats, Once: r.Once})
	}
	return out, nil
}

// SharesOf tells, before it is done, which of the seats that would come back on a day
// were charged already, and until when.
func SharesOf(ctx context.Context, db *gorm.DB, s Subscription, on clock.Date) ([]Share, error) {
	charged, err := chargedOf(ctx, db, []uuid.UUID{s.ID})
	if err != nil {
		return nil, err
	}
	lines, err := ledger.Timelines(ctx, db, []uuid.UUID{s.ID})
	return plan.Shares(s, on, lines[s.ID], charged[s.ID]), err
}
