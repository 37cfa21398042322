package mapping

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/paging"
	"seatledger/internal/postgres"
)

// JournalFilter narrows the journal. Zero values let everything through.
type JournalFilter struct {
	ProviderID uuid.UUID
	AccountID  uuid.UUID
	BatchID    uuid.UUID
	By         string // person or machine
	Action     string // map, unmap, exclude, include, undo, no, snooze
	Search     string // in the names of account and CRM account, and who
}

// Entry is one thing that was decided or said about an account: by whom, when and why.
type Entry struct {
	ID           uuid.UUID
	At           time.Time
	Actor        string
	ByPerson     bool
	Action       string // map, unmap, exclude, include, undo, no, snooze
	AccountID    uuid.UUID
	Account      string
	ExternalID   string
	ProviderID   uuid.UUID
	Provider     string
	From         string        // the CRM account before
	CRMAccountID uuid.NullUUID `gorm:"column:crm_account_id"`
	CRMAccount   string
	Why          string
	Probability  *float64
	BatchID      uuid.NullUUID
	TakenBack    bool // undone, revoked or ended
	Lapsed       bool // a no whose data have changed
}

// JournalSorts are the orders of the journal: the newest first.
func JournalSorts() paging.Sorts {
	return paging.Sorts{ID: "j.id", Default: "-at", Keys: []paging.Sort{{Key: "at", Expr: "j.at", Kind: paging.Time}}}
}

// journal is decisions, noes and snoozes in one shape.
const journal = `SELECT x.*, coalesce(nullif(a.name, ''), a.external_id) AS account, a.external_id, a.provider_id,
	p.name AS provider, coalesce(c.name, '') AS crm_account
	FROM (
		SELECT d.id, d.at, d.actor, d.by_person, d.action, d.account_id, coalesce(f.name, '') AS "from",
			d.to_crm_account_id AS crm_account_id, d.why, d.probability, d.batch_id,
			EXISTS (SELECT FROM mapping_decisions u WHERE u.undoes = d.id) AS taken_back, false AS lapsed
		FROM mapping_decisions d LEFT JOIN crm_accounts f ON f.id = d.from_crm_account_id
		UNION ALL SELECT r.id, r.at, r.actor, r.actor_id IS NOT NULL, 'no', r.account_id, '', r.crm_account_id, CASE
		WHEN r.crm_account_id IS NULL THEN 'none of the candidates' ELSE 'not this one' END, NULL, NULL,
			r.revoked_at IS NOT NULL, r.lapsed_at IS NOT NULL FROM mapping_refusals r
		UNION ALL SELECT z.id, z.at, z.actor, z.actor_id IS NOT NULL, 'snooze', z.account_id, '', NULL,
			'until ' || z.until, NULL, NULL, z.ended_at IS NOT NULL, false FROM mapping_snoozes z
	) x JOIN provider_accounts a ON a.id = x.account_id JOIN providers p ON p.id = a.provider_id LEFT
	JOIN crm_accounts c ON c.id = x.crm_account_id`

func (f JournalFilter) where() (string, []any) {
	conds, args := []string{"true"}, []any{}
	add := func(cond string, arg any) { conds, args = append(conds, cond), append(args, arg) }
	if f.ProviderID != uuid.Nil {
		add("j.provider_id = ?", f.ProviderID)
	}
	if f.AccountID != uuid.Nil {
		add("j.account_id = ?", f.AccountID)
	}
	if f.BatchID != uuid.Nil {
		add("j.batch_id = ?", f.BatchID)
	}
	if f.By != "" {
		add("j.by_person = ?", f.By == "person")
	}
	if f.Action != "" {
		add("j.action = ?", f.Action)
	}
	if f.Search != "" {
		add("lower(j.account || ' ' || j.external_id || ' ' || j.crm_account || ' ' || j.actor) LIKE ?",
			postgres.Contains(f.Search))
	}
	return strings.Join(conds, " AND "), args
}

// Journal reads one page of what was decided, and the token of the next.
func Journal(ctx context.Context, db *gorm.DB, f JournalFilter, r paging.Request) ([]Entry, string, error) {
	where, args := f.where()
	behind, more := r.Where()
	var rows []Entry
	err := db.WithContext(ctx).Raw(`SELECT j.* FROM (`+journal+`) j WHERE `+where+` AND `+behind+` ORDER BY `+
		r.Order.SQL()+` LIMIT ?`,
		append(append(args, more...), r.Limit())...).Scan(&rows).Error
	if err != nil {
		return nil, "", fmt.Errorf("read the journal: %w", err)
	}
	return paging.Cut(r, rows, func(e Entry) (any, uuid.UUID) { return e.At, e.ID })
}

// EachEntry hands over everything that was decided in order, for the CSV.
func EachEntry(ctx context.Context, db *gorm.DB, f JournalFilter, o paging.Order, do func(Entry) error) error {
	where, args := f.where()
	return postgres.Each(db.WithContext(ctx).Raw(`SELECT j.* FROM (`+journal+`) j WHERE `+where+` ORDER BY `+o.SQL(),
		args...), do)
}
