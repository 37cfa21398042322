package sandbox

import (
	"fmt"
	"time"

	"seatledger/internal/clock"
)

// cancelWindow is how long a purchase, a renewal or an addition can be taken back.
const cancelWindow = 168 * time.Hour

// apiActor signs what comes over an API.
func apiActor(sc scope) actor { return actor{"api@" + sc.reseller + ".example", "API"} }

// open tells whether a moment still lies within its window.
func open(at, now time.Time) bool { return now.Sub(at) <= cancelWindow }

// termStart is when the term that runs began: the purchase, or the last renewal.
func (sub *Subscription) termStart(p Product) time.Time {
	var bought time.Time
	if len(sub.windows) > 0 {
		bought = sub.windows[0].at
	}
	months := termMonths(p.Term)
	if months == 0 || sub.End.IsZero() {
		return bought
	}
	if begun := sub.End.AddMonths(-months); begun.After(sub.Start) {
		return begun.Start(time.UTC)
	}
	return bought
}

// refundable is how many seats can be taken back now.
func (sub *Subscription) refundable(p Product, now time.Time) int {
	if p.Vendor != "Microsoft" || open(sub.termStart(p), now) {
		return sub.Quantity
	}
	n := 0
	for i, w := range sub.windows {
		if i > 0 && open(w.at, now) {
			n += w.seats
		}
	}
	return n
}

// changeSeats sets the resulting total under the rules of the vendor.
func (s *store) changeSeats(id string, total int, a actor) error {
	if total < 1 {
		return badRequest("quantity must be at least 1.")
	}
	return s.change(id, func(sub *Subscription) error {
		if err := sub.mustBeLive(); err != nil {
			return err
		}
		less, free := sub.Quantity-total, sub.refundable(s.bySKU[sub.SKU], s.now())
		if less > free {
			return badRequest("Only %d seats are within the 168 hours in which they can be reduced; %d were asked for.",
				free, less)
		}
		s.putSeats(sub, total, a)
		return nil
	})
}

// cancel ends a subscription within the window of its purchase or renewal.
func (s *store) cancel(id string, a actor) error {
	return s.change(id, func(sub *Subscription) error {
		if err := sub.mustBeLive(); err != nil {
			return err
		}
		if p := s.bySKU[sub.SKU]; p.Vendor == "Microsoft" && !open(sub.termStart(p), s.now()) {
			return badRequest("The subscription can be cancelled within 168 hours of purchase or renewal only.")
		}
		sub.Status, sub.AutoRenew = ptr("Cancelled"), false
		s.note(sub, "Cancel subscription", a)
		return nil
	})
}

// is tells whether the status is that word.
func (sub *Subscription) is(status string) bool { return sub.Status != nil && *sub.Status == status }

func (sub *Subscription) mustBeLive() error {
	if sub.is("Cancelled") || sub.is("Expire") {
		return badRequest("The subscription is %s; nothing can be changed on it.", *sub.Status)
	}
	return nil
}

// suspend stops the service, still billed, and turns auto-renew off.
func (s *store) suspend(id string, a actor) error {
	return s.change(id, func(sub *Subscription) error {
		if err := sub.mustBeLive(); err != nil {
			return err
		}
		sub.Status, sub.AutoRenew = ptr("Suspended"), false
		s.note(sub, "Suspend subscription", a)
		return nil
	})
}

// activate resumes a suspended subscription.
func (s *store) activate(id string, a actor) error {
	return s.change(id, func(sub *Subscription) error {
		if err := sub.mustBeLive(); err != nil {
			return err
		}
		sub.Status = ptr("Activated")
		s.note(sub, "Activate subscription", a)
		return nil
	})
}

// setRenewal notes whether the subscription renews.
func (s *store) setRenewal(id string, renew bool, a actor) error {
	return s.change(id, func(sub *Subscription) error {
		sub.AutoRenew = renew
		text := "Set to Renew with current plan"
		if !renew {
			text = "Set to not renew"
		}
		s.note(sub, text, a)
		return nil
	})
}

// changePlan puts a subscription on another product of the same vendor.
func (s *store) changePlan(id string, sku int, a actor) error {
	return s.change(id, func(sub *Subscription) error {
		from, to := s.bySKU[sub.SKU], s.bySKU[sku]
		if to.SKU == 0 || to.Vendor != from.Vendor {
			return badRequest("skuNo must name a product of the same vendor.")
		}
		sub.SKU, sub.UnitPrice, sub.CustomerPrice = to.SKU, to.UnitPrice, to.CustomerPrice
		if sub.BillingTerm != "" {
			sub.BillingTerm = to.Term
		}
		s.note(sub, "Change plan to "+to.Name, a)
		return nil
	})
}

// roll renews or expires what ended while the clock was moved.
// Guess: the start date stays on renewal, as it does when seats are added.
func (s *store) roll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	today := clock.DateOf(s.now(), time.UTC)
	for _, sub := range s.subs {
		months := termMonths(s.bySKU[sub.SKU].Term)
		if months == 0 || sub.mustBeLive() != nil || sub.End.After(today) {
			continue
		}
		if !sub.AutoRenew {
			sub.Status = ptr("Expire")
			s.note(sub, "Expire subscription", actor{"system", "System"})
			continue
		}
		sub.End = endOfTerm(sub.Start, months, today)
		s.note(sub, fmt.Sprintf("Renew with current plan until %s", sub.End), actor{"system", "System"})
	}
}
