package billing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// Growth is a sudden growth of seats, as a sync wrote it down: a person confirms it before it is billed first.
type Growth struct {
	Before int
	After  int
	On     clock.Date
}

func (g Growth) String() string {
	return fmt.Sprintf("grew from %d to %d seats at once, seen on %s", g.Before, g.After, g.On)
}

// grown finds which subscriptions grew suddenly since a live invoice last had them. An invoice that is drawn anew is
// none of those.
func grown(ctx context.Context, db *gorm.DB, ids []uuid.UUID, instead uuid.UUID) (map[uuid.UUID]*Growth, error) {
	var rows []struct {
		ID            uuid.UUID
		Before, After int
		On            clock.Date
	}
	err := db.WithContext(ctx).Raw(`SELECT DISTINCT ON (g.subscription_id) g.subscription_id AS id,
			g.seats_before AS before, g.seats_after AS after, g.seen_on AS on
		FROM unusual_growths g WHERE g.subscription_id = ANY (?::uuid[])
		AND NOT EXISTS (SELECT FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
			WHERE l.subscription_id = g.subscription_id AND i.state <> 'void' AND i.id <> ? AND l.kind <> 'credit'
			AND i.drafted_at >= g.noted_at)
		ORDER BY g.subscription_id, g.noted_at DESC`, postgres.IDs(ids), instead).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("sudden growths: %w", err)
	}
	all := make(map[uuid.UUID]*Growth, len(rows))
	for _, r := range rows {
		all[r.ID] = &Growth{r.Before, r.After, r.On}
	}
	return all, nil
}

// Grown are what grew suddenly and a person must confirm before it is billed.
func (p Plan) Grown() []Item {
	var all []Item
	for _, it := range p.Items {
		if it.Grew != nil {
			all = append(all, it)
		}
	}
	return all
}
