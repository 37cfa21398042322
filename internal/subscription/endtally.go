package subscription

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/provider"
	"seatledger/internal/subscription/plan"
)

// EndTally counts what the end dates of a provider's subscriptions mean, as each one's
// start and term tell. What a distributor no longer lists says nothing.
func EndTally(ctx context.Context, db *gorm.DB, id uuid.UUID) (provider.EndTally, error) {
	var groups []struct {
		plan.Facts
		N int
	}
	err := db.WithContext(ctx).Raw(`SELECT start_date, end_date, term, count(*) AS n FROM subscriptions
		WHERE provider_id = ? AND end_date IS NOT NULL AND provider_status <> 'missing'
		GROUP BY 1, 2, 3`, id).Scan(&groups).Error
	var t provider.EndTally
	for _, g := range groups {
		switch means, guessed := g.EndMeans(""); {
		case guessed:
			t.Untold += g.N
		case means == plan.EndIsDayAfter:
			t.DayAfter += g.N
		default:
			t.LastDay += g.N
		}
	}
	return t, err
}
