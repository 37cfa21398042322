package mapping

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// Impact is what unmapping, remapping or excluding an account concerns (RULES 6).
type Impact struct {
	Subscriptions int // with a customer
	Signed        int
	Seats         int       // active ones
	OnInvoices    int       // live ones of ours
	Elsewhere     int       // with rows that another system has billed
	Contracts     []string  `gorm:"-"`
	Monthly       []Monthly `gorm:"-"`
}

// Monthly is what the account's active subscriptions come to per month, by currency.
type Monthly struct {
	Currency string
	Amount   decimal.Decimal
}

// ImpactOf counts what a change of an account's mapping would take apart.
func ImpactOf(ctx context.Context, db *gorm.DB, accountID uuid.UUID) (Impact, error) {
	var i Impact
	err := db.WithContext(ctx).Raw(`
		SELECT count(*) FILTER (WHERE s.crm_account_id IS NOT NULL) AS subscriptions,
			count(*) FILTER (WHERE s.review = 'signed') AS signed,
			coalesce(sum(s.billable_quantity) FILTER (WHERE s.state = 'active'), 0) AS seats,
			count(*) FILTER (WHERE `+onInvoice+`) AS on_invoices, count(*) FILTER (WHERE `+onOtherBill+`) AS elsewhere
		FROM subscriptions s WHERE s.account_id = ?`, accountID).Scan(&i).Error
	if err != nil {
		return i, err
	}
	err = db.WithContext(ctx).Raw(`SELECT DISTINCT c.name FROM subscriptions s
		JOIN billing_contracts c ON c.id = s.contract_id WHERE s.account_id = ?
		ORDER BY 1`, accountID).Scan(&i.Contracts).Error
	if err != nil {
		return i, err
	}
	err = db.WithContext(ctx).Raw(`
		SELECT currency, sum(unit_price * billable_quantity / CASE price_period WHEN 'quarter' THEN 3 WHEN 'year'
		THEN 12 WHEN 'three_years' THEN 36 ELSE 1 END) AS amount
		FROM subscriptions WHERE account_id = ? AND state = 'active' AND unit_price IS NOT NULL
		AND price_period NOT IN ('', 'once')
		GROUP BY currency ORDER BY currency`, accountID).Scan(&i.Monthly).Error
	return i, err
}
