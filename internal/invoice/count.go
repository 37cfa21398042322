package invoice

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// CountByState counts invoices by state, from the counts that are kept for lists.
func CountByState(ctx context.Context, db *gorm.DB) (map[string]int64, error) {
	var rows []struct {
		State string
		N     int64
	}
	err := db.WithContext(ctx).Raw(`SELECT state, sum(n)::bigint AS n FROM invoice_counts GROUP BY state`).
		Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count invoices: %w", err)
	}
	out := map[string]int64{}
	for _, r := range rows {
		out[r.State] = r.N
	}
	return out, nil
}
