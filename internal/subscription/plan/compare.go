package plan

import (
	"cmp"
	"slices"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
)

// compare enters what changed on a subscription that goes on: seats, product, term and cost.
func (d *Draft) compare(in Input, before Subscription) {
	term, renewed := renewal(before, in.Reading.Facts, in.Provider.EndDate, in.Today())
	var rows []ledger.Change
	seats := d.Row.Quantity - before.Quantity
	dated, ok := logged(in.Log, before, seats)
	if ok {
		rows, seats = dated, 0
	}
	if renewed {
		rows = append(rows, d.renew(in, before, term, seats))
		seats = 0
	}
	if seats != 0 {
		rows = append(rows, ledger.Change{Event: ledger.Update, EffectiveAt: in.Today(), Delta: seats, Estimated: true})
	}
	rows = d.another(in, before, rows)
	if !renewed && !before.Cost().Equal(d.Row.Cost()) {
		rows = append(rows, costRow(before, d.Row, in.Today()))
	}
	slices.SortStableFunc(rows, func(a,
		b ledger.Change) int {
		return cmp.Compare(b.EffectiveAt.DaysUntil(a.EffectiveAt), 0)
	})
	for _, c := range rows {
		c.Refund = in.Refund
		d.Enter(c)
	}
}

// costRow is a change of the distributor's cost within a term. No connector says
// since when, so it is dated on the day it was seen, as an estimate.
func costRow(before, now Subscription, seen clock.Date) ledger.Change {
	return ledger.Change{
		Event: ledger.Cost, EffectiveAt: seen, Estimated: true,
		Details: ledger.Details{"cost": ledger.Was{Before: before.Cost().Words(), After: now.Cost().Words()}},
	}
}
