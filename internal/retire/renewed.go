package retire

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
)

// Renewed says that a subscription goes on under another id: the old one ends on the
// day the new one starts, with the refund that its contract gives (RULES 3). It gives
// the old one's id, whichever of the two was named. errs.Conflict where the new one does
// not begin where the old one ends.
func (s Service) Renewed(ctx context.Context, by audit.Actor, id, other uuid.UUID,
	version int) (review.Renewal, error) {
	var found review.Renewal
	var refund bool
	err := s.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		r, err := s.Reviews.RenewalOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if r == nil || r.OldID != other && r.NewID != other {
			return errs.New(errs.Conflict,
				"No subscription of the same product, customer and provider begins where this one ends any more. "+
					"Nothing was changed; deactivate it on the day you know.")
		}
		found = *r
		old, err := subscription.Get(ctx, tx, r.OldID)
		if err != nil {
			return err
		}
		refunds, err := RefundsOf(ctx, tx, old.ContractID)
		refund = refunds.Allowed
		return err
	})
	if err != nil {
		return found, err
	}
	if found.OldID != id {
		version = 0 // the form showed the other one
	}
	return found, s.Deactivate(ctx, by, End{ID: found.OldID, Version: version, On: found.On,
		Refund: refund, Note: "renewed as " + found.NewNumber})
}
