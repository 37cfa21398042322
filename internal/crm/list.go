package crm

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/paging"
	"seatledger/internal/postgres"
)

// Filter narrows the list.
type Filter struct {
	Search string // in name, external id, domain and tenant id
	Mapped string // yes, no or empty for both
	// Contract is about active contracts: yes, no or empty for both.
	Contract string
}

// Row is one line of the list.
type Row struct {
	Account
	Parent    string // the parent's name
	Accounts  int    // provider accounts mapped to it
	Contracts int    // active contracts
	LowerName string // as the database lowers it: the key of the sort by name
}

// Sorts are the keys of the list; each has its index.
func Sorts() paging.Sorts {
	return paging.Sorts{ID: "a.id", Default: "name", Keys: []paging.Sort{
		{Key: "name", Expr: "lower(a.name)", Kind: paging.Text},
		{Key: "external_id", Expr: "coalesce(a.external_id, '')", Kind: paging.Text},
		{Key: "updated_at", Expr: "a.updated_at", Kind: paging.Time},
	}}
}

const mapped = `EXISTS (SELECT 1 FROM provider_accounts m WHERE m.crm_account_id = a.id AND m.state = 'mapped')`

const contracted = `EXISTS (SELECT 1 FROM billing_contracts b WHERE b.crm_account_id = a.id AND b.active)`

func (f Filter) where() (string, []any) {
	conds, args := []string{"true"}, []any{}
	if f.Search != "" {
		conds = append(conds, `lower(a.name || ' ' || coalesce(a.external_id,
			'') || ' ' || a.domain || ' ' || a.tenant_id) LIKE ?`)
		args = append(args, postgres.Contains(f.Search))
	}
	switch f.Mapped {
	case "yes":
		conds = append(conds, mapped)
	case "no":
		conds = append(conds, "NOT "+mapped)
	}
	switch f.Contract {
	case "yes":
		conds = append(conds, contracted)
	case "no":
		conds = append(conds, "NOT "+contracted)
	}
	return strings.Join(conds, " AND "), args
}

// List reads one page and the token of the next.
func List(ctx context.Context, db *gorm.DB, f Filter, r paging.Request) ([]Row, string, error) {
	where, args := f.where()
	behind, more := r.Where()
	args = append(append(args, more...), r.Limit())
	var rows []Row
	err := db.WithContext(ctx).Raw(`WITH page AS (
			SELECT `+columns+`, lower(a.name) AS lower_name, row_number() OVER (ORDER BY `+r.Order.SQL()+
		`) AS place FROM crm_accounts a
			WHERE `+where+` AND `+behind+` ORDER BY `+r.Order.SQL()+` LIMIT ?)
		SELECT page.*, coalesce(p.name, '') AS parent,
			(SELECT count(*) FROM provider_accounts m WHERE m.crm_account_id = page.id
			AND m.state = 'mapped') AS accounts,
			(SELECT count(*) FROM billing_contracts c WHERE c.crm_account_id = page.id AND c.active) AS contracts
		FROM page LEFT JOIN crm_accounts p ON p.id = page.parent_id ORDER BY page.place`, args...).Scan(&rows).Error
	if err != nil {
		return nil, "", fmt.Errorf("list crm accounts: %w", err)
	}
	return paging.Cut(r, rows, func(a Row) (any, uuid.UUID) { return a.sortKey(r.Order.Sort.Key), a.ID })
}

func (r Row) sortKey(key string) any {
	switch key {
	case "external_id":
		return r.ExternalID
	case "updated_at":
		return r.UpdatedAt
	}
	return r.LowerName
}

// Count is how many accounts a filter lets through.
func Count(ctx context.Context, db *gorm.DB, f Filter) (int, error) {
	where, args := f.where()
	var n int
	if err := db.WithContext(ctx).Raw(`SELECT count(*) FROM crm_accounts a WHERE `+where,
		args...).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("count crm accounts: %w", err)
	}
	return n, nil
}

// Each hands over every account of a filter in order, for the CSV; counts are left out.
func Each(ctx context.Context, db *gorm.DB, f Filter, o paging.Order, do func(Row) error) error {
	where, args := f.where()
	return postgres.Each(db.WithContext(ctx).Raw(`SELECT `+columns+`, coalesce(p.name, '') AS parent FROM crm_accounts a
		LEFT JOIN crm_accounts p ON p.id = a.parent_id WHERE `+where+` ORDER BY `+o.SQL(), args...), do)
}
