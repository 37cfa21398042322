package retire

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

// Return is a person's decision that a subscription goes on.
type Return struct {
	ID      uuid.UUID
	Version int
	On      clock.Date // first day with seats again; zero: today, or the day it ended if that lies ahead
	Note    string
}

// Activate takes a deactivation back that was decided here. Seats whose days were
// billed already and never credited are not billed for those days again.
func (s Service) Activate(ctx context.Context, by audit.Actor, r Return) error {
	if len(r.Note) > longestNote {
		return errs.Fields{"note": fmt.Sprintf("The note is longer than %d characters.", longestNote)}.Err()
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		was, err := subscription.Lock(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if s.Reopening != nil {
			if err := s.Reopening(ctx, tx, r.ID); err != nil {
				return err
			}
		}
		if was.Frozen() {
			return errs.Newf(errs.Conflict, "%s was frozen by a cut-over, and its days from %s on belong to the new provider's subscription. Take the step back in the cut-over instead; nothing was changed.", called(was), was.FrozenFrom)
		}
		on := r.On
		if on.IsZero() {
			on = s.Today()
			if was.DeactivatedOn.After(on) {
				on = was.DeactivatedOn
			}
		}
		paid, err := AlreadyPaid(ctx, tx, was, on)
		if err != nil {
			return err
		}
		back := subscription.Return{On: on, Note: r.Note}
		if paid {
			back.Billing = ledger.Archived
		}
		now, err := subscription.Activate(ctx, tx, s.act(by, r.ID, r.Version), back)
		if err != nil {
			return err
		}
		if err := s.Reviews.Refresh(ctx, tx, []uuid.UUID{r.ID}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "subscription.activated", ObjectType: "subscription", ObjectID: r.ID.String(), ObjectName: called(was),
			Before: map[string]any{"state": was.State, "seats": 0},
			After:  map[string]any{"state": now.State, "seats": now.LedgerQuantity, "effective_at": on.String(), "billed_already": paid, "note": r.Note}})
	})
}

// AlreadyPaid tells whether the days from on to where billing stands were billed
// before the subscription was closed without refund: the same seats, and no invoice since.
func AlreadyPaid(ctx context.Context, db *gorm.DB, s subscription.Subscription, on clock.Date) (bool, error) {
	if s.BilledThrough.IsZero() || !on.Before(s.BilledThrough) {
		return false, nil
	}
	var paid bool
	err := db.WithContext(ctx).Raw(`
		SELECT coalesce((
			SELECT st.billing_state = 'archived' AND c.delta = -CAST(@seats AS integer) AND NOT EXISTS (
				SELECT FROM invoice_coverage v JOIN invoices i ON i.id = v.invoice_id AND i.state <> 'void'
				WHERE v.subscription_id = c.subscription_id AND i.drafted_at >= c.recorded_at)
			FROM license_changes c JOIN license_change_status st ON st.change_id = c.id
			WHERE c.subscription_id = @id AND c.event = 'deactivate' AND st.counted ORDER BY c.seq DESC LIMIT 1), false)`,
		map[string]any{"id": s.ID, "seats": s.Quantity}).Row().Scan(&paid)
	if err != nil {
		return false, fmt.Errorf("what was paid of %s: %w", s.ID, err)
	}
	return paid, nil
}
