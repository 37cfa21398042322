package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/paging"
	"seatledger/internal/postgres"
)

// Reader is who reads. What was told before their time is not unread to them.
type Reader struct {
	ID    uuid.UUID
	Since time.Time
}

// Notice is a stored event, as one reader sees it.
type Notice struct {
	ID          uuid.UUID
	At          time.Time
	Kind        Kind
	Severity    Severity
	ObjectType  string
	ObjectID    string
	ObjectName  string
	ProviderID  uuid.NullUUID
	Provider    string
	Text        string
	SeatsLost   int
	SeatsGained int
	MoneyMonth  []money.Amount `gorm:"serializer:json"`
	Unread      bool
}

// Filter narrows the list. Zero values do not.
type Filter struct {
	Kind       Kind
	Severity   Severity
	ProviderID uuid.UUID
	Unread     bool
	Through    uuid.UUID // nothing that was written after this one
}

// Sorts is how the list may be sorted.
func Sorts() paging.Sorts {
	return paging.Sorts{ID: "n.id", Default: "-at", Keys: []paging.Sort{{Key: "at", Expr: "n.at", Kind: paging.Time}}}
}

const noticeColumns = `n.id, n.at, n.kind, n.severity, n.object_type, n.object_id, n.object_name, n.provider_id,
	n.provider, n.text, n.seats_lost, n.seats_gained, n.money_month, `

// unread is true of a row that a reader has not read; its arguments are theirs.
const unread = `(n.at >= ? AND NOT EXISTS (SELECT FROM notice_reads r WHERE r.user_id = ? AND r.notice_id = n.id))`

// List reads a page and the token of the next one.
func List(ctx context.Context, db *gorm.DB, who Reader, f Filter, page paging.Request) ([]Notice, string, error) {
	var rows []Notice
	if err := query(ctx, db, who, f, page).Limit(page.Limit()).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return paging.Cut(page, rows, func(n Notice) (any, uuid.UUID) { return n.At, n.ID })
}

// Each gives all rows of a filter one by one, for a file.
func Each(ctx context.Context, db *gorm.DB, who Reader, f Filter, page paging.Request, row func(Notice) error) error {
	page.After = nil
	return postgres.Each(query(ctx, db, who, f, page), row)
}

func query(ctx context.Context, db *gorm.DB, who Reader, f Filter, page paging.Request) *gorm.DB {
	q := db.WithContext(ctx).Table("notices n").Select(noticeColumns+unread+" AS unread", who.Since, who.ID)
	where, args := page.Where()
	return f.narrow(q, who).Where(where, args...).Order(page.Order.SQL())
}

func (f Filter) narrow(q *gorm.DB, who Reader) *gorm.DB {
	if f.Kind != "" {
		q = q.Where("n.kind = ?", f.Kind)
	}
	if f.Severity != "" {
		q = q.Where("n.severity = ?", f.Severity)
	}
	if f.ProviderID != uuid.Nil {
		q = q.Where("n.provider_id = ?", f.ProviderID)
	}
	if f.Through != uuid.Nil {
		q = q.Where("n.id <= ?", f.Through)
	}
	if f.Unread {
		q = q.Where(unread, who.Since, who.ID)
	}
	return q
}

// UnreadSQL counts what a user has not read, up to a limit, in a statement that reads users u.
func UnreadSQL(limit int) string {
	return fmt.Sprintf(`(SELECT count(*) FROM (SELECT FROM notices n WHERE n.at >= u.created_at AND NOT EXISTS
		(SELECT FROM notice_reads r WHERE r.user_id = u.id AND r.notice_id = n.id) LIMIT %d) few)`, limit)
}

// MarkRead notes that a reader has read one notice. Twice is harmless; errs.NotFound if there is none.
func MarkRead(ctx context.Context, db *gorm.DB, clk clock.Clock, who Reader, id uuid.UUID) error {
	var found int
	err := db.WithContext(ctx).Raw(`SELECT count(*) FROM notices WHERE id = ?`, id).Scan(&found).Error
	if err == nil && found == 0 {
		return errs.New(errs.NotFound, "There is no such notice.")
	}
	if err != nil {
		return err
	}
	return db.WithContext(ctx).Exec(`INSERT INTO notice_reads (user_id, notice_id, read_at) VALUES (?, ?, ?)
		ON CONFLICT DO NOTHING`, who.ID, id, clk.Now()).Error
}

// MarkAllRead notes that a reader has read all of a filter, and gives how many were unread.
func MarkAllRead(ctx context.Context, db *gorm.DB, clk clock.Clock, who Reader, f Filter) (int, error) {
	f.Unread = true
	rows := f.narrow(db.WithContext(ctx).Table("notices n").Select("?::uuid, n.id, ?::timestamptz", who.ID, clk.Now()),
		who)
	done := db.WithContext(ctx).Exec(`INSERT INTO notice_reads (user_id, notice_id, read_at) (?)
		ON CONFLICT DO NOTHING`, rows)
	return int(done.RowsAffected), done.Error
}

// Newest is the id of the notice that was written last; zero when there is none.
func Newest(ctx context.Context, db *gorm.DB) (uuid.UUID, error) {
	var ids []uuid.UUID
	err := db.WithContext(ctx).Raw(`SELECT id FROM notices ORDER BY id DESC LIMIT 1`).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return uuid.Nil, err
	}
	return ids[0], nil
}

// Tally is how many notices of a kind there are.
type Tally struct {
	Kind    Kind
	Notices int
}

// Doubts counts what was not believed since a moment, by kind.
func Doubts(ctx context.Context, db *gorm.DB, since time.Time) ([]Tally, error) {
	var rows []Tally
	err := db.WithContext(ctx).Raw(`SELECT kind, count(*) AS notices FROM notices WHERE at >= ? AND kind IN (?)
		GROUP BY kind ORDER BY kind`, since, doubts).Scan(&rows).Error
	return rows, err
}
