package ledger

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
)

// beforeBilling is why a row dated before a contract's first billing day was archived.
const beforeBilling = "dated before the first day the contract bills"

// ReopenBefore opens again what ArchiveBefore archived, for subscriptions that leave
// their contract and were never billed: another contract may bill from another day (RULES 8).
func ReopenBefore(ctx context.Context, tx *gorm.DB, by audit.Actor, subscriptions []uuid.UUID) (int, error) {
	if len(subscriptions) == 0 {
		return 0, nil
	}
	var ids []uuid.UUID
	err := tx.WithContext(ctx).Raw(`
		SELECT c.id FROM license_changes c
		JOIN license_change_status st ON st.change_id = c.id
		JOIN subscriptions s ON s.id = c.subscription_id
		JOIN LATERAL (SELECT m.why, m.new_state FROM license_change_marks m WHERE m.change_id = c.id ORDER BY m.id DESC
		LIMIT 1) m ON true
		WHERE c.subscription_id IN (?) AND st.billing_state = 'archived' AND m.new_state = 'archived' AND m.why = ?
		AND s.billed_through IS NULL
		ORDER BY c.id`, subscriptions, beforeBilling).Scan(&ids).Error
	if err != nil {
		return 0, fmt.Errorf("rows to open again: %w", err)
	}
	open := Open
	return Mark{By: by, Why: "left the contract that bills from a later day", Billing: &open}.Apply(ctx, tx, ids)
}
