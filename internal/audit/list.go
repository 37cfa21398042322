package audit

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/paging"
	"seatledger/internal/postgres"
)

// Entry is one row of the trail.
type Entry struct {
	Seq        int64      `gorm:"column:seq"`
	At         time.Time  `gorm:"column:at"`
	TrueAt     *time.Time `gorm:"column:true_at"`  // beside the time of a moved clock
	ActorID    *uuid.UUID `gorm:"column:actor_id"` // nil: no user, as Seatledger itself
	Actor      string     `gorm:"column:actor"`
	Action     string     `gorm:"column:action"`
	ObjectType string     `gorm:"column:object_type"`
	ObjectID   string     `gorm:"column:object_id"`
	ObjectName string     `gorm:"column:object_name"`
	Before     *string    `gorm:"column:before"` // JSON
	After      *string    `gorm:"column:after"`  // JSON
	RequestID  string     `gorm:"column:request_id"`
}

// Filter narrows the trail. Zero values do not.
type Filter struct {
	Actor      uuid.UUID
	NoActor    bool // what no user did
	Action     string
	ObjectType string
	ObjectID   string
	From       time.Time // inclusive
	Until      time.Time // exclusive
	Search     string    // in actor, action and object
}

// Sorts is how the trail may be sorted: it has one order. A sequence number is
// unique, so the tiebreak that paging wants is a constant.
func Sorts() paging.Sorts {
	return paging.Sorts{
		ID:      "'00000000-0000-0000-0000-000000000000'::uuid",
		Default: "-seq",
		Keys:    []paging.Sort{{Key: "seq", Expr: "seq", Kind: paging.Integer}},
	}
}

const entryColumns = `seq, at, actor_id, actor, action, object_type, object_id, object_name, before::text, after::text,
	request_id, true_at`

// List reads a page of the trail and the token of the next one.
func List(ctx context.Context, db *gorm.DB, f Filter, page paging.Request) ([]Entry, string, error) {
	var rows []Entry
	err := query(ctx, db, f, page).Limit(page.Limit()).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return paging.Cut(page, rows, func(e Entry) (any, uuid.UUID) { return e.Seq, uuid.Nil })
}

// Each gives all rows of a filter one by one, for a file.
func Each(ctx context.Context, db *gorm.DB, f Filter, page paging.Request, row func(Entry) error) error {
	page.After = nil
	return postgres.Each(query(ctx, db, f, page), row)
}

// Get reads one row; errs.NotFound when there is none.
func Get(ctx context.Context, db *gorm.DB, seq int64) (Entry, error) {
	var e Entry
	found := db.WithContext(ctx).Raw(`SELECT `+entryColumns+` FROM audit_events WHERE seq = ?`, seq).Scan(&e)
	if found.Error == nil && found.RowsAffected == 0 {
		return e, errs.New(errs.NotFound, "There is no such entry in the trail.")
	}
	return e, found.Error
}

func query(ctx context.Context, db *gorm.DB, f Filter, page paging.Request) *gorm.DB {
	q := f.narrow(db.WithContext(ctx).Table("audit_events").Select(entryColumns))
	where, args := page.Where()
	return q.Where(where, args...).Order(page.Order.SQL())
}

func (f Filter) narrow(q *gorm.DB) *gorm.DB {
	if f.Actor != uuid.Nil {
		q = q.Where("actor_id = ?", f.Actor)
	}
	if f.NoActor {
		q = q.Where("actor_id IS NULL")
	}
	if f.Action != "" {
		q = q.Where("action = ?", f.Action)
	}
	if f.ObjectType != "" {
		q = q.Where("object_type = ?", f.ObjectType)
	}
	if f.ObjectID != "" {
		q = q.Where("object_id = ?", f.ObjectID)
	}
	if !f.From.IsZero() {
		q = q.Where("at >= ?", f.From)
	}
	if !f.Until.IsZero() {
		q = q.Where("at < ?", f.Until)
	}
	if f.Search != "" {
		like := postgres.Contains(f.Search)
		q = q.Where("(actor ILIKE ? OR action ILIKE ? OR object_name ILIKE ? OR object_id ILIKE ?)", like, like,
			like, like)
	}
	return q
}

// Words lists the actions and object types that occur, by walking the index from
// one to the next instead of reading the trail.
func Words(ctx context.Context, db *gorm.DB) (actions, objectTypes []string, err error) {
	if actions, err = distinct(ctx, db, "action"); err != nil {
		return nil, nil, err
	}
	objectTypes, err = distinct(ctx, db, "object_type")
	return actions, objectTypes, err
}

// distinct takes a column name of ours, never one that was typed.
func distinct(ctx context.Context, db *gorm.DB, column string) ([]string, error) {
	var out []string
	err := db.WithContext(ctx).Raw(strings.ReplaceAll(`
		WITH RECURSIVE walk AS (
			(SELECT COL AS word FROM audit_events ORDER BY COL LIMIT 1)
			UNION ALL
			SELECT (SELECT COL FROM audit_events WHERE COL > walk.word ORDER BY COL LIMIT 1) FROM walk
			WHERE walk.word IS NOT NULL
		) SELECT word FROM walk WHERE word IS NOT NULL`, "COL", column)).Scan(&out).Error
	return out, err
}
