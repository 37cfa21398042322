// Package review checks whether customer, billing contract and pricing of a
// subscription are right, keeps the standing verdict, and keeps the signatures
// that people put under it (RULES 7). It knows no screen and bills nothing.
package review

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// Reviewer judges subscriptions on the billing day of its clock and zone.
type Reviewer struct {
	Clock clock.Clock
	Zone  *time.Location
	// Refreshed is told of what was judged again, in the same transaction; may be nil.
	Refreshed func(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) error
}

const atOnce = 500 // subscriptions judged by one query

// Refresh judges subscriptions anew in the transaction that changed something a
// verdict reads, and lapses signatures whose ground has changed. Their rows are
// locked first: whoever else judges one of them waits and then sees this change.
// What stays as it was is not written.
func (r Reviewer) Refresh(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) error {
	ids, err := withTwins(ctx, tx, ids)
	if err != nil {
		return err
	}
	if err := lock(ctx, tx, ids); err != nil {
		return err
	}
	for batch := range slices.Chunk(ids, atOnce) {
		found, err := r.assess(ctx, tx, batch)
		if err != nil {
			return err
		}
		if err := r.write(ctx, tx, found); err != nil {
			return err
		}
	}
	if r.Refreshed == nil || len(ids) == 0 {
		return nil
	}
	return r.Refreshed(ctx, tx, ids)
}

// withTwins adds the subscriptions whose verdict speaks of these, or will: those of the
// same product and customer, and those with the same vendor's id.
func withTwins(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) ([]uuid.UUID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var all []uuid.UUID
	err := tx.WithContext(ctx).Raw(`
		SELECT unnest(CAST(@ids AS uuid[]))
		UNION SELECT subscription_id FROM subscription_reviews WHERE twin_id = ANY (CAST(@ids AS uuid[]))
		UNION SELECT o.id FROM subscriptions s JOIN subscriptions o ON o.provider_id = s.provider_id
		AND o.vendor_subscription_id = s.vendor_subscription_id
			AND o.vendor_subscription_id <> '' AND o.id <> s.id AND o.state <> 'inactive'
		WHERE s.id = ANY (CAST(@ids AS uuid[]))
		UNION SELECT o.id FROM subscriptions s JOIN subscriptions o ON o.crm_account_id = s.crm_account_id
		AND o.id <> s.id
			AND o.state <> 'inactive' AND (o.product_id = s.product_id OR s.sku <> '' AND o.sku = s.sku)
		WHERE s.id = ANY (CAST(@ids AS uuid[]))
		ORDER BY 1`, map[string]any{"ids": postgres.IDs(ids)}).Scan(&all).Error
	return all, err
}

// lock holds subscriptions until commit, always in the order of their ids, so that
// two who want several of them rarely wait for each other in a circle.
func lock(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	return tx.WithContext(ctx).Exec(`SELECT FROM subscriptions WHERE id = ANY (?::uuid[])
		ORDER BY id FOR NO KEY UPDATE`, postgres.IDs(ids)).Error
}

// Sweep judges all subscriptions anew, for what depends on the date alone and for
// names that were reworded. It only looks, and locks and writes where the verdict
// differs, so that it costs nothing to do it twice.
func (r Reviewer) Sweep(ctx context.Context, db *postgres.DB) error {
	after := uuid.Nil
	for {
		var ids []uuid.UUID
		err := db.Read(ctx).Raw(`SELECT id FROM subscriptions WHERE id > ? ORDER BY id LIMIT ?`, after,
			atOnce).Scan(&ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		found, err := r.assess(ctx, db.Read(ctx), ids)
		if err != nil {
			return err
		}
		if err := r.again(ctx, db, found); err != nil {
			return err
		}
		after = ids[len(ids)-1]
	}
}

func (r Reviewer) again(ctx context.Context, db *postgres.DB, found []assessment) error {
	var ids []uuid.UUID
	for _, a := range found {
		if a.differs() {
			ids = append(ids, a.id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return db.InTx(ctx, func(tx *gorm.DB) error { return r.Refresh(ctx, tx, ids) })
}
