package listing

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// Count is how many records a query lets through: from the kept counts where they carry
// what it asks, else counted no further than most+1.
func (l *List[R]) Count(ctx context.Context, db *gorm.DB, q Query, most int) (int, error) {
	where, args := q.Where()
	sql := fmt.Sprintf("SELECT count(*) FROM (SELECT FROM %s WHERE %s LIMIT ?) counted", l.Table, where)
	if l.Kept(q) {
		sql = fmt.Sprintf("SELECT coalesce(sum(n), 0) FROM %s WHERE %s", l.Counts, where)
	} else {
		args = append(args, most+1)
	}
	var n int
	if err := db.WithContext(ctx).Raw(sql, args...).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("count %s: %w", l.Name, err)
	}
	return n, nil
}

// Kept tells whether the kept counts answer a query.
func (l *List[R]) Kept(q Query) bool {
	if l.Counts == "" || q.Search != "" {
		return false
	}
	for _, f := range l.Filters {
		if q.Values[f.Name] != "" && !f.Counted {
			return false
		}
	}
	return true
}
