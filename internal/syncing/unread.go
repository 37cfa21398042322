package syncing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// UnreadDate is a subscription with a date that was given but cannot be read, and of
// which nobody has said the day yet (RULES 2).
type UnreadDate struct {
	ID         uuid.UUID
	ExternalID string
	Product    string
	Account    string
	StartText  string // empty: the start can be read
	EndText    string
}

// UnreadShown is how many of them a run's page lists.
const UnreadShown = 20

// UnreadDates lists those of a provider, or of the one account that a run read, and how many there are.
func UnreadDates(ctx context.Context, db *gorm.DB, r Run) (rows []UnreadDate, total int, err error) {
	if r.Kind != Subscriptions {
		return nil, 0, nil
	}
	var found []struct {
		UnreadDate
		Total int
	}
	err = db.WithContext(ctx).Raw(`SELECT s.id, s.external_id, s.product_name AS product, coalesce(nullif(a.name, ''),
		a.external_id) AS account,
			CASE WHEN s.start_said_for <> s.start_text THEN s.start_text ELSE '' END AS start_text,
			CASE WHEN s.end_said_for <> s.end_text THEN s.end_text ELSE '' END AS end_text, count(*) OVER () AS total
		FROM subscriptions s JOIN provider_accounts a ON a.id = s.account_id
		WHERE s.provider_id = ? AND (s.start_text <> '' OR s.end_text <> '')
		AND (s.start_said_for <> s.start_text OR s.end_said_for <> s.end_text)
			AND (CAST(? AS uuid) IS NULL OR s.account_id = ?)
		ORDER BY s.external_id LIMIT ?`, r.ProviderID, r.AccountID, r.AccountID, UnreadShown).Scan(&found).Error
	if err != nil {
		return nil, 0, fmt.Errorf("dates that cannot be read: %w", err)
	}
	for _, f := range found {
		rows, total = append(rows, f.UnreadDate), f.Total
	}
	return rows, total, nil
}
