package reassign

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/subscription"
)

// chargedThrough is the first day that nobody was charged for: where billing stands,
// but of a subscription that has ended not past its last line. A run that came after
// the end moved its billing on over days on which it had no seats.
func chargedThrough(ctx context.Context, db *gorm.DB, s subscription.Subscription) (clock.Date, error) {
	if s.State != subscription.Inactive || !s.BilledThrough.After(s.DeactivatedOn) {
		return s.BilledThrough, nil
	}
	var last clock.Date
	err := db.WithContext(ctx).Raw(`SELECT max(to_date) FROM invoice_lines WHERE subscription_id = ? AND live AND kind = 'cycle'`, s.ID).Row().Scan(&last)
	if err != nil {
		return last, fmt.Errorf("what was charged of %s: %w", s.ID, err)
	}
	if last.IsZero() || last.After(s.BilledThrough) {
		return s.BilledThrough, nil
	}
	return last, nil
}
