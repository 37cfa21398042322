package listing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// Count is how many records a query lets through: from the kept counts where they carry
// what it asks, else counted no further than most+1.
func (l *List[R]) Count(ctx context.Context, db *gorm.DB, q Query, most int) (int, error) {
	sql, args := l.count(q, most)
	var n int
	if err := db.WithContext(ctx).Raw(sql, args...).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("count %s: %w", l.Name, err)
	}
	return n, nil
}

func (l *List[R]) count(q Query, most int) (string, []any) {
	where, args := q.Where()
	if l.Kept(q) {
		return fmt.Sprintf("SELECT coalesce(sum(n), 0) FROM %s WHERE %s", l.Counts, where), args
	}
	return fmt.Sprintf("SELECT count(*) FROM (SELECT FROM %s WHERE %s LIMIT ?) counted", l.Table, where),
		append(args, most+1)
}

// Found is a page together with what Count says, in one statement where the list is not searched.
func (l *List[R]) Found(ctx context.Context, db *gorm.DB, q Query, most int) (Page[R], int, error) {
	if q.Search != "" {
		p, err := l.Page(ctx, db, q)
		if err != nil {
			return p, 0, err
		}
		n, err := l.Count(ctx, db, q, most)
		return p, n, err
	}
	count, args := l.count(q, most)
	sql, more := l.Statement(q)
	sql = "SELECT (" + count + "), " + strings.TrimPrefix(sql, "SELECT ")
	n := 0
	rows, err := l.read(ctx, db, q, sql, slices.Concat(args, more), &n)
	if err == nil && len(rows) == 0 && (q.Page.After != nil || q.Page.Before != nil) { // behind the end
		n, err = l.Count(ctx, db, q, most)
	}
	p, err := l.cut(q, rows, err)
	return p, n, err
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
