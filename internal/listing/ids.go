package listing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// IDs are the records that a query lets through, in their order, no more than the limit: what
// "all that match" selects.
func (l *List[R]) IDs(ctx context.Context, db *gorm.DB, q Query, most int) ([]uuid.UUID, error) {
	where, args := q.Where()
	var ids []uuid.UUID
	sql := fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY %s LIMIT ?", l.ID, l.Table, where, q.Page.Order.SQL())
	if err := db.WithContext(ctx).Raw(sql, append(args, most)...).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("records of %s: %w", l.Name, err)
	}
	return ids, nil
}
