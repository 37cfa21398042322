package plan

import (
	"slices"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
)

// Charged is seats that were charged for some days, here or elsewhere, or that an
// open row is about to charge or to give back.
type Charged struct {
	From, To clock.Date
	Seats    int
	Once     bool // a purchase: it has no days
}

// Share is how many of the seats that come back were charged already, from a day on
// to the next share. Forfeited seats (closed without refund) are not charged again (RULES 8).
type Share struct {
	From  clock.Date
	Seats int
}

// returning is seats that come back on a day.
type returning struct {
	on       clock.Date
	seats    int
	timeline ledger.Timeline // before they come back
	charged  []Charged
}

// shares tells what of it was charged already, up to where the billing of s stands.
// From there on every day is charged anew, so nothing needs to be told of it.
func (r returning) shares(s Subscription) []Share {
	if s.Kind == distributor.OneTime {
		return []Share{{r.on, r.within(r.purchased() - s.LedgerQuantity)}}
	}
	var out []Share
	for _, day := range r.days(s.BilledThrough) {
		n := r.within(r.chargedOn(day) - r.timeline.At(day))
		if last := len(out) - 1; last < 0 || out[last].Seats != n {
			out = append(out, Share{day, n})
		}
	}
	return out
}

// days are those from which another share may hold: the first, and each before through on which something changes.
func (r returning) days(through clock.Date) []clock.Date {
	days := []clock.Date{r.on}
	for _, c := range r.charged {
		days = append(days, c.From, c.To)
	}
	for _, p := range r.timeline {
		days = append(days, p.On)
	}
	days = slices.DeleteFunc(days, func(d clock.Date) bool { return d != r.on && (!d.After(r.on) || !d.Before(through)) })
	slices.SortFunc(days, func(a, b clock.Date) int { return b.DaysUntil(a) })
	if !r.on.Before(through) {
		return nil
	}
	return slices.Compact(days)
}

func (r returning) chargedOn(day clock.Date) int {
	n := 0
	for _, c := range r.charged {
		if !c.Once && !day.Before(c.From) && day.Before(c.To) {
			n += c.Seats
		}
	}
	return n
}

func (r returning) purchased() int {
	n := 0
	for _, c := range r.charged {
		if c.Once {
			n += c.Seats
		}
	}
	return n
}

func (r returning) within(n int) int { return min(max(n, 0), r.seats) }

// ComeBack enters a row by which seats return. What was charged already is archived,
// what was not stays open; where that changes at a later day, two rows there that
// leave the seats as they are pass the charge from one to the other.
func (d *Draft) ComeBack(c ledger.Change, charged []Charged) {
	if c.Delta <= 0 || c.Billing != "" {
		d.Enter(c)
		return
	}
	row := d.Row
	row.LedgerQuantity = d.seats
	shares := returning{on: d.timeline.Earliest(c.EffectiveAt, c.Delta), seats: c.Delta, timeline: d.timeline, charged: charged}.shares(row)
	paid := 0
	if len(shares) > 0 {
		paid = shares[0].Seats
		shares = shares[1:]
	}
	d.part(c, paid, ledger.Archived)
	d.part(c, c.Delta-paid, "")
	for _, s := range shares {
		pass := ledger.Change{Event: ledger.Update, EffectiveAt: s.From, Note: "The seats stay: up to this day they were billed before they were closed, from it on they were not, or the other way round."}
		d.part(pass, paid-s.Seats, "")
		d.part(pass, s.Seats-paid, ledger.Archived)
		paid = s.Seats
	}
}

func (d *Draft) part(c ledger.Change, seats int, born ledger.BillingState) {
	if seats == 0 {
		return
	}
	c.Delta, c.Billing = seats, born
	d.Enter(c)
}

// Shares tells which of a subscription's seats would be charged already if they came back on a day.
func Shares(s Subscription, on clock.Date, t ledger.Timeline, charged []Charged) []Share {
	return returning{on: on, seats: s.Quantity, timeline: t, charged: charged}.shares(s)
}
