package list

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
)

// DatedPrice is a price row of a subscription, counted or set aside.
type DatedPrice struct {
	ChangeID         uuid.UUID
	Product          string // that it is for; empty: any
	PartNumber       string
	Term             string
	BillingFrequency string
	EffectiveOn      clock.Date
	RecordedAt       time.Time
	UnitPrice        decimal.NullDecimal
	PricePeriod      money.Period
	Currency         string
	PriceFrom        ledger.PriceFrom
	SetAside         bool
	Actor            string
	Note             string
	AsideBy          string
	AsideWhy         string
}

// Why is the note, and of a row set aside also who did that and why.
func (p DatedPrice) Why() string {
	switch {
	case !p.SetAside || p.AsideBy == "":
		return p.Note
	case p.Note == "":
		return fmt.Sprintf("set aside by %s: %s", p.AsideBy, p.AsideWhy)
	}
	return fmt.Sprintf("%s; set aside by %s: %s", p.Note, p.AsideBy, p.AsideWhy)
}

// DatedPrices reads all price rows of a subscription in the order of effect.
func DatedPrices(ctx context.Context, db *gorm.DB, id uuid.UUID) ([]DatedPrice, error) {
	var rows []DatedPrice
	err := db.WithContext(ctx).Raw(`
		SELECT c.id AS change_id, coalesce(p.name, '') AS product, coalesce(p.part_number, '') AS part_number, c.term,
			c.billing_frequency,
		       c.effective_at AS effective_on, c.recorded_at, c.unit_price, c.price_period, c.currency, c.price_from,
		       NOT st.counted AS set_aside, c.actor, c.note, coalesce(m.actor, '') AS aside_by, coalesce(m.why,
			'') AS aside_why
		FROM license_changes c
		JOIN license_change_status st ON st.change_id = c.id
		LEFT JOIN products p ON p.id = c.product_id
		LEFT JOIN LATERAL (SELECT actor, why FROM license_change_marks
			WHERE change_id = c.id AND old_counted AND NOT new_counted ORDER BY id DESC LIMIT 1) m ON NOT st.counted
		WHERE c.subscription_id = ? AND c.event = 'price' ORDER BY c.effective_at, c.seq`, id).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("prices of subscription %s: %w", id, err)
	}
	return rows, nil
}
