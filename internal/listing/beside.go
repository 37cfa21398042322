package listing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/paging"
)

// Beside are the records around one in the order of a query; empty where there is none. Todo is
// the next one that still wants something.
type Beside struct {
	Prev, Next, Todo uuid.NullUUID
}

// Beside finds the records around one among those that a query lets through. The one itself need
// not be among them any more: what was just done to it may have taken it out. todo is a condition
// over the table, for records that still want something; empty: none is looked for.
func (l *List[R]) Beside(ctx context.Context, db *gorm.DB, q Query, id uuid.UUID, todo string) (Beside, error) {
	var out Beside
	at, err := l.place(ctx, db, q, id)
	if err != nil || at == nil {
		return out, err
	}
	q.Page = paging.Request{Order: q.Page.Order, After: at}
	next, args := l.nearest(q, "true")
	wanted := "NULL::uuid"
	if todo != "" {
		sql, more := l.nearest(q, todo)
		wanted, args = sql, append(args, more...)
	}
	q.Page.After, q.Page.Before = nil, at
	prev, more := l.nearest(q, "true")
	err = db.WithContext(ctx).Raw(fmt.Sprintf("SELECT %s AS next, %s AS todo, %s AS prev", next, wanted, prev),
		append(args, more...)...).Scan(&out).Error
	if err != nil {
		return out, fmt.Errorf("beside one of %s: %w", l.Name, err)
	}
	return out, nil
}

// place is where a record stands in the order of a query; nil: there is no such record.
func (l *List[R]) place(ctx context.Context, db *gorm.DB, q Query, id uuid.UUID) (*paging.Cursor, error) {
	var keys []*string
	err := db.WithContext(ctx).Raw(fmt.Sprintf("SELECT (%s)::text FROM %s WHERE %s = ?", q.Page.Order.Sort.Expr,
		l.Table, l.ID), id).Scan(&keys).Error
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	return q.Page.Order.CursorOf(keys[0], id), nil
}

func (l *List[R]) nearest(q Query, and string) (string, []any) {
	where, args := q.Where()
	behind, more := q.Page.Where()
	return fmt.Sprintf("(SELECT %s FROM %s WHERE %s AND %s AND (%s) ORDER BY %s LIMIT 1)", l.ID, l.Table, where, behind,
		and, q.Page.Sorted().SQL()), append(args, more...)
}
