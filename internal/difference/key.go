package difference

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Match says which subscription of ours the lines of a difference are about, named by the distributor's id. It holds
// for this bill and for those to come, until it is forgotten, and the bill is compared again.
func (s Service) Match(ctx context.Context, by audit.Actor, step Step, external string) error {
	external = strings.TrimSpace(external)
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		r, err := lock(ctx, tx, step.ID, step.Version)
		if err != nil {
			return err
		}
		var ids []uuid.UUID
		err = tx.Raw(`SELECT id FROM subscriptions WHERE supplier_id(external_id) = supplier_id(?)
			AND (provider_id = CAST(? AS uuid) OR CAST(? AS uuid) IS NULL)`, external, r.ProviderID,
			r.ProviderID).Scan(&ids).Error
		switch {
		case err != nil:
			return fmt.Errorf("subscription %s: %w", external, err)
		case external == "" || len(ids) == 0:
			return errs.Fields{"subscription": "There is no subscription of this provider with that id. Copy it from the list."}.Err()
		case len(ids) > 1:
			return errs.Fields{"subscription": "Several subscriptions bear that id, and the bill names no provider."}.Err()
		}
		if _, err := s.forgetKeys(tx, by, r); err != nil {
			return err
		}
		kept := tx.Exec(`INSERT INTO supplier_keys (id, provider_id, key, subscription_id, at, actor)
			SELECT gen_random_uuid(), CAST(? AS uuid), k.key, ?, ?, ? FROM (`+keysOf+`) k`,
			r.ProviderID, ids[0], s.Clock.Now(), by.Name, r.ID)
		if kept.Error != nil {
			return fmt.Errorf("remember a match: %w", kept.Error)
		}
		if kept.RowsAffected == 0 {
			return errs.New(errs.Conflict,
				"The bill has no line about this, so there is nothing to match. Nothing was changed.")
		}
		return s.matched(ctx, tx, by, r, "matched", external)
	})
}

// keysOf are what the bill calls the lines of a difference.
const keysOf = `SELECT DISTINCT supplier_key(l.subscription_external_id, l.vendor_subscription_id, l.order_id,
	l.customer_external_id, l.customer, l.part_number) AS key FROM difference_lines x JOIN supplier_bill_lines l ON
		l.id = x.line_id
	WHERE x.difference_id = ?`

// Forget takes back what a person said about which subscription is meant.
func (s Service) Forget(ctx context.Context, by audit.Actor, step Step) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		r, err := lock(ctx, tx, step.ID, step.Version)
		if err != nil {
			return err
		}
		n, err := s.forgetKeys(tx, by, r)
		if err == nil && n == 0 {
			err = errs.New(errs.Conflict,
				"No person has said which subscription is meant, so there is nothing to take back.")
		}
		if err != nil {
			return err
		}
		return s.matched(ctx, tx, by, r, "match_forgotten", "")
	})
}

func (s Service) forgetKeys(tx *gorm.DB, by audit.Actor, r Row) (int64, error) {
	done := tx.Exec(`UPDATE supplier_keys SET undone_at = ?, undone_by = ? WHERE undone_at IS NULL
		AND provider_id IS NOT DISTINCT FROM CAST(? AS uuid) AND key IN (`+keysOf+`)`, s.Clock.Now(), by.Name,
		r.ProviderID, r.ID)
	if done.Error != nil {
		return 0, fmt.Errorf("forget a match: %w", done.Error)
	}
	return done.RowsAffected, nil
}

// matched has the bill compared again and leaves the trail.
func (s Service) matched(ctx context.Context, tx *gorm.DB, by audit.Actor, r Row, what, external string) error {
	if err := s.ask(ctx, tx, r.BillID); err != nil {
		return err
	}
	return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "difference." + what, ObjectType: "difference",
		ObjectID: r.ID.String(), ObjectName: r.Customer + ", " + r.Name(),
		Before: map[string]string{"subscription": r.ExternalID},
		After:  map[string]string{"subscription": external}})
}
