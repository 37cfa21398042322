package syncing

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/subscription"
	"seatledger/internal/syncing/guard"
)

// standing is each subscription of a provider that a plan leaves alive, with the vendor's id that it then bears; one
// run's plan is looked through, or none.
const standing = `WITH stand AS (
	SELECT s.id, s.external_id, s.account_id, s.state, s.no_twin, s.twin_hold, s.first_seen_at,
		coalesce(s.start_date, 'infinity') AS start, coalesce(r.vendor_id, s.vendor_subscription_id) AS vendor_id
	FROM subscriptions s LEFT JOIN sync_plan_rows r ON r.run_id = @run AND r.subject_id = s.id AND r.state = 'planned'
		AND NOT r.kinds && '{gone}'
	WHERE s.provider_id = @provider AND NOT coalesce(r.kinds && '{ended}', false)
	AND (s.state <> 'inactive' OR coalesce(r.kinds && '{back}', false))
	AND NOT EXISTS (SELECT FROM sync_plan_rows g WHERE g.run_id = @run AND g.subject_id = s.id AND g.state = 'planned'
		AND g.kinds && '{gone}'))`

// laterTwins are those that bear the vendor's id of an earlier one, and of which nobody has said that it is none.
const laterTwins = `stand b WHERE b.vendor_id <> '' AND NOT b.no_twin AND NOT b.twin_hold
	AND EXISTS (SELECT FROM stand a WHERE a.vendor_id = b.vendor_id AND a.id <> b.id
		AND (a.first_seen_at, a.start, a.external_id) < (b.first_seen_at, b.start, b.external_id))`

// markTwins marks, before anything is written, what would be held because it would bear the vendor's id of an earlier
// one: also where only the other changes.
func (w *worker) markTwins(ctx context.Context) error {
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		var held []struct {
			ID, ExternalID, Account, AccountName, Name, VendorID string
			Seats                                                int
		}
		err := tx.Raw(standing+` SELECT b.id, b.external_id, o.external_id AS account, o.name AS account_name,
				coalesce(nullif(s.product_name, ''), b.external_id) AS name, b.vendor_id, s.billable_quantity AS seats
			FROM (SELECT b.* FROM `+laterTwins+`) b JOIN subscriptions s ON s.id = b.id
			JOIN provider_accounts o ON o.id = b.account_id ORDER BY b.external_id`,
			w.ofPlan(w.run.ID)).Scan(&held).Error
		if err != nil {
			return err
		}
		for _, h := range held {
			marked := tx.Exec(`UPDATE sync_plan_rows SET kinds = kinds || '{twin}', why = ? WHERE run_id = ?
				AND subject_id = ? AND state = 'planned'`, heldAsTwin(h.VendorID), w.run.ID, h.ID)
			if marked.Error != nil || marked.RowsAffected > 0 {
				err = marked.Error
			} else {
				err = w.keepRow(tx, h.Account, h.AccountName, guard.Row{ExternalID: h.ExternalID, VendorID: h.VendorID,
					SubjectID: uuid.NullUUID{UUID: uuid.MustParse(h.ID), Valid: true}, Name: h.Name,
					Kinds: []guard.Kind{guard.Twin}, Words: "held", SeatsBefore: h.Seats, SeatsAfter: h.Seats},
					RowPlanned, heldAsTwin(h.VendorID))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func heldAsTwin(vendorID string) string {
	return "An earlier one bears the vendor's id " + vendorID + " too. It is held until a person decides."
}

func (w *worker) ofPlan(run uuid.UUID) map[string]any {
	return map[string]any{"run": run, "provider": w.provider.ID}
}

// holdTwins holds, when all is written, each later one of two with the same vendor's id, in whatever order their
// accounts were read (RULES 3).
func (w *worker) holdTwins(ctx context.Context, planRun uuid.UUID) error {
	var ids []uuid.UUID
	err := w.s.DB.Read(ctx).Raw(standing+` SELECT b.id FROM `+laterTwins+` ORDER BY b.id`, w.ofPlan(uuid.Nil)).
		Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return err
	}
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		touched, err := subscription.HoldAsTwins(ctx, tx, ids, w.origin())
		if err != nil {
			return err
		}
		err = tx.Exec(`UPDATE sync_plan_rows SET state = 'applied' WHERE run_id = ? AND state = 'planned'
			AND kinds = '{twin}'`, planRun).Error
		if err != nil {
			return err
		}
		return w.s.Reviews.Refresh(ctx, tx, touched)
	})
}
