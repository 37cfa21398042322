package review

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/notify"
	"seatledger/internal/postgres"
)

const (
	lapsesSince = 7 * 24 * time.Hour // a lapse may be committed later than a newer one, never that much later
	lapsesNamed = 5
)

// TellLapsed tells of signatures that lapsed, in one notice for what lapsed since the last time. What a person took
// back is not told. A job calls it.
func (r Reviewer) TellLapsed(ctx context.Context, db *postgres.DB) error {
	now := r.Clock.Now()
	return db.InTx(ctx, func(tx *gorm.DB) error {
		var rows []struct{ Name, Customer, Because string }
		err := tx.Raw(`WITH told AS (
				INSERT INTO sign_off_lapses_told (sign_off_id) SELECT g.id FROM sign_offs g
				WHERE g.lapsed_at >= ? AND NOT g.taken_back
					AND NOT EXISTS (SELECT FROM sign_off_lapses_told t WHERE t.sign_off_id = g.id)
				ON CONFLICT DO NOTHING RETURNING sign_off_id)
			SELECT coalesce(nullif(s.product_name, ''), s.external_id) AS name, coalesce(a.name, '') AS customer,
				g.lapsed_because AS because
			FROM told JOIN sign_offs g ON g.id = told.sign_off_id JOIN subscriptions s ON s.id = g.subscription_id
			LEFT JOIN crm_accounts a ON a.id = s.crm_account_id ORDER BY lower(coalesce(a.name, '')), s.id`,
			now.Add(-lapsesSince)).Scan(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		var says []string
		for _, l := range rows[:min(len(rows), lapsesNamed)] {
			says = append(says, strings.TrimPrefix(l.Customer+", "+l.Name+" ("+l.Because+")", ", "))
		}
		text := fmt.Sprintf("%d sign-offs lapsed: %s", len(rows), strings.Join(says, "; "))
		if len(rows) == 1 {
			text = "A sign-off lapsed: " + says[0]
		}
		if len(rows) > lapsesNamed {
			text += fmt.Sprintf("; and %d more", len(rows)-lapsesNamed)
		}
		return notify.Record(ctx, tx, r.Clock, notify.Event{Kind: notify.SignOffsLapsed, ObjectType: "review",
			ObjectName: "Sign-offs", Text: text + ". They are billed on and stand among the exceptions of the next " +
				"run; sign them off again."})
	})
}
