package mail

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// Outbox counts the mails that have not gone out for certain, by state.
func Outbox(ctx context.Context, db *gorm.DB) (map[string]int64, error) {
	var rows []struct {
		State string
		N     int64
	}
	err := db.WithContext(ctx).Raw(`SELECT s.state, (SELECT count(*) FROM mails m WHERE m.state = s.state) AS n
		FROM unnest(ARRAY['queued', 'sending', 'unknown', 'refused']) AS s (state)`).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count mails: %w", err)
	}
	out := map[string]int64{}
	for _, r := range rows {
		out[r.State] = r.N
	}
	return out, nil
}
