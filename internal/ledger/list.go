package ledger

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/paging"
	"seatledger/internal/postgres"
)

// Filter narrows the list of all ledger rows. Empty fields do not narrow.
type Filter struct {
	Provider     uuid.NullUUID
	Subscription uuid.NullUUID
	Event        Event
	BillingState BillingState
	Counted      *bool
	Estimated    *bool
	From         clock.Date // first day of effect
	To           clock.Date // last day of effect
	Run          uuid.NullUUID
	Text         string // in product, part number, subscription id, person or note
}

// ListRow is one row of the list of changes and of its CSV.
type ListRow struct {
	ID             uuid.UUID
	Seq            int64
	SubscriptionID uuid.UUID
	ProviderID     uuid.UUID
	Provider       string
	ExternalID     string
	Product        string
	CRMAccount     string
	Event          Event
	Reason         Reason
	EffectiveAt    clock.Date
	RecordedAt     time.Time
	Delta          int
	QuantityAfter  int
	Counted        bool
	Estimated      bool
	UnitCost       decimal.NullDecimal
	CostPeriod     string
	CostCurrency   string
	UnitPrice      decimal.NullDecimal
	PricePeriod    string
	Currency       string
	Source         Source
	SyncRunID      uuid.NullUUID
	Actor          string
	Note           string
	BillingState   BillingState
	InvoiceID      uuid.NullUUID
	OriginChangeID uuid.NullUUID
	Refund         bool
	ReplacesID     uuid.NullUUID
	SetAside       bool
	ElsewhereUntil clock.Date
}

// Sorts is what the list may be sorted by: the order of recording, or of effect.
func Sorts() paging.Sorts {
	return paging.Sorts{ID: "c.id", Default: "-recorded_at", Keys: []paging.Sort{
		{Key: "recorded_at", Expr: "c.seq", Kind: paging.Integer},
		{Key: "effective_at", Expr: "c.effective_at", Kind: paging.Date},
	}}
}

// List reads one page of the rows that a filter lets through, and the token of the next page.
func List(ctx context.Context, db *gorm.DB, f Filter, r paging.Request) ([]ListRow, string, error) {
	var rows []ListRow
	where, args := r.Where()
	err := list(ctx, db, f).Where(where, args...).Order(r.Order.SQL()).Limit(r.Limit()).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return paging.Cut(r, rows, func(row ListRow) (any, uuid.UUID) {
		if r.Order.Sort.Key == "effective_at" {
			return row.EffectiveAt, row.ID
		}
		return row.Seq, row.ID
	})
}

// Each reads all rows that a filter lets through, one by one, for the CSV.
func Each(ctx context.Context, db *gorm.DB, f Filter, o paging.Order, do func(ListRow) error) error {
	q := list(ctx, db, f).Order(o.SQL())
	return postgres.Each(q, do)
}

func list(ctx context.Context, db *gorm.DB, f Filter) *gorm.DB {
	q := db.WithContext(ctx).Table("license_changes c").
		Joins("JOIN license_change_status st ON st.change_id = c.id").
		Joins("JOIN subscriptions s ON s.id = c.subscription_id").
		Joins("JOIN providers p ON p.id = s.provider_id").
		Joins("LEFT JOIN crm_accounts a ON a.id = s.crm_account_id").
		Select(`c.id, c.seq, c.subscription_id, s.provider_id, p.name AS provider, s.external_id,
			s.product_name AS product, a.name AS crm_account,
			c.event, c.reason, c.effective_at, c.recorded_at, c.delta, c.quantity_after, st.counted, c.estimated,
				c.unit_cost, c.cost_period,
			c.cost_currency, c.unit_price, c.price_period, c.currency, c.source, c.sync_run_id, c.actor, c.note,
				st.billing_state, st.invoice_id, c.origin_change_id,
			c.refund, c.replaces_id, NOT st.counted AS set_aside, (SELECT e.until FROM billed_elsewhere e
			WHERE e.change_id = c.id) AS elsewhere_until`)
	return f.narrow(q)
}

func (f Filter) narrow(q *gorm.DB) *gorm.DB {
	if f.Provider.Valid {
		q = q.Where("s.provider_id = ?", f.Provider.UUID)
	}
	if f.Subscription.Valid {
		q = q.Where("c.subscription_id = ?", f.Subscription.UUID)
	}
	if f.Run.Valid {
		q = q.Where("c.sync_run_id = ?", f.Run.UUID)
	}
	if !f.From.IsZero() {
		q = q.Where("c.effective_at >= ?", f.From)
	}
	if !f.To.IsZero() {
		q = q.Where("c.effective_at <= ?", f.To)
	}
	if f.Event != "" {
		q = q.Where("c.event = ?", f.Event)
	}
	if f.BillingState != "" {
		q = q.Where("st.billing_state = ?", f.BillingState)
	}
	if f.Counted != nil {
		q = q.Where("st.counted = ?", *f.Counted)
	}
	if f.Estimated != nil {
		q = q.Where("c.estimated = ?", *f.Estimated)
	}
	if f.Text != "" {
		like := postgres.Contains(f.Text)
		q = q.Where("(lower(s.product_name || ' ' || s.part_number || ' ' || s.external_id) LIKE ? OR lower(c.actor) "+
			"LIKE ? OR lower(c.note) LIKE ?)", like, like, like)
	}
	return q
}
