package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/listing"
	"seatledger/internal/money"
	"seatledger/internal/paging"
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

// All is the list of all notices, as a reader sees it (For).
var All = &listing.List[Notice]{
	Name: "notices", One: "notice", Many: "notices",
	Table: "notices n", ID: "n.id", Default: "-at",
	Joins: `CROSS JOIN (SELECT CAST(? AS timestamptz) AS since) me
		LEFT JOIN notice_reads r ON r.notice_id = n.id AND r.user_id = CAST(? AS uuid)`,
	Columns: noticeColumns,
	Shown:   []string{"text", "kind", "object_name", "at", "unread"},
	Card:    []string{"kind", "unread"},
	Filters: []listing.Filter{
		{Name: "kind", Label: "What", Where: "n.kind = ?", Choices: kindChoices()},
		{Name: "unread", Label: "Read", Choices: []listing.Choice{{Value: "yes", Label: "Unread only",
			Where: unread}}},
		{Name: "provider", Label: "Provider", Where: "n.provider_id = ?",
			ChoicesSQL: "SELECT id::text, name, lower(name) FROM providers", Steady: true},
	},
}

func kindChoices() []listing.Choice {
	var out []listing.Choice
	for _, k := range Kinds() {
		out = append(out, listing.Choice{Value: string(k), Label: k.Label()})
	}
	return out
}

// For is a query of the list as a reader sees it.
func For(who Reader, q listing.Query) listing.Query { return q.Joined(moment(who.Since), who.ID) }

// UnreadArgs are what the filter "unread" asks of a reader.
func (r Reader) UnreadArgs(string) []any { return []any{moment(r.Since), r.ID} }

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

const (
	monthOf      = `(SELECT string_agg(trim_scale((m->>'amount')::numeric)::text, ' ' ORDER BY i) ` + eachAmount
	currenciesOf = `(SELECT string_agg(m->>'currency', ' ' ORDER BY i) ` + eachAmount
	eachAmount   = `FROM jsonb_array_elements(nullif(n.money_month, 'null')) WITH ORDINALITY AS a (m, i))`
)

var noticeColumns = []listing.Column[Notice]{
	{Key: "id", SQL: "n.id", Kind: listing.Word, Into: func(n *Notice) any { return &n.ID }},
	{Key: "at", Label: "When", SQL: "date_trunc('second', n.at)", Kind: listing.Moment,
		Into: func(n *Notice) any { return &n.At }, Sort: listing.Sort{Expr: "n.at", Kind: paging.Time}},
	{Key: "kind", Label: "What", SQL: "n.kind", Kind: listing.Word, Into: func(n *Notice) any { return &n.Kind }},
	{Key: "severity", SQL: "n.severity", Kind: listing.Word, Into: func(n *Notice) any { return &n.Severity }},
	{Key: "object_type", SQL: "n.object_type", Kind: listing.Word, Into: func(n *Notice) any { return &n.ObjectType }},
	{Key: "object_id", SQL: "n.object_id", Into: func(n *Notice) any { return &n.ObjectID }},
	{Key: "object_name", Label: "On", SQL: "n.object_name", Into: func(n *Notice) any { return &n.ObjectName }},
	{Key: "provider_id", SQL: "n.provider_id", Kind: listing.Word, Into: func(n *Notice) any { return &n.ProviderID }},
	{Key: "provider", Label: "Provider", SQL: "n.provider", Into: func(n *Notice) any { return &n.Provider }},
	{Key: "text", Label: "What happened, and what to do", SQL: "n.text", Into: func(n *Notice) any { return &n.Text }},
	{Key: "seats_lost", Label: "Seats lost", SQL: "n.seats_lost", Kind: listing.Whole,
		Into: func(n *Notice) any { return &n.SeatsLost }},
	{Key: "seats_gained", Label: "Seats gained", SQL: "n.seats_gained", Kind: listing.Whole,
		Into: func(n *Notice) any { return &n.SeatsGained }},
	{Key: "money_month", SQL: monthOf, Kind: listing.Word},
	{Key: "money_currency", SQL: currenciesOf, Kind: listing.Word},
	{Key: "unread", Label: "Read", SQL: "(n.at >= me.since AND r.user_id IS NULL)", Kind: listing.YesNo,
		Into: func(n *Notice) any { return &n.Unread }},
	{SQL: "n.money_month", Into: func(n *Notice) any { return (*money.Amounts)(&n.MoneyMonth) }},
}

// unread is true of a row that a reader has not read; its arguments are theirs.
const unread = `(n.at >= CAST(? AS timestamptz) AND NOT EXISTS (SELECT FROM notice_reads r
	WHERE r.user_id = CAST(? AS uuid) AND r.notice_id = n.id))`

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

// MarkAllRead notes that a reader has read all that was written through a notice, or at all, and gives how many
// were unread.
func MarkAllRead(ctx context.Context, db *gorm.DB, clk clock.Clock, who Reader, through uuid.UUID) (int, error) {
	done := db.WithContext(ctx).Exec(`INSERT INTO notice_reads (user_id, notice_id, read_at)
		SELECT ?, n.id, ? FROM notices n WHERE `+unread+` AND (n.id <= ? OR ?)
		ON CONFLICT DO NOTHING`, who.ID, clk.Now(), moment(who.Since), who.ID, through, through == uuid.Nil)
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
