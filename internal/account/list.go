package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"seatledger/internal/listing"
	"seatledger/internal/paging"
	"seatledger/internal/postgres"
)

// Row is one line of the list.
type Row struct {
	ID            uuid.UUID
	ProviderID    uuid.UUID
	Provider      string
	ExternalID    string
	Name          string
	Domain        string
	TenantID      string
	Status        Status
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
}

// All is the list of all provider accounts. The columns of the file are those of CONTRACT, then ours.
var All = &listing.List[Row]{
	Name: "accounts", One: "account", Many: "accounts",
	Table: "provider_accounts a", ID: "a.id", Default: "state", Ways: true,
	Joins: `JOIN providers p ON p.id = a.provider_id LEFT JOIN crm_accounts c ON c.id = a.crm_account_id`,
	Search: listing.Search{Label: "Search name, domain, customer, external id or tenant id",
		Where: "a.search_text LIKE ?", IDs: "a.id IN (SELECT accounts_like(?))"},
	Columns: columns,
	Shown:   []string{"name", "external_id", "provider", "state", "crm_account"},
	Card:    []string{"state", "crm_account"},
	Filters: []listing.Filter{
		{Name: "provider", Label: "Provider", Counted: true, Where: "a.provider_id = ?",
			ChoicesSQL: "SELECT id::text, name, lower(name) FROM providers", Steady: true},
		{Name: "crm_account", Label: "CRM account", IsID: true, Where: "a.crm_account_id = ?",
			NameSQL: "SELECT name FROM crm_accounts WHERE id = ?"},
		{Name: "state", Label: "Mapping", Counted: true, Where: "a.state = ?", Choices: []listing.Choice{
			{Value: string(Unmapped), Label: "Unmapped"}, {Value: string(Mapped), Label: "Mapped"},
			{Value: string(Excluded), Label: "Excluded"}}},
		{Name: "status", Label: "At the distributor", Counted: true, Where: "a.provider_status = ?",
			Choices: []listing.Choice{{Value: string(Active), Label: "Active"},
				{Value: string(Discontinued), Label: "Discontinued"}, {Value: string(Gone), Label: "Gone"}}},
	},
	Counts: "account_counts a",
	CountBy: []listing.CountBy{{Column: "provider_id", SQL: "a.provider_id"}, {Column: "state", SQL: "a.state"},
		{Column: "provider_status", SQL: "a.provider_status"}},
	Words: "search_text",
}

// A file has moments by the second.
var columns = []listing.Column[Row]{
	{Key: "id", SQL: "a.id", Kind: listing.Word, Into: func(r *Row) any { return &r.ID }},
	{Key: "provider_id", SQL: "a.provider_id", Kind: listing.Word, Into: func(r *Row) any { return &r.ProviderID }},
	{Key: "provider", Label: "Provider", SQL: "p.name", Into: func(r *Row) any { return &r.Provider }},
	{Key: "external_id", Label: "External id", SQL: "a.external_id", Into: func(r *Row) any { return &r.ExternalID },
		Sort: listing.Sort{Expr: "a.external_id", Kind: paging.Text}},
	{Key: "name", Label: "Account", SQL: "a.name", Into: func(r *Row) any { return &r.Name },
		Sort: listing.Sort{Expr: "a.name_key", Kind: paging.Text}},
	{Key: "domain", Label: "Domain", SQL: "a.domain", Into: func(r *Row) any { return &r.Domain }},
	{Key: "tenant_id", Label: "Tenant id", SQL: "a.tenant_id", Into: func(r *Row) any { return &r.TenantID }},
	{Key: "provider_status", Label: "At the distributor", SQL: "a.provider_status", Kind: listing.Word,
		Into: func(r *Row) any { return &r.Status }},
	{Key: "state", Label: "Mapping", SQL: "a.state", Kind: listing.Word, Into: func(r *Row) any { return &r.State },
		Sort: listing.Sort{Expr: "a.to_do_key", Kind: paging.Text}},
	{Key: "crm_account_id", SQL: "a.crm_account_id", Kind: listing.Word,
		Into: func(r *Row) any { return &r.CRMAccountID }},
	{Key: "crm_account", Label: "CRM account", SQL: "coalesce(c.name, '')",
		Into: func(r *Row) any { return &r.CRMAccount }, Sort: listing.Sort{Expr: "a.customer_key", Kind: paging.Text}},
	{Key: "exclude_reason", SQL: "a.exclude_reason", Into: func(r *Row) any { return &r.ExcludeReason }},
	{Key: "decided_by", Label: "Decided by", SQL: "a.decided_by", Into: func(r *Row) any { return &r.DecidedBy }},
	{Key: "decided_at", Label: "Decided", SQL: "date_trunc('second', a.decided_at)", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.DecidedAt }},
	{Key: "decided_why", SQL: "a.decided_why", Into: func(r *Row) any { return &r.DecidedWhy }},
	{Key: "first_seen_at", Label: "First seen", SQL: "date_trunc('second', a.first_seen_at)", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.FirstSeenAt },
		Sort: listing.Sort{Expr: "a.first_seen_at", Kind: paging.Time}},
	{Key: "gone_at", Label: "Gone", SQL: "date_trunc('second', a.gone_at)", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.GoneAt }},
	{SQL: "a.version", Into: func(r *Row) any { return &r.Version }},
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

// AskProgress asks how many accounts are in each state, of one provider or, with uuid.Nil, of all.
func AskProgress(providerID uuid.UUID, into *Progress) postgres.Ask {
	ask := postgres.Ask{SQL: `SELECT state, sum(n)::int FROM account_counts GROUP BY 1`, Read: into.read}
	if providerID != uuid.Nil {
		ask.SQL = `SELECT state, sum(n)::int FROM account_counts WHERE provider_id = ? GROUP BY 1`
		ask.Args = []any{providerID}
	}
	return ask
}

func (p *Progress) read(rows pgx.Rows) error {
	var state State
	var n int
	*p = Progress{}
	_, err := pgx.ForEachRow(rows, []any{&state, &n}, func() error {
		switch state {
		case Unmapped:
			p.Unmapped = n
		case Mapped:
			p.Mapped = n
		case Excluded:
			p.Excluded = n
		}
		return nil
	})
	return err
}

// ProgressOf counts the accounts by state, of one provider or, with uuid.Nil, of all.
func ProgressOf(ctx context.Context, db *gorm.DB, providerID uuid.UUID) (p Progress, err error) {
	ask := AskProgress(providerID, &p)
	if err := postgres.Query(ctx, db, ask.SQL, ask.Args, ask.Read); err != nil {
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
