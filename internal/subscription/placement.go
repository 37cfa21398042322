package subscription

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
)

// Placements notes, as a JSON document for FollowBack, where the subscriptions of an
// account lie: customer and contract. It locks them until commit.
func Placements(ctx context.Context, tx *gorm.DB, accountID uuid.UUID) (string, error) {
	var doc string
	err := tx.WithContext(ctx).Raw(`SELECT coalesce(jsonb_agg(p), '[]')::text FROM (
			SELECT id, crm_account_id, contract_id, never_land, proposed_item_id, twin_hold
			FROM subscriptions WHERE account_id = ? AND crm_account_id IS NOT NULL
			ORDER BY id FOR UPDATE) p`, accountID).Row().Scan(&doc)
	if err != nil {
		return "", fmt.Errorf("note placements: %w", err)
	}
	return doc, nil
}

// FollowBack is FollowAccount for a decision that is undone: each subscription comes
// to lie where it lay before, as far as its contract still stands. What has changed
// hands or was held since for other reasons stays so. A signature that lapsed is not renewed.
func FollowBack(ctx context.Context, tx *gorm.DB, accountID uuid.UUID, placements string, o ledger.Origin,
	zone *time.Location) ([]uuid.UUID, error) {
	var rows []struct {
		ID uuid.UUID
		Local
	}
	err := tx.WithContext(ctx).Raw(`
		SELECT w.id, w.crm_account_id, w.contract_id, w.never_land, n.id AS proposed_item_id, w.twin_hold
		FROM jsonb_populate_recordset(null::subscriptions, ?::jsonb) w JOIN provider_accounts a ON a.id = ?
		AND a.crm_account_id = w.crm_account_id
		LEFT JOIN billing_contracts b ON b.id = w.contract_id AND b.active AND b.crm_account_id = w.crm_account_id
		LEFT JOIN price_list_items n ON n.id = w.proposed_item_id
		WHERE w.contract_id IS NULL OR b.id IS NOT NULL`, placements, accountID).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read placements: %w", err)
	}
	back := make(map[uuid.UUID]Local, len(rows))
	for _, r := range rows {
		back[r.ID] = r.Local
	}
	return followAccount(ctx, tx, following{accountID: accountID, origin: o, zone: zone, back: back})
}

// fillsBack are the prices of the contracts that subscriptions return to, by their number.
func fillsBack(ctx context.Context, tx *gorm.DB, f following, rows []Subscription) (map[int]item, error) {
	var asked []pricing
	for i, s := range rows {
		if was, known := f.back[s.ID]; known && was.ContractID.Valid {
			asked = append(asked, pricingOf(i, was.ContractID.UUID, s, clock.DateOf(f.origin.At, f.zone)))
		}
	}
	return itemsInForce(ctx, tx, asked)
}

// putBack restores people's side of a row as it was.
func putBack(s *Subscription, was Local) {
	was.NoTwin, was.CutoverHold, was.CopiedPrice = s.NoTwin, s.CutoverHold, s.CopiedPrice
	was.TwinHold = was.TwinHold && !was.NoTwin && s.State != Inactive
	s.Local = was
}
