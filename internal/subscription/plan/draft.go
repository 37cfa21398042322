package plan

import (
	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
)

// Draft is a plan in the making: the row as it will stand, and the ledger as it
// grows with each entry.
type Draft struct {
	Plan
	account  account.State
	timeline ledger.Timeline
	seats    int // the ledger quantity so far
}

// DraftOf begins with what is stored.
func DraftOf(s Subscription, a account.State, t ledger.Timeline) *Draft {
	return &Draft{Plan: Plan{Row: s}, account: a, timeline: t, seats: s.LedgerQuantity}
}

// Enter adds a ledger row with the amounts of the subscription as they now stand. A
// row is never dated so that a day would fall below zero seats: it moves to the
// first day that can bear it, and then its date is an estimate.
func (d *Draft) Enter(c ledger.Change) clock.Date {
	if on := d.timeline.Earliest(c.EffectiveAt, c.Delta); on != c.EffectiveAt {
		c.Estimated = true
		c.Details = c.Details.With("dated", c.EffectiveAt.String())
		c.EffectiveAt = on
	}
	d.seats += c.Delta
	c.QuantityAfter = d.seats
	c.SubscriptionID = d.Row.ID
	c.Cost = d.Row.Cost()
	if c.Event != ledger.Price {
		c.Price = d.Row.Price()
	}
	d.timeline = d.timeline.Add(c.EffectiveAt, c.Delta)
	d.Entries = append(d.Entries, c)
	return c.EffectiveAt
}

// EnterTyped adds a row on the very day a person typed, with the quantity that it reaches: what stands behind it is
// written anew to fit.
func (d *Draft) EnterTyped(c ledger.Change) {
	d.seats += c.Delta
	c.SubscriptionID = d.Row.ID
	c.Cost, c.Price = d.Row.Cost(), d.Row.Price()
	d.Entries = append(d.Entries, c)
}

// Derive sets the state that follows from the row and its account.
func (d *Draft) Derive() {
	v := Derive(d.standing())
	r := &d.Row
	r.State, r.HoldReason, r.DeactivatedBy = v.State, v.HoldReason, v.DeactivatedBy
	r.EndsOn = r.certainEnd()
	if r.State != Inactive {
		r.DeactivatedOn = clock.Date{}
	}
}

func (d *Draft) standing() Standing {
	r := d.Row
	// when it ended is to be said first
	ended := Ends(r.Status) && (!r.EndUnread() || r.Status == distributor.StatusMissing)
	if r.Frozen() {
		ended = r.State == Inactive && r.DeactivatedBy == ByProvider
	}
	return Standing{
		Ended: ended, DeactivatedBy: r.DeactivatedBy, Account: d.account, HasCustomer: r.CRMAccountID.Valid,
		Pending: r.Status == distributor.StatusPending, TwinHold: r.TwinHold, CutoverHold: r.CutoverHold,
	}
}

// Decided tells whether a person's or a cut-over's end of the subscription stands.
func (s Subscription) Decided() bool {
	return s.DeactivatedBy == ByPerson || s.DeactivatedBy == ByCutover
}

// Finish compares with what was stored, nil for a new one, and hands the plan over.
func (d *Draft) Finish(stored *Subscription) Plan {
	d.New = stored == nil
	d.Changed = stored != nil && !d.Row.Same(*stored)
	d.Placed = stored == nil && d.Row.ContractID.Valid || stored != nil && stored.ContractID != d.Row.ContractID
	d.Touched = d.Touched || stored != nil && productOf(stored.Facts) != productOf(d.Row.Facts)
	d.Row.LedgerQuantity = d.seats
	return d.Plan
}
