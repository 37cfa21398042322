// Package list reads the list of subscriptions, its file, its filters and counts, and what a
// person may choose from on a page of one. It changes nothing.
package list

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/money"
	"seatledger/internal/paging"
	"seatledger/internal/subscription"
)

// Row is one row of the list of subscriptions and of its CSV. Names are empty
// where there is nothing; what is not known is unset, never 0.
type Row struct {
	ID                uuid.UUID
	ProviderID        uuid.UUID
	Provider          string
	ExternalID        string
	AccountID         uuid.UUID
	AccountExternalID string
	Account           string
	CRMAccountID      uuid.NullUUID
	CRMAccount        string
	ContractID        uuid.NullUUID
	Contract          string

	Vendor               string
	VendorSubscriptionID string
	ContractNo           string
	Kind                 distributor.Kind
	Product              string
	PartNumber           string
	SKU                  string
	Quantity             int
	UnitCost             decimal.NullDecimal
	CostPeriod           money.Period
	CostCurrency         string
	CostCurrencyAssumed  bool
	CostPeriodAssumed    bool
	UnitPrice            decimal.NullDecimal
	PricePeriod          money.Period
	Currency             string
	PriceByPerson        bool
	Frequency            distributor.Frequency
	FrequencyText        string
	Term                 distributor.Term
	TermText             string
	TermStart            clock.Date
	Start                clock.Date
	End                  clock.Date
	Status               distributor.Status // our word for the distributor's state
	StatusText           string             // the word as received

	State            subscription.State
	HoldReason       subscription.HoldReason
	Moved            bool // held because it moved to an account that is mapped
	DeactivatedBy    subscription.DeactivatedBy
	DeactivatedOn    clock.Date
	BillableQuantity int
	LedgerQuantity   int
	BilledThrough    clock.Date
	Review           string // fail, warn, ok, signed, or empty
	Fingerprint      string // of what a signature would stand for
	SignedBy         string // who signed, while that stands
	SignedAt         *time.Time
	FirstSeenAt      time.Time
	Checks           string // codes of the failing and warning findings, blank-separated
	AtEnd            distributor.AtEnd
	AutoRenew        distributor.YesNo
	EndsOn           clock.Date // first day without seats of an end that is certain
	StartText        string     // as received, where a date was given that cannot be read
	EndText          string

	sortText string // the sort key as the database has it
}

const listColumns = `s.id, s.provider_id, p.name, s.external_id, s.account_id, a.external_id, a.name, s.crm_account_id,
	coalesce(c.name, ''),
	s.contract_id, coalesce(b.name, ''), s.vendor, s.vendor_subscription_id, s.contract_no, s.kind, s.product_name,
		s.part_number, s.sku, s.quantity,
	s.unit_cost, s.cost_period, s.cost_currency, s.cost_currency_assumed, s.cost_period_assumed, s.unit_price,
		s.price_period, s.currency, s.price_by_person,
	s.billing_frequency, s.billing_frequency_text, s.term, s.term_text, s.term_start, s.start_date, s.end_date,
		s.provider_status, s.provider_status_text,
	s.state, coalesce(s.hold_reason, ''), coalesce(s.deactivated_by, ''), s.deactivated_on, s.billable_quantity,
		s.ledger_quantity, s.billed_through,
	coalesce(s.hold_reason = 'unmapped'
	AND a.state = 'mapped', false), coalesce(s.review, ''), coalesce(v.fingerprint, ''), coalesce(g.signed_by, ''),
		g.signed_at, s.first_seen_at,
	coalesce((SELECT string_agg(DISTINCT k->>'code', ' ') FROM jsonb_array_elements(v.checks) k
	WHERE k->>'verdict' IN ('fail', 'warn')), ''),
	s.at_end, s.auto_renew, s.ends_on, s.start_text, s.end_text`

