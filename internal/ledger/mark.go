package ledger

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Mark says what of some rows' status is to change, by whom and why. What is nil
// stays. Each change leaves a row in license_change_marks, made by the database.
type Mark struct {
	By      audit.Actor
	Why     string
	Counted *bool
	Billing *BillingState
	Invoice *uuid.NullUUID
}

// Apply marks rows; those that already stand so are not touched. It tells how many
// changed. Setting rows aside changes the ledger quantity: the transaction must
// bring it back to the billable quantity before it commits.
func (m Mark) Apply(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) (int, error) {
	if m.Why == "" || m.By.Name == "" {
		return 0, errs.New(errs.Internal, "A mark on the ledger needs who and why.")
	}
	if len(ids) == 0 {
		return 0, nil
	}
	if err := announce(ctx, tx, m.By, m.Why); err != nil {
		return 0, err
	}
	set := tx.WithContext(ctx).Exec(`
		UPDATE license_change_status st
		SET counted = n.counted, billing_state = n.billing_state, invoice_id = n.invoice_id
		FROM (SELECT change_id, coalesce(?, counted) AS counted, coalesce(?, billing_state) AS billing_state,
		             CASE WHEN ? THEN ?::uuid ELSE invoice_id END AS invoice_id
		      FROM license_change_status WHERE change_id = ANY (CAST(? AS uuid[])) ORDER BY change_id FOR UPDATE) n
		WHERE st.change_id = n.change_id
		  AND (st.counted, st.billing_state, st.invoice_id) IS DISTINCT
		FROM (n.counted, n.billing_state, n.invoice_id)`,
		m.Counted, m.Billing, m.Invoice != nil, m.Invoice, postgres.IDs(ids))
	if set.Error != nil {
		return 0, fmt.Errorf("mark ledger rows: %w", set.Error)
	}
	return int(set.RowsAffected), nil
}

// announce tells the database, for this transaction, who marks and why.
func announce(ctx context.Context, tx *gorm.DB, by audit.Actor, why string) error {
	id := ""
	if by.IsPerson() {
		id = by.ID.String()
	}
	return tx.WithContext(ctx).Exec(`SELECT set_config('seatledger.actor', ?, true), set_config('seatledger.actor_id',
		?, true),
		set_config('seatledger.why', ?, true)`, by.Name, id, why).Error
}

// ArchiveBefore archives the open rows of subscriptions that are dated before their
// contract's first billing day and were never billed (RULES 8).
func ArchiveBefore(ctx context.Context, tx *gorm.DB, by audit.Actor, subscriptions []uuid.UUID) (int, error) {
	if len(subscriptions) == 0 {
		return 0, nil
	}
	var ids []uuid.UUID
	err := tx.WithContext(ctx).Raw(`
		SELECT c.id FROM license_changes c
		JOIN license_change_status st ON st.change_id = c.id
		JOIN subscriptions s ON s.id = c.subscription_id
		JOIN billing_contracts b ON b.id = s.contract_id
		WHERE c.subscription_id IN (?) AND st.billing_state = 'open' AND c.effective_at < b.bill_from
		AND s.billed_through IS NULL
		ORDER BY c.id`, subscriptions).Scan(&ids).Error
	if err != nil {
		return 0, fmt.Errorf("rows before billing: %w", err)
	}
	archived := Archived
	return Mark{By: by, Why: beforeBilling, Billing: &archived}.Apply(ctx, tx, ids)
}
