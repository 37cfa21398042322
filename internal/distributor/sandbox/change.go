package sandbox

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
)

// actor says who a change comes from, for the change log.
type actor struct{ by, source string }

// errNotThere tells that no such record is in the data set.
type errNotThere string

func (e errNotThere) Error() string { return string(e) + " is not in the data set" }

// note appends a line to the change log of a subscription. The caller holds the lock.
func (s *store) note(sub *Subscription, text string, a actor) {
	s.log[sub.ContractNo] = append(s.log[sub.ContractNo], LogEntry{
		SubscriptionID: sub.ID, ContractNo: sub.ContractNo, Text: text, At: s.now(), By: a.by, Source: a.source,
		Activity: "Update Service (" + s.bySKU[sub.SKU].Name + ")",
	})
}

// change runs a change of one subscription under the lock.
func (s *store) change(id string, f func(*Subscription) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := s.subs[id]
	if sub == nil {
		return errNotThere("subscription " + id)
	}
	return f(sub)
}

// setSeats sets the total and writes the difference into the change log. The start date stays.
func (s *store) setSeats(id string, total int, a actor) error {
	return s.change(id, func(sub *Subscription) error {
		s.putSeats(sub, total, a)
		return nil
	})
}

// putSeats is setSeats for a caller that holds the lock.
func (s *store) putSeats(sub *Subscription, total int, a actor) {
	delta := total - sub.Quantity
	if delta == 0 {
		return
	}
	sub.Quantity = total
	if delta > 0 {
		sub.windows = append(sub.windows, window{s.now(), delta})
	} else {
		sub.takeBack(-delta)
	}
	s.note(sub, seatText(delta), a)
}

// takeBack removes seats from the newest additions first.
func (sub *Subscription) takeBack(seats int) {
	for i := len(sub.windows) - 1; i >= 0 && seats > 0; i-- {
		n := min(seats, sub.windows[i].seats)
		sub.windows[i].seats -= n
		seats -= n
	}
}

// setCustomerGone takes a customer or brings it back; what it holds goes and comes with it.
func (s *store) setCustomerGone(no string, gone bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.byNo[no]
	if c == nil {
		return errNotThere("customer " + no)
	}
	c.Gone = gone
	return nil
}

func (s *store) setGone(id string, gone bool) error {
	return s.change(id, func(sub *Subscription) error { sub.Gone = gone; return nil })
}

// move hands a subscription to another customer; its keys stay.
func (s *store) move(id, to string) error {
	return s.change(id, func(sub *Subscription) error {
		if s.byNo[to] == nil {
			return errNotThere("customer " + to)
		}
		from := sub.CustomerNo
		s.ofCustomer[from] = slices.DeleteFunc(s.ofCustomer[from], func(x *Subscription) bool { return x == sub })
		sub.CustomerNo = to
		s.ofCustomer[to] = append(s.ofCustomer[to], sub)
		return nil
	})
}

// purchase is what a new subscription is made of.
type purchase struct {
	customerNo, contractNo string // contractNo empty: a new contract
	sku, quantity          int
	po                     string
	unitPrice              *decimal.Decimal // nil: as in the catalogue
	actor                  actor
	onlyFace, vendorID     string // both empty: on both faces, with a new vendor's number
}

// buy adds a subscription that starts today.
func (s *store) buy(p purchase) (Subscription, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	product, ok := s.bySKU[p.sku]
	if !ok {
		return Subscription{}, errNotThere(fmt.Sprintf("product with SKU %d", p.sku))
	}
	if s.byNo[p.customerNo] == nil {
		return Subscription{}, errNotThere("customer " + p.customerNo)
	}
	sub := s.newSubscription(p, product)
	s.addSubscription(sub)
	s.log[sub.ContractNo] = append(s.log[sub.ContractNo], LogEntry{
		SubscriptionID: sub.ID, ContractNo: sub.ContractNo, At: s.now(), By: p.actor.by, Source: p.actor.source,
		Activity: "Create Service (" + product.Name + ")", Text: "Create subscription",
	})
	return sub, nil
}

func (s *store) newSubscription(p purchase, product Product) Subscription {
	contract, line := p.contractNo, 1
	for _, sub := range s.ofCustomer[p.customerNo] {
		if sub.ContractNo == contract {
			line = max(line, sub.LineNo+1)
		}
	}
	if contract == "" {
		contract = fmt.Sprint(s.contract + 1)
	}
	sub := Subscription{
		ID: fmt.Sprintf("%s_%d", contract, line), LegacyID: s.legacyID + 3, ContractNo: contract, LineNo: line,
		CustomerNo: p.customerNo, VendorSubscriptionID: or(p.vendorID, newGUID()), SKU: p.sku, Quantity: p.quantity,
		UnitPrice: product.UnitPrice, CustomerPrice: product.CustomerPrice, Currency: "USD",
		Status: ptr("Activated"), Start: clock.DateOf(s.now(), time.UTC), PurchaseOrder: p.po, AutoRenew: true,
		windows: []window{{s.now(), p.quantity}}, OnlyFace: p.onlyFace,
	}
	if p.unitPrice != nil {
		sub.UnitPrice = *p.unitPrice
	}
	if months := termMonths(product.Term); months > 0 {
		sub.End = sub.Start.AddMonths(months)
	}
	return sub
}
