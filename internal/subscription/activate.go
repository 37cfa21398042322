package subscription

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
)

// Return is a person's or a cut-over's decision that a subscription goes on.
type Return struct {
	On      clock.Date // first day with seats again
	Note    string
	Billing ledger.BillingState // of its row; empty: archived as far as its days were charged already and never given back, else open
	charged []Charged
}

// Activate takes a deactivation back that was decided here, and writes one row up to
// the current quantity (RULES 1). errs.Conflict if nothing of the kind stands, or if
// the distributor has ended the subscription meanwhile: of a frozen one that does not count.
func Activate(ctx context.Context, tx *gorm.DB, a Act, r Return) (Subscription, error) {
	return act(ctx, tx, a, func(s standing) (Plan, error) {
		charged, err := chargedOf(ctx, tx, []uuid.UUID{s.ID})
		if err != nil {
			return Plan{}, err
		}
		r.charged = charged[s.ID]
		return planReturn(s, r)
	})
}

func planReturn(s standing, r Return) (Plan, error) {
	if err := returnable(s, r.On); err != nil {
		return Plan{}, err
	}
	reason := ledger.ByPerson
	if s.DeactivatedBy == ByCutover {
		reason = ledger.ByCutover
	}
	if s.Frozen() { // its days before the switch were charged already, and it has none after it
		r.Billing = ledger.Archived
	}
	d := s.draft()
	d.Row.DeactivatedBy = NotDeactivated
	d.derive()
	d.comeBack(ledger.Change{Event: ledger.Activate, Reason: reason, EffectiveAt: r.On, Delta: d.Row.Billable() - d.seats, Billing: r.Billing, Note: r.Note}, r.charged)
	return d.finish(&s.Subscription), nil
}

func returnable(s standing, on clock.Date) error {
	switch {
	case !s.decided():
		return errs.New(errs.Conflict, "Nobody deactivated this subscription here, so there is nothing to take back. Nothing was changed.")
	case Ends(s.Status) && !s.Frozen():
		return errs.Newf(errs.Conflict, "The distributor lists this subscription as %s, so it cannot be billed again. Nothing was changed.", s.Status)
	case on.IsZero():
		return errs.Fields{"effective_at": "Enter the day from which it holds."}.Err()
	case on.Before(s.DeactivatedOn):
		return errs.Fields{"effective_at": fmt.Sprintf("Its seats count until %s; a day before that would count them twice.", s.DeactivatedOn)}.Err()
	}
	return nil
}
