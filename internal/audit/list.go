package audit

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/listing"
	"seatledger/internal/paging"
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
	Address    *string    `gorm:"column:address"`    // of the client; nil: from before it was kept
	SessionID  *uuid.UUID `gorm:"column:session_id"` // names it, and opens nothing
}

// Trail is the list of all entries. It has one order, that of the chain.
var Trail = &listing.List[Entry]{
	Name: "audit", One: "entry", Many: "entries", Table: "audit_events e", ID: "e.id", Default: "-seq",
	Columns: entryColumns,
	Shown:   []string{"seq", "at", "actor", "action", "object_name", "after"},
	Card:    []string{"action", "actor"},
	Filters: filters,
	Search: listing.Search{
		Label: "Search who, what or on what",
		Where: "lower(e.actor || ' ' || e.action || ' ' || e.object_name || ' ' || e.object_id) LIKE ?",
		IDs:   "e.seq IN (SELECT audit_like(?))",
	},
}

var entryColumns = []listing.Column[Entry]{
	{Key: "seq", Label: "No.", SQL: "e.seq", Kind: listing.Whole, Into: func(e *Entry) any { return &e.Seq },
		Sort: listing.Sort{Expr: "e.seq", Kind: paging.Integer}},
	{Key: "at", Label: "When", SQL: "date_trunc('second', e.at)", Kind: listing.Moment,
		Into: func(e *Entry) any { return &e.At }},
	{Key: "actor_id", SQL: "e.actor_id", Kind: listing.Word, Into: func(e *Entry) any { return &e.ActorID }},
	{Key: "actor", Label: "Who", SQL: "e.actor", Into: func(e *Entry) any { return &e.Actor }},
	{Key: "action", Label: "What", SQL: "e.action", Kind: listing.Word, Into: func(e *Entry) any { return &e.Action }},
	{Key: "object_type", Label: "Kind", SQL: "e.object_type", Kind: listing.Word,
		Into: func(e *Entry) any { return &e.ObjectType }},
	{Key: "object_id", Label: "Id", SQL: "e.object_id", Into: func(e *Entry) any { return &e.ObjectID }},
	{Key: "object_name", Label: "On", SQL: "e.object_name", Into: func(e *Entry) any { return &e.ObjectName }},
	{Key: "before", SQL: "e.before::text", Into: func(e *Entry) any { return &e.Before }},
	{Key: "after", Label: "Changed", SQL: "e.after::text", Into: func(e *Entry) any { return &e.After }},
	{Key: "request_id", Label: "Request", SQL: "e.request_id", Kind: listing.Word,
		Into: func(e *Entry) any { return &e.RequestID }},
	{Key: "address", Label: "From where", SQL: "e.address", Kind: listing.Word,
		Into: func(e *Entry) any { return &e.Address }},
	{Key: "session_id", SQL: "e.session_id", Kind: listing.Word, Into: func(e *Entry) any { return &e.SessionID }},
	{Key: "true_at", SQL: "date_trunc('second', e.true_at)", Kind: listing.Moment,
		Into: func(e *Entry) any { return &e.TrueAt }},
}

// The parameters that narrow the trail. Days come as their first moment, which a screen gives
// (Spec.Filter): it knows the zone. By audit_days they are a part of the chain's order.
var filters = []listing.Filter{
	{Name: "actor", Label: "Who", Where: "e.actor_id = ?", Choices: []listing.Choice{
		{Value: "none", Label: "No user (Seatledger itself)", Where: "e.actor_id IS NULL"}},
		ChoicesSQL: "SELECT id::text, name, lower(name) FROM users", Steady: true},
	{Name: "action", Label: "What", Where: "e.action = ?", ChoicesSQL: words("action"), Steady: true},
	{Name: "object_type", Label: "On", Where: "e.object_type = ?", ChoicesSQL: words("object_type"), Steady: true},
	{Name: "from", Label: "From", IsDate: true, Where: `e.at >= CAST(? AS timestamptz) AND e.seq >= (
		SELECT min(seq) FROM audit_days WHERE day >= (CAST(? AS timestamptz) AT TIME ZONE 'UTC')::date)`},
	{Name: "to", Label: "To", IsDate: true, Where: `e.at < CAST(? AS timestamptz) AND e.seq < coalesce((
		SELECT min(seq) FROM audit_days WHERE seq > coalesce((SELECT max(seq) FROM audit_days
			WHERE day <= (CAST(? AS timestamptz) AT TIME ZONE 'UTC')::date), 0)), 9223372036854775807)`},
}

// words are those of a column that occur, found by walking its index from one to the next
// instead of reading the trail. It takes a column's name, never what was typed.
func words(column string) string {
	return strings.ReplaceAll(`WITH RECURSIVE walk AS (
			(SELECT COL AS word FROM audit_events ORDER BY COL LIMIT 1)
			UNION ALL
			SELECT (SELECT COL FROM audit_events WHERE COL > walk.word ORDER BY COL LIMIT 1) FROM walk
			WHERE walk.word IS NOT NULL
		) SELECT word, translate(word, '_.-', '   '), word FROM walk WHERE word IS NOT NULL`, "COL", column)
}

const entry = `seq, at, actor_id, actor, action, object_type, object_id, object_name, before::text, after::text,
	request_id, true_at, address, session_id`

// Get reads one row; errs.NotFound when there is none.
func Get(ctx context.Context, db *gorm.DB, seq int64) (Entry, error) {
	var e Entry
	found := db.WithContext(ctx).Raw(`SELECT `+entry+` FROM audit_events WHERE seq = ?`, seq).Scan(&e)
	if found.Error == nil && found.RowsAffected == 0 {
		return e, errs.New(errs.NotFound, "There is no such entry in the trail.")
	}
	return e, found.Error
}

// About are the latest entries about one record, the newest first.
func About(ctx context.Context, db *gorm.DB, objectType, objectID string, most int) ([]Entry, error) {
	var rows []Entry
	err := db.WithContext(ctx).Raw(`SELECT `+entry+` FROM audit_events WHERE object_type = ? AND object_id = ?
		ORDER BY seq DESC LIMIT ?`, objectType, objectID, most).Scan(&rows).Error
	return rows, err
}
