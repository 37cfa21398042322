package plan

import (
	"strings"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
)

// microsoftWindow is how long after purchase or renewal Microsoft lets a customer cancel.
const microsoftWindow = 168 * time.Hour

// close enters the end that the provider gave a subscription.
func (d *Draft) close(in Input, before Subscription) {
	on, estimated := closingDay(in, before)
	d.Row.DeactivatedOn = d.Enter(ledger.Change{
		Event: ledger.Deactivate, Reason: ledger.ByProvider, EffectiveAt: on, Estimated: estimated,
		Delta: -d.seats, Refund: in.Refund,
		Details: ledger.Details{"status": ledger.Was{Before: string(before.Status), After: string(d.Row.Status)}},
	})
}

// closingDay is the first day without seats (RULES 3): the day of the change log if
// that is within Microsoft's window; else the end date if it lies ahead, or if the
// term simply ran out; else the day it was seen.
func closingDay(in Input, before Subscription) (on clock.Date, estimated bool) {
	now := in.Reading.Facts
	expired := now.Status == distributor.StatusExpired
	if day, ok := cancelledEarly(in, before); ok && !expired {
		return day, false
	}
	end, guessed := now.FirstDayWithout(in.Provider.EndDate)
	if !end.IsZero() && (expired || end.After(in.Today())) {
		return end, guessed && now.certainEnd().IsZero()
	}
	return in.Today(), true
}

// cancelledEarly finds the cancellation of a Microsoft subscription within the
// window after its purchase or renewal. The time of day of a purchase is not known:
// the window is counted from the first moment of its day.
func cancelledEarly(in Input, before Subscription) (clock.Date, bool) {
	start := latest(before.TermStart, in.Reading.Start)
	if start.IsZero() || !isMicrosoft(in.Reading.Vendor) {
		return clock.Date{}, false
	}
	from := start.Start(in.Zone)
	for _, c := range in.Log {
		if c.SubscriptionExternalID == before.ExternalID && c.Ended && !c.At.Before(from) &&
			c.At.Before(from.Add(microsoftWindow)) {
			return c.On, true
		}
	}
	return clock.Date{}, false
}

func isMicrosoft(vendor string) bool { return strings.Contains(strings.ToLower(vendor), "microsoft") }
