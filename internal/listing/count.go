package listing

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/postgres"
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
	if kept := l.CountsFor(q); kept != "" {
		where, args := l.keptWhere(q, l.Finer.Filter)
		return fmt.Sprintf("SELECT coalesce(sum(n), 0) FROM %s WHERE %s", kept, where), args
	}
	where, args := q.Where()
	if l.inRuns(q) != nil {
		some, more := l.someOf(q)
		where, args = where+some, append(args, more...)
	}
	return fmt.Sprintf("SELECT count(*) FROM (SELECT FROM %s WHERE %s LIMIT %d) counted", l.Table, where, most+1), args
}

// Found is a page together with what Count says, in one statement. A term that stands in very many records fills
// its page without their being counted (Page.Frequent).
func (l *List[R]) Found(ctx context.Context, db *gorm.DB, q Query, most int, beside ...postgres.Ask) (Page[R], int,
	error) {
	count, args := l.count(q, most)
	p, n, err := l.look(ctx, db, q, count, args, beside)
	switch {
	case err != nil || p.Frequent:
		return p, 0, err
	case n != nil:
		return p, *n, nil
	case q.Page.After == nil && q.Page.Before == nil: // no row brought it, for there is none
		return p, 0, nil
	case q.looked():
		most = mostFound
	}
	behind, err := l.Count(ctx, db, q, most)
	return p, behind, err
}

// Kept tells whether the kept counts answer a query.
func (l *List[R]) Kept(q Query) bool { return l.CountsFor(q) != "" }

// CountsFor is the table of the kept counts that answer a query, under the list's alias; empty: none does.
func (l *List[R]) CountsFor(q Query) string {
	if q.Search != "" {
		return ""
	}
	kept := l.Counts
	for _, f := range l.Filters {
		switch {
		case q.Values[f.Name] == "" || f.Counted:
		case f.Name == l.Finer.Filter:
			kept = l.Finer.Counts
		default:
			return ""
		}
	}
	return kept
}
