package plan

import (
	"fmt"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
)

// Return is a person's or a cut-over's decision that a subscription goes on.
type Return struct {
	On   clock.Date // first day with seats again
	Note string
}

// TakeBack plans it.
func TakeBack(s Current, r Return) (Plan, error) {
	if err := returnable(s, r.On); err != nil {
		return Plan{}, err
	}
	reason := ledger.ByPerson
	if s.DeactivatedBy == ByCutover {
		reason = ledger.ByCutover
	}
	d := s.Draft()
	d.Row.DeactivatedBy = NotDeactivated
	d.Derive()
	d.Enter(ledger.Change{Event: ledger.Activate, Reason: reason, EffectiveAt: r.On, Delta: d.Row.Billable() - d.seats,
		Note: r.Note})
	return d.Finish(&s.Subscription), nil
}

func returnable(s Current, on clock.Date) error {
	switch {
	case !s.Decided():
		return errs.New(errs.Conflict,
			"Nobody deactivated this subscription here, so there is nothing to take back. Nothing was changed.")
	case Ends(s.Status) && !s.Frozen():
		return errs.Newf(errs.Conflict,
			"The distributor lists this subscription as %s, so it cannot be billed again. Nothing was changed.",
			s.Status)
	case on.IsZero():
		return errs.Fields{"effective_at": "Enter the day from which it holds."}.Err()
	case on.Before(s.DeactivatedOn):
		return errs.Fields{"effective_at": fmt.Sprintf("Its seats count until %s; a day before that would count them "+
			"twice.", s.DeactivatedOn)}.Err()
	}
	return nil
}
