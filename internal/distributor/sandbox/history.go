package sandbox

import (
	"fmt"
	"slices"
	"time"

	"seatledger/internal/clock"
)

// eastern is the offset that the change log writes its times in.
func eastern() *time.Location { return time.FixedZone("", -4*3600) }

// history writes the change log: the creation, and for some a change of seats
// within the term, which shows nowhere else.
func (s *seller) history(sub *Subscription, p Product) {
	bought := sub.Quantity
	var later []LogEntry
	today := s.data.options.Today
	if p.Kind == kindLicence && sub.End.After(today) && sub.Start.DaysUntil(today) > 3 && chance(s.rng, 25) {
		later, bought = s.seatChanges(sub)
	}
	created := s.moment(sub.Start)
	sub.windows = append([]window{{created, bought}}, sub.windows...)
	s.data.log = append(s.data.log, LogEntry{
		SubscriptionID: sub.ID, ContractNo: sub.ContractNo, At: created,
		Activity: "Create Service (" + p.Name + ")", Text: "Create subscription", By: "integration@reseller.example",
		Source: "API",
	})
	for _, e := range later {
		e.Activity = "Update Service (" + p.Name + ")"
		s.data.log = append(s.data.log, e)
	}
	switch {
	case sub.is("Cancelled"):
		s.note(sub, p, "Cancel subscription", max(1, sub.Start.DaysUntil(today)-3)) // within the window of the purchase
	case sub.is("Expire"):
		s.note(sub, p, "Expire subscription", sub.End.DaysUntil(today))
	case sub.AutoRenew && chance(s.rng, 30):
		s.note(sub, p, "Set to Renew with current plan", 1)
	}
}

// seatChanges walks back from today's quantity to the one that was bought.
func (s *seller) seatChanges(sub *Subscription) (entries []LogEntry, bought int) {
	bought = sub.Quantity
	span := sub.Start.DaysUntil(s.data.options.Today)
	days := []int{1 + s.rng.IntN(min(span-1, 45))}
	if span > 60 && chance(s.rng, 40) {
		days = append(days, 46+s.rng.IntN(span-47))
	}
	for _, back := range days { // newest first
		at := s.moment(s.data.options.Today.AddDays(-back))
		delta := min(1+s.rng.IntN(5), bought-1)
		if chance(s.rng, 15) {
			delta = -1 - s.rng.IntN(2)
		}
		if delta == 0 {
			continue
		}
		bought -= delta
		entries = append(entries, LogEntry{SubscriptionID: sub.ID, ContractNo: sub.ContractNo, At: at,
			Text: seatText(delta), By: "portal.user@reseller.example", Source: "Portal"})
		if delta > 0 {
			sub.windows = append(sub.windows, window{at, delta})
		}
	}
	slices.Reverse(entries)
	slices.Reverse(sub.windows)
	return entries, bought
}

func (s *seller) note(sub *Subscription, p Product, text string, daysAgo int) {
	s.data.log = append(s.data.log, LogEntry{
		SubscriptionID: sub.ID, ContractNo: sub.ContractNo, At: s.moment(s.data.options.Today.AddDays(-daysAgo)),
		Activity: "Update Service (" + p.Name + ")", Text: text, By: "system", Source: "System",
	})
}

// moment is some working hour of a day, to the millisecond.
func (s *seller) moment(d clock.Date) time.Time {
	return d.Start(eastern()).Add(8*time.Hour + time.Duration(s.rng.IntN(9*3600*1000))*time.Millisecond)
}

// seatText is how the change log words a change of seats.
func seatText(delta int) string {
	verb, n := "Add", delta
	if delta < 0 {
		verb, n = "Remove", -delta
	}
	if n == 1 {
		return verb + " 1 seat"
	}
	return fmt.Sprintf("%s %d seats", verb, n)
}
