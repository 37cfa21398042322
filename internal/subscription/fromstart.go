package subscription

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/subscription/plan"
)

// BillFromStart takes back that billing begins only on a switch day, or where it ended
// when it was first seen: from its start on its days are billed here (RULES 8 and 9).
// A price that was filled on the first day under its contract moves there.
func BillFromStart(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	s, err := act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
		switch {
		case s.BillableFrom.IsZero():
			return plan.Plan{}, errs.New(errs.Conflict, "It is billed from its start already. Nothing was changed.")
		case s.Frozen():
			return plan.Plan{}, errs.New(errs.Conflict,
				"The cut-over has frozen this subscription: its days before the switch day are billed as ever. "+
					"Nothing was changed.")
		}
		d := s.Draft()
		d.Touched = true
		return d.Finish(&s.Subscription), nil
	})
	if err != nil {
		return s, err
	}
	if err := tx.WithContext(ctx).Exec(`UPDATE subscriptions SET billable_from = NULL WHERE id = ?`,
		a.ID).Error; err != nil {
		return s, fmt.Errorf("bill %s from its start: %w", a.ID, err)
	}
	if s.ContractID.Valid {
		if _, err := Relanded(ctx, tx, s.ContractID.UUID, a.Origin.In(a.Zone)); err != nil {
			return s, err
		}
	}
	return Get(ctx, tx, a.ID)
}