// scan reads listColumns and the sort key. It is written out because a file of
// 100,000 rows spends most of its time here.
func (r *Row) scan(rows *sql.Rows) error {
	return rows.Scan(&r.ID, &r.ProviderID, &r.Provider, &r.ExternalID, &r.AccountID, &r.AccountExternalID, &r.Account,
		&r.CRMAccountID, &r.CRMAccount,
		&r.ContractID, &r.Contract, &r.Vendor, &r.VendorSubscriptionID, &r.ContractNo, &r.Kind, &r.Product,
		&r.PartNumber, &r.SKU, &r.Quantity,
		&r.UnitCost, &r.CostPeriod, &r.CostCurrency, &r.CostCurrencyAssumed, &r.CostPeriodAssumed, &r.UnitPrice,
		&r.PricePeriod, &r.Currency, &r.PriceByPerson,
		&r.Frequency, &r.FrequencyText, &r.Term, &r.TermText, &r.TermStart, &r.Start, &r.End, &r.Status, &r.StatusText,
		&r.State, &r.HoldReason, &r.DeactivatedBy, &r.DeactivatedOn, &r.BillableQuantity, &r.LedgerQuantity,
		&r.BilledThrough,
		&r.Moved, &r.Review, &r.Fingerprint, &r.SignedBy, &r.SignedAt, &r.FirstSeenAt,
		&r.Checks, &r.AtEnd, &r.AutoRenew, &r.EndsOn, &r.StartText, &r.EndText, &r.sortText)
}

const listJoins = `
	JOIN providers p ON p.id = s.provider_id
	JOIN provider_accounts a ON a.id = s.account_id
	LEFT JOIN crm_accounts c ON c.id = s.crm_account_id
	LEFT JOIN billing_contracts b ON b.id = s.contract_id
	LEFT JOIN subscription_reviews v ON v.subscription_id = s.id
	LEFT JOIN sign_offs g ON g.subscription_id = s.id AND g.lapsed_at IS NULL`

// Sorts is what the list may be sorted by; an index stands behind each key.
func Sorts() paging.Sorts {
	return paging.Sorts{ID: "s.id", Default: "product", Keys: []paging.Sort{
		{Key: "product", Expr: "lower(s.product_name)", Kind: paging.Text},
		{Key: "external_id", Expr: "s.external_id", Kind: paging.Text},
		{Key: "quantity", Expr: "s.quantity", Kind: paging.Integer},
		{Key: "end_date", Expr: "coalesce(s.end_date, 'infinity')", Kind: paging.Date},
	}}
}

// Page reads one page of the subscriptions that a filter lets through, and the token of the next page.
func Page(ctx context.Context, db *gorm.DB, f Filter, r paging.Request) ([]Row, string, error) {
	var page []Row
	err := each(ctx, db, pageOf(f, r), func(row Row) error {
		page = append(page, row)
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	return paging.Cut(r, page, func(row Row) (any, uuid.UUID) { return row.sortText, row.ID })
}

// Each hands over every subscription of a filter in order, one at a time, for the CSV.
func Each(ctx context.Context, db *gorm.DB, f Filter, o paging.Order, do func(Row) error) error {
	where, args := f.where()
	return each(ctx, db, listing{where: where, order: o, args: args}, do)
}

type listing struct {
	where string
	order paging.Order
	rest  string
	args  []any
}

func pageOf(f Filter, r paging.Request) listing {
	where, args := f.where()
	behind, more := r.Where()
	return listing{where: where + " AND " + behind, order: r.Order, rest: " LIMIT ?",
		args: append(append(args, more...), r.Limit())}
}

func (l listing) sql() string {
	return "SELECT " + listColumns + ", (" + l.order.Sort.Expr + ")::text FROM subscriptions s" + listJoins +
		" WHERE " + l.where + " ORDER BY " + l.order.SQL() + l.rest
}

func each(ctx context.Context, db *gorm.DB, l listing, do func(Row) error) error {
	rows, err := db.WithContext(ctx).Raw(l.sql(), l.args...).Rows()
	if err != nil {
		return fmt.Errorf("list subscriptions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var row Row
		if err := row.scan(rows); err != nil {
			return fmt.Errorf("list subscriptions: %w", err)
		}
		if err := do(row); err != nil {
			return err
		}
	}
	return rows.Err()
}
