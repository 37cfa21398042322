package invoice

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// Creditable is a line that a credit may take, with what is left of it.
type Creditable struct {
	ID             uuid.UUID
	SubscriptionID uuid.UUID // nil: of a typed line
	Amount         decimal.Decimal
	Left           decimal.Decimal
	Again          bool // it was credited to be billed again already
}

// CreditableLines are the lines of an invoice in their order, with what credits have left of each.
func CreditableLines(ctx context.Context, db *gorm.DB, invoice uuid.UUID) ([]Creditable, error) {
	var all []Creditable
	err := db.WithContext(ctx).Raw(`
		SELECT l.id, l.subscription_id, l.amount, l.amount + coalesce((SELECT sum(c.amount) FROM invoice_lines c
		WHERE c.credits_line_id = l.id AND c.live), 0) AS "left",
		       EXISTS (SELECT FROM invoice_lines c WHERE c.credits_line_id = l.id AND c.live AND c.again) AS again
		FROM invoice_lines l WHERE l.invoice_id = ? ORDER BY l.position`, invoice).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("lines to credit of invoice %s: %w", invoice, err)
	}
	return all, nil
}
