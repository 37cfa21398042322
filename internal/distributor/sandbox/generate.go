package sandbox

import (
	"fmt"
	"math/rand/v2"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
)

// seller makes subscriptions for one customer after the other.
type seller struct {
	rng      *rand.Rand
	data     *Data
	licences []Product // Microsoft seats
	others   []Product // everything else
	contract int       // the number that the running contract has
	next     int       // the number that the next one gets
	sold     int
}

func (d *Data) makeSubscriptions() {
	s := seller{rng: rand.New(rand.NewPCG(d.options.Seed, 2)), data: d, next: 411833}
	for _, p := range d.products {
		switch {
		case p.Discontinued:
		case p.Vendor == "Microsoft" && p.Kind == kindLicence:
			s.licences = append(s.licences, p)
		default:
			s.others = append(s.others, p)
		}
	}
	d.subscriptions = make([]Subscription, 0, d.options.Subscriptions)
	for i, n := range s.shares() {
		s.sell(d.customers[i], n)
	}
}

// shares spreads the total over the customers: some have none, some many.
func (s *seller) shares() []int {
	n := len(s.data.customers)
	shares := make([]int, n)
	if n == 0 {
		return shares
	}
	weights, sum := make([]int, n), 0
	for i := range weights {
		weights[i] = 2 + s.rng.IntN(5)
		if i%17 == 16 {
			weights[i] = 0
		}
		sum += weights[i]
	}
	left := s.data.options.Subscriptions
	for i := range shares {
		shares[i] = s.data.options.Subscriptions * weights[i] / sum
		left -= shares[i]
	}
	for i := 0; left > 0; i = (i + 1) % n {
		if weights[i] > 0 {
			shares[i]++
			left--
		}
	}
	return shares
}

// sell groups up to four lines under one contract number.
func (s *seller) sell(c Customer, n int) {
	line := 0
	for range n {
		if line == 0 || line == 4 || chance(s.rng, 40) {
			s.contract, line = s.next, 0
			s.next += 1 + s.rng.IntN(9)
		}
		line++
		s.add(c, line)
	}
}

func (s *seller) add(c Customer, line int) {
	p := s.product()
	sub := Subscription{
		ID:                   fmt.Sprintf("%d_%d", s.contract, line),
		LegacyID:             9000000 + s.sold*3 + s.sold%2,
		ContractNo:           fmt.Sprint(s.contract),
		LineNo:               line,
		CustomerNo:           c.CustomerNo,
		VendorSubscriptionID: guid(s.rng),
		SKU:                  p.SKU,
		Quantity:             s.quantity(p),
		UnitPrice:            p.UnitPrice,
		CustomerPrice:        p.CustomerPrice,
		Currency:             "USD",
		PurchaseOrder:        fmt.Sprintf("PO-%05d", 10000+s.sold),
		AutoRenew:            chance(s.rng, 85),
	}
	s.oddities(&sub, p)
	s.dates(&sub, p)
	s.status(&sub, p)
	s.history(&sub, p)
	s.data.subscriptions = append(s.data.subscriptions, sub)
	s.sold++
}

func (s *seller) product() Product {
	if chance(s.rng, 84) {
		return pick(s.rng, s.licences)
	}
	return pick(s.rng, s.others)
}

func (s *seller) quantity(p Product) int {
	switch {
	case p.Kind == kindTrial:
		return 25
	case p.Kind == kindUsage:
		return 1
	case chance(s.rng, 6):
		return 80 + s.rng.IntN(220)
	}
	return 1 + s.rng.IntN(40)
}

// oddities: a special price, no currency, the term told apart from the name.
func (s *seller) oddities(sub *Subscription, p Product) {
	if chance(s.rng, 6) {
		sub.UnitPrice = sub.UnitPrice.Mul(decimal.RequireFromString("0.95")).Round(4)
	}
	if chance(s.rng, 4) {
		sub.Currency = ""
	}
	if chance(s.rng, 20) {
		sub.BillingTerm = p.Term
	}
}

// dates puts the start in the past and the end at the close of the term that runs today.
func (s *seller) dates(sub *Subscription, p Product) {
	today := s.data.options.Today
	sub.Start = today.AddDays(-1 - s.rng.IntN(600))
	if months := termMonths(p.Term); months > 0 {
		sub.End = endOfTerm(sub.Start, months, today)
	}
}

// endOfTerm is the close of the term that contains today, for a start before today.
func endOfTerm(start clock.Date, months int, today clock.Date) clock.Date {
	for n := months; ; n += months {
		if end := start.AddMonths(n); end.After(today) {
			return end
		}
	}
}

// status: mostly Activated; null and blank mean active too. "Expire" is so spelled.
// Guess: the words Suspended and Pending.
func (s *seller) status(sub *Subscription, p Product) {
	switch n := s.rng.IntN(100); {
	case n < 10:
		sub.Status = nil
	case n < 14:
		sub.Status = ptr("")
	case n < 17:
		sub.Status = ptr("Suspended")
	case n < 19:
		sub.Status = ptr("Pending")
	case n < 23 && p.Term != "":
		sub.Status, sub.AutoRenew = ptr("Expire"), false
		sub.End = s.data.options.Today.AddDays(-1 - s.rng.IntN(60))
		sub.Start = sub.End.AddMonths(-termMonths(p.Term))
	case n < 26:
		sub.Status, sub.AutoRenew = ptr("Cancelled"), false
	default:
		sub.Status = ptr("Activated")
	}
}
