package cutover

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/cutover/pairing"
)

// Membership is where a subscription stands in a run.
type Membership struct {
	CutoverID    uuid.UUID `gorm:"column:cutover_id"`
	Name         string
	CRMAccountID uuid.UUID    `gorm:"column:crm_account_id"`
	Kind         pairing.Kind // what was decided about it; empty: nothing yet
	Ended        bool         // the run has ended
	IsNew        bool         // it is of the new provider
}

// MembershipOf finds the run that a subscription is part of: the open one of its provider,
// or else the one in which something was decided about it. False when there is none.
func MembershipOf(ctx context.Context, db *gorm.DB, subscriptionID uuid.UUID) (Membership, bool, error) {
	var found []Membership
	err := db.WithContext(ctx).Raw(`SELECT r.id AS cutover_id, r.name, s.crm_account_id, coalesce(p.kind, '') AS kind,
		r.state <> 'open' AS ended, s.provider_id = r.new_provider_id AS is_new
		FROM subscriptions s JOIN cutovers r ON s.provider_id IN (r.old_provider_id, r.new_provider_id)
		LEFT JOIN (cutover_pairs p JOIN cutover_customers c ON c.id = p.customer_id) ON c.cutover_id = r.id
		AND p.undone_at IS NULL AND s.id IN (p.old_subscription_id, p.new_subscription_id)
		WHERE s.id = ? AND s.crm_account_id IS NOT NULL
		AND (p.id IS NOT NULL OR r.state = 'open' AND s.state <> 'inactive'
		AND (s.provider_id = r.old_provider_id OR s.twin_hold OR s.cutover_hold))
		ORDER BY p.id IS NULL, r.created_at DESC LIMIT 1`, subscriptionID).Scan(&found).Error
	if err != nil {
		return Membership{}, false, fmt.Errorf("cut-over of subscription %s: %w", subscriptionID, err)
	}
	if len(found) == 0 {
		return Membership{}, false, nil
	}
	return found[0], true, nil
}
