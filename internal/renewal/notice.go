package renewal

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/notify"
)

// near are the numbers of days before which somebody is told of what nobody has decided, the nearest first.
var near = []int{7, 30}

// named is how many subscriptions a notice names.
const named = 5

// Tell writes one notice for what has come near since the last one and is not decided. Whatever replica it is: each
// subscription and day is told of once before 30 days and once before 7.
func (s Service) Tell(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		today := s.Today()
		for _, days := range near {
			if err := s.tell(ctx, tx, today, days); err != nil {
				return fmt.Errorf("what renews within %d days: %w", days, err)
			}
		}
		return nil
	})
}

func (s Service) tell(ctx context.Context, tx *gorm.DB, today clock.Date, days int) error {
	var rows []struct {
		Name, Customer, What string
		Day                  clock.Date
	}
	err := tx.WithContext(ctx).Raw(`WITH told AS (
			INSERT INTO renewal_told (subscription_id, day, within, told_at)
			SELECT DISTINCT r.subscription_id, r.day, CAST(@days AS integer), CAST(@now AS timestamptz) FROM renewals r
			WHERE r.day >= @today AND r.day <= @until AND r.what <> 'reduce'
			AND NOT EXISTS (SELECT FROM renewal_decisions d
				WHERE d.subscription_id = r.subscription_id AND d.day = r.day AND d.decision <> '')
			ON CONFLICT DO NOTHING RETURNING subscription_id, day)
		SELECT coalesce(nullif(s.product_name, ''), s.external_id) AS name, coalesce(a.name, '') AS customer, r.what,
			t.day
		FROM told t JOIN subscriptions s ON s.id = t.subscription_id
		JOIN renewals r ON r.subscription_id = s.id AND r.day = t.day AND r.what <> 'reduce'
		LEFT JOIN crm_accounts a ON a.id = s.crm_account_id ORDER BY t.day, s.id`,
		map[string]any{"days": days, "now": s.Clock.Now(), "today": today, "until": today.AddDays(days)}).
		Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return err
	}
	var says []string
	for _, r := range rows[:min(len(rows), named)] {
		text := fmt.Sprintf("%s on %s", r.Name, r.Day)
		if r.Customer != "" {
			text = r.Customer + ", " + text
		}
		says = append(says, text)
	}
	text := fmt.Sprintf("%d subscriptions end or renew within %d days, and nobody has decided about them: %s",
		len(rows), days, strings.Join(says, "; "))
	if len(rows) == 1 {
		text = fmt.Sprintf("A subscription ends or renews within %d days, and nobody has decided about it: %s",
			days, says[0])
	}
	if len(rows) > named {
		text += fmt.Sprintf("; and %d more", len(rows)-named)
	}
	return notify.Record(ctx, tx, s.Clock, notify.Event{Kind: notify.RenewalNear, ObjectType: "renewal",
		ObjectName: fmt.Sprintf("within %d days", days), Text: text + ". Decide on the page Renewals."})
}
