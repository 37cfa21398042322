package plan

import (
	"seatledger/internal/clock"
	"seatledger/internal/ledger"
)

// firstSeen plans a subscription that is not stored yet: its beginning at the
// distributor's start, and its end too if it has already ended (RULES 1 and 2).
func firstSeen(in Input) Plan {
	r := in.Reading
	d := DraftOf(Subscription{
		ProviderID: in.Provider.ID, AccountID: in.Account.ID, ExternalID: r.ExternalID, Facts: r.Facts,
		TermStart: r.Start, Raw: string(r.Raw), RequestID: r.RequestID,
		FirstSeenAt: in.Seen, FactsAt: in.Seen, Version: 1,
	}, in.Account.State, nil)
	if in.LogRead {
		d.Row.remember(in.Log)
	}
	if in.Landing != nil {
		d.Settle(in.Landing)
	}
	d.Row.TwinHold = in.Twin && !Ends(r.Status)
	d.Derive()
	if d.Row.StartUnread() {
		d.wait(in.Today())
		return d.Finish(nil)
	}
	began := d.begin(in)
	if d.Row.State == Inactive {
		d.endAtOnce(in, began)
	}
	return d.Finish(nil)
}

// begin enters the create row. Where the connector gives no start it is dated at
// first sight, estimated and archived: what was billed before is not known here.
func (d *Draft) begin(in Input) clock.Date {
	c := ledger.Change{Event: ledger.Create, EffectiveAt: d.Row.Start, Delta: d.Row.Quantity}
	if c.EffectiveAt.IsZero() {
		c.EffectiveAt, c.Estimated, c.Billing = in.Today(), true, ledger.Archived
	}
	if d.Row.State == Inactive || in.Landing.beforeBilling(c.EffectiveAt) {
		c.Billing = ledger.Archived
	}
	return d.Enter(c)
}

// endAtOnce enters the end of a subscription first seen when it had already ended.
func (d *Draft) endAtOnce(in Input, began clock.Date) {
	on, estimated := d.Row.FirstDayWithout(in.Provider.EndDate)
	if on.IsZero() {
		on, estimated = in.Today(), true
	}
	if on.Before(began) {
		on = began
	}
	d.Row.DeactivatedOn = d.Enter(ledger.Change{
		Event: ledger.Deactivate, Reason: ledger.ByProvider, EffectiveAt: on, Estimated: estimated,
		Delta: -d.seats,
	})
	d.Row.BillableFrom = d.Row.DeactivatedOn // days before are nobody's here, unless a person says so
}
