package ledger

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
)

// Entry is a stored row, with what may change beside it.
type Entry struct {
	ID             uuid.UUID
	Seq            int64 // the order in which rows were recorded
	SubscriptionID uuid.UUID
	Event          Event
	Reason         Reason
	EffectiveAt    clock.Date
	RecordedAt     time.Time
	Delta          int
	QuantityAfter  int // the ledger quantity when the row was recorded
	Estimated      bool
	UnitCost       decimal.NullDecimal
	CostPeriod     string
	CostCurrency   string
	UnitPrice      decimal.NullDecimal
	PricePeriod    string
	Currency       string
	Details        string // JSON, empty when there are none
	Source         Source
	SyncRunID      uuid.NullUUID
	Actor          string
	Note           string
	OriginChangeID uuid.NullUUID
	Refund         bool
	ReplacesID     uuid.NullUUID
	PriceFrom      PriceFrom
	Counted        bool
	BillingState   BillingState
	InvoiceID      uuid.NullUUID
	Running        int // counted seats up to this row, in the order of effect
	Marks          int // how often its status was changed
}

const entryColumns = `c.id, c.seq, c.subscription_id, c.event, c.reason, c.effective_at, c.recorded_at, c.delta,
	c.quantity_after, c.estimated,
	c.unit_cost, c.cost_period, c.cost_currency, c.unit_price, c.price_period, c.currency, coalesce(c.details::text,
		'') AS details,
	c.source, c.sync_run_id, c.actor, c.note, c.origin_change_id, c.refund, c.replaces_id, c.price_from, st.counted,
		st.billing_state, st.invoice_id`

// Of reads the ledger of a subscription in the order of effect, with running sums
// over the counted rows.
func Of(ctx context.Context, db *gorm.DB, subscriptionID uuid.UUID) ([]Entry, error) {
	var rows []Entry
	err := db.WithContext(ctx).Raw(`
		SELECT `+entryColumns+`,
		       sum(CASE WHEN st.counted THEN c.delta ELSE 0 END) OVER (ORDER BY c.effective_at, c.seq) AS running,
		       (SELECT count(*) FROM license_change_marks m WHERE m.change_id = c.id) AS marks
		FROM license_changes c JOIN license_change_status st ON st.change_id = c.id
		WHERE c.subscription_id = ?
		ORDER BY c.effective_at, c.seq`, subscriptionID).Scan(&rows).Error
	return rows, err
}

// Moment is one change of a row's status.
type Moment struct {
	At         time.Time
	Actor      string
	Why        string
	OldCounted bool
	NewCounted bool
	OldState   BillingState
	NewState   BillingState
	OldInvoice uuid.NullUUID
	NewInvoice uuid.NullUUID
}

// Marks is the history of a row's status, oldest first.
func Marks(ctx context.Context, db *gorm.DB, changeID uuid.UUID) ([]Moment, error) {
	var rows []Moment
	err := db.WithContext(ctx).Raw(`SELECT at, actor, why, old_counted, new_counted, old_state, new_state, old_invoice,
		new_invoice
		FROM license_change_marks WHERE change_id = ? ORDER BY id`, changeID).Scan(&rows).Error
	return rows, err
}

// RowMoment is a moment of the row that it names.
type RowMoment struct {
	ChangeID uuid.UUID
	Moment
}

// MarksOf is the history of status of all rows of a subscription, newest first.
func MarksOf(ctx context.Context, db *gorm.DB, subscriptionID uuid.UUID) ([]RowMoment, error) {
	var rows []RowMoment
	err := db.WithContext(ctx).Raw(`SELECT m.change_id, m.at, m.actor, m.why, m.old_counted, m.new_counted, m.old_state,
		m.new_state, m.old_invoice, m.new_invoice
		FROM license_change_marks m JOIN license_changes c ON c.id = m.change_id WHERE c.subscription_id = ?
		ORDER BY m.id DESC`, subscriptionID).Scan(&rows).Error
	return rows, err
}

// Timelines reads the counted seats by day of some subscriptions.
func Timelines(ctx context.Context, db *gorm.DB, subscriptions []uuid.UUID) (map[uuid.UUID]Timeline, error) {
	lines := make(map[uuid.UUID]Timeline, len(subscriptions))
	if len(subscriptions) == 0 {
		return lines, nil
	}
	var rows []struct {
		SubscriptionID uuid.UUID
		On             clock.Date `gorm:"column:effective_at"`
		Delta          int
	}
	err := db.WithContext(ctx).Raw(`
		SELECT c.subscription_id, c.effective_at, sum(c.delta) AS delta
		FROM license_changes c JOIN license_change_status st ON st.change_id = c.id
		WHERE c.subscription_id IN (?) AND st.counted
		GROUP BY c.subscription_id, c.effective_at`, subscriptions).Scan(&rows).Error
	for _, r := range rows {
		lines[r.SubscriptionID] = append(lines[r.SubscriptionID], Point{On: r.On, Delta: r.Delta})
	}
	return lines, err
}
