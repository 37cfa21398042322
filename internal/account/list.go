package account

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

// Filter narrows the list. Zero values let everything through.
type Filter struct {
	ProviderID   uuid.UUID
	CRMAccountID uuid.UUID
	State        State
	Status       Status
	Search       string // in name, domain, external id and tenant id
}

// Row is one line of the list.
type Row struct {
	ID            uuid.UUID
	ProviderID    uuid.UUID
	Provider      string
	Connector     string
	ExternalID    string
	Name          string
	Domain        string
	TenantID      string
	Status        Status `gorm:"column:provider_status"`
	State         State
	CRMAccountID  uuid.NullUUID
	CRMAccount    string
	ExcludeReason string
	DecidedBy     string
	DecidedAt     *time.Time
	DecidedWhy    string
	FirstSeenAt   time.Time
	GoneAt        *time.Time
	Version       int
	SortKey       string // as the database orders it
}

// toDo puts what waits for a person first; the index provider_accounts_to_do has the same words.
const toDo = `(CASE a.state WHEN 'unmapped' THEN '0' WHEN 'mapped' THEN '1' ELSE '2' END || lower(a.name))`

// Sorts are the keys of the list; each has its index.
func Sorts() paging.Sorts {
	return paging.Sorts{ID: "a.id", Default: "state", Keys: []paging.Sort{
		{Key: "state", Expr: toDo, Kind: paging.Text},
		{Key: "name", Expr: "lower(a.name)", Kind: paging.Text},
		{Key: "external_id", Expr: "a.external_id", Kind: paging.Text},
		{Key: "first_seen_at", Expr: "a.first_seen_at", Kind: paging.Time},
	}}
}

const rowColumns = `a.id, a.provider_id, p.name AS provider, p.connector, a.external_id, a.name, a.domain, a.tenant_id,
	a.provider_status,
	a.state, a.crm_account_id, coalesce(c.name, '') AS crm_account, a.exclude_reason, a.decided_by, a.decided_at,
		a.decided_why,
	a.first_seen_at, a.gone_at, a.version`

const rowTables = ` FROM provider_accounts a JOIN providers p ON p.id = a.provider_id LEFT
	JOIN crm_accounts c ON c.id = a.crm_account_id`

func (f Filter) where() (string, []any) {
	conds, args := []string{"true"}, []any{}
	add := func(cond string, arg any) { conds, args = append(conds, cond), append(args, arg) }
	if f.ProviderID != uuid.Nil {
		add("a.provider_id = ?", f.ProviderID)
	}
	if f.CRMAccountID != uuid.Nil {
		add("a.crm_account_id = ?", f.CRMAccountID)
	}
	if f.State != "" {
		add("a.state = ?", f.State)
	}
	if f.Status != "" {
		add("a.provider_status = ?", f.Status)
	}
	if f.Search != "" {
		add("lower(a.name || ' ' || a.domain || ' ' || a.external_id || ' ' || a.tenant_id) LIKE ?",
			postgres.Contains(f.Search))
	}
	return strings.Join(conds, " AND "), args
}

// List reads one page and the token of the next.
func List(ctx context.Context, db *gorm.DB, f Filter, r paging.Request) ([]Row, string, error) {
	where, args := f.where()
	behind, more := r.Where()
	args = append(append(args, more...), r.Limit())
	var rows []Row
	err := db.WithContext(ctx).Raw(`SELECT `+rowColumns+`, `+sortKey(r.Order)+` AS sort_key`+rowTables+`
		WHERE `+where+` AND `+behind+` ORDER BY `+r.Order.SQL()+` LIMIT ?`, args...).Scan(&rows).Error
	if err != nil {
		return nil, "", fmt.Errorf("list accounts: %w", err)
	}
	return paging.Cut(r, rows, func(a Row) (any, uuid.UUID) { return a.sortKey(r.Order), a.ID })
}

// sortKey is the text key of a row; a time has a column of its own.
func sortKey(o paging.Order) string {
	if o.Sort.Kind == paging.Text {
		return o.Sort.Expr
	}
	return "''"
}

func (r Row) sortKey(o paging.Order) any {
	if o.Sort.Kind == paging.Time {
		return r.FirstSeenAt
	}
	return r.SortKey
}

// Count is how many accounts a filter lets through.
func Count(ctx context.Context, db *gorm.DB, f Filter) (int, error) {
	where, args := f.where()
	var n int
	if err := db.WithContext(ctx).Raw(`SELECT count(*) FROM provider_accounts a WHERE `+where,
		args...).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("count accounts: %w", err)
	}
	return n, nil
}

// Each hands over every account of a filter in order, for the CSV.
func Each(ctx context.Context, db *gorm.DB, f Filter, o paging.Order, do func(Row) error) error {
	where, args := f.where()
	return postgres.Each(db.WithContext(ctx).Raw(`SELECT `+rowColumns+rowTables+` WHERE `+where+` ORDER BY `+o.SQL(),
		args...), do)
}

// Progress is how far the mapping is.
type Progress struct {
	Unmapped int
	Mapped   int
	Excluded int
}

// Percent is the mapped share of the accounts that are somebody's customer. It is
// 100 only when nothing is left to do.
func (p Progress) Percent() int {
	if p.Mapped+p.Unmapped == 0 {
		return 0
	}
	return 100 * p.Mapped / (p.Mapped + p.Unmapped)
}

// ProgressOf counts the accounts by state, of one provider or, with uuid.Nil, of all.
func ProgressOf(ctx context.Context, db *gorm.DB, providerID uuid.UUID) (Progress, error) {
	where, args := Filter{ProviderID: providerID}.where()
	var p Progress
	err := db.WithContext(ctx).Raw(`SELECT count(*) FILTER (WHERE a.state = 'unmapped') AS unmapped,
		count(*) FILTER (WHERE a.state = 'mapped') AS mapped,
		count(*) FILTER (WHERE a.state = 'excluded') AS excluded FROM provider_accounts a
		WHERE `+where, args...).Scan(&p).Error
	if err != nil {
		return p, fmt.Errorf("count accounts by state: %w", err)
	}
	return p, nil
}

// ProviderChoice is a provider that the list may be narrowed to.
type ProviderChoice struct {
	ID   uuid.UUID
	Name string
}

// ProviderChoices are the providers that have accounts, by name.
func ProviderChoices(ctx context.Context, db *gorm.DB) ([]ProviderChoice, error) {
	var all []ProviderChoice
	err := db.WithContext(ctx).Raw(`SELECT id, name FROM providers p
		WHERE EXISTS (SELECT FROM provider_accounts a WHERE a.provider_id = p.id)
		ORDER BY lower(name), id`).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list providers with accounts: %w", err)
	}
	return all, nil
}

// Choice is an account as a select shows it.
type Choice struct {
	ExternalID string
	Name       string
}

// Choices are a provider's accounts that are not gone, by name, at most so many.
func Choices(ctx context.Context, db *gorm.DB, providerID uuid.UUID, most int) ([]Choice, error) {
	var all []Choice
	err := db.WithContext(ctx).Raw(`SELECT external_id, name FROM provider_accounts WHERE provider_id = ?
		AND provider_status <> 'gone'
		ORDER BY lower(name), id LIMIT ?`, providerID, most).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("accounts to choose from: %w", err)
	}
	return all, nil
}
