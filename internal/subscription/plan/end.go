package plan

import (
	"fmt"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
)

// Ending is a person's or a cut-over's decision to end a subscription here. Nothing
// is sent to the distributor.
type Ending struct {
	By     DeactivatedBy // ByPerson or ByCutover
	On     clock.Date    // first day without seats
	Refund bool          // what was paid beyond is credited; else it is forfeited
	Note   string
}

// End plans it.
func End(s Current, e Ending) (Plan, error) {
	if s.State == Inactive {
		return Plan{}, errs.New(errs.Conflict, "This subscription is already inactive. Nothing was changed.")
	}
	if s.Frozen() && e.By != ByCutover {
		return Plan{}, errs.Newf(errs.Conflict,
			"A cut-over has frozen this subscription and ends it itself on %s, with No refund. "+
				"Go on with the cut-over, or take its confirmation back there first; nothing was changed.",
			s.FrozenFrom)
	}
	if err := Bearable(s.Timeline, e.On, -s.LedgerQuantity); err != nil {
		return Plan{}, err
	}
	d := s.Draft()
	d.Row.DeactivatedBy, d.Row.DeactivatedOn = e.By, e.On
	d.Derive()
	closing := ledger.Change{Event: ledger.Deactivate, Reason: ledger.ByPerson, EffectiveAt: e.On, Delta: -d.seats,
		Refund: e.Refund, Note: e.Note}
	if e.By == ByCutover {
		closing.Reason = ledger.ByCutover
	}
	d.Enter(closing)
	return d.Finish(&s.Subscription), nil
}

// Bearable refuses a day that a person typed and on which the ledger cannot take a row.
func Bearable(t ledger.Timeline, on clock.Date, delta int) error {
	if on.IsZero() {
		return errs.Fields{"effective_at": "Enter the day from which it holds."}.Err()
	}
	if first := t.Earliest(on, delta); first != on {
		return errs.Fields{"effective_at": fmt.Sprintf("The earliest day that leaves no day below zero seats is %s.",
			first)}.Err()
	}
	return nil
}
