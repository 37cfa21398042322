// Package story is a made-up year at the stand-in distributor: who holds what when
// it begins, and what changes from month to month. It knows the distributor alone;
// what a reseller does with it stands in demo.
package story

import (
	"fmt"
	"slices"

	"seatledger/internal/clock"
	"seatledger/internal/distributor/sandbox"
)

// Customers whose subscriptions are out of the ordinary, by their place among the companies.
const (
	Equal     = 2 // two equal subscriptions of one product
	Differs   = 3 // the legacy face tells other seats
	NewOnly   = 4 // a new subscription that the legacy face does not know
	OldOnly   = 5 // an old one that the comprehensive face does not list any more
	ByHand    = 6 // the reseller deactivates one by hand
	Excluded  = 7 // the reseller's own test tenant
	Special   = 8 // one price below the list
	Bought    = 10
	Cancelled = 11
)

// Fewest is how many customers the story needs.
const Fewest = 12

// Story is all that happens, in the order of the days.
type Story struct {
	First     clock.Date // 1 January: what was bought before is held on it
	Today     clock.Date
	Companies []sandbox.Company
	Events    []Event

	products []sandbox.Product
	held     map[Line]int // seats as planned so far
}

// Line is one subscription: the customer's place among the companies, and a number of its own there.
type Line struct{ Customer, No int }

// Event is one purchase or one change at the distributor.
type Event struct {
	On     clock.Date
	Line   Line
	Buy    *sandbox.NewSubscription
	Change *sandbox.SubscriptionChange
}

// New tells the year up to today: it begins on 1 January, of the year before while
// this one is young.
func New(data *sandbox.Data, today clock.Date) *Story {
	s := &Story{First: beginning(today), Today: today, Companies: data.Companies(), held: map[Line]int{}}
	for _, p := range data.Products() {
		if p.Vendor == "Microsoft" && p.Kind == "licence" && p.Frequency == "month" {
			s.products = append(s.products, p)
		}
	}
	s.before()
	for m := 1; m < s.months(); m++ {
		s.month(m)
	}
	s.thisMonth()
	slices.SortStableFunc(s.Events, func(a, b Event) int { return -a.On.DaysUntil(b.On) })
	return s
}

// shortest is how many months of history a look at a cut-over needs.
const shortest = 4

func beginning(today clock.Date) clock.Date {
	year := today.Year()
	if int(today.Month()) < shortest {
		year--
	}
	return clock.NewDate(year, 1, 1)
}

// Month is the first day of the month so many after the first.
func (s *Story) Month(n int) clock.Date { return s.First.AddMonths(n) }

// ThisMonth is the first day of today's month.
func (s *Story) ThisMonth() clock.Date {
	return clock.NewDate(s.Today.Year(), s.Today.Month(), 1)
}

// Day is the day of a month on which things change; of this month, not after today.
func (s *Story) Day(m int) clock.Date {
	first := s.Month(m)
	if first != s.ThisMonth() {
		return first.AddDays(9 + m%7)
	}
	if d := s.Today.AddDays(-1); !d.Before(s.ThisMonth()) {
		return d
	}
	return s.Today
}

// months is the number of this month.
func (s *Story) months() int {
	return (s.Today.Year()-s.First.Year())*12 + int(s.Today.Month()) - 1
}

// before is what everybody holds when the year begins: one to three products each.
func (s *Story) before() {
	for i := range s.Companies {
		for k := range 1 + i%3 {
			s.buy(s.First.AddDays(-20-(i*37+k*11)%300), Line{i, k}, 3+(i*13+k*17)%40)
		}
	}
	s.buy(s.First.AddDays(-33), Line{Equal, 3}, s.held[Line{Equal, 0}])
	s.buy(s.First.AddDays(-90), Line{OldOnly, 3}, 6)
}

// month has a few changes of seats, and in some months a purchase or an end.
func (s *Story) month(m int) {
	on := s.Day(m)
	for k := range s.busy() {
		s.seats(on, Line{s.ordinary(m*7 + k*16), 0}, step(m+k))
	}
	switch m {
	case 2:
		s.buy(on, Line{Bought, 3}, 7)
	case 3:
		s.change(on, Line{Cancelled, 1}, sandbox.SubscriptionChange{Status: ptr("Cancelled")})
	}
}

// thisMonth has what a person meets in the cut-over, and changes that nobody has billed yet.
func (s *Story) thisMonth() {
	on := s.Day(s.months())
	for k := range 3 {
		s.seats(on, Line{s.ordinary(k*11 + 1), 0}, 2+k)
	}
	seats := s.held[Line{Differs, 0}]
	s.seats(on, Line{Differs, 0}, 3)
	s.change(on, Line{Differs, 0}, sandbox.SubscriptionChange{LegacyQuantity: &seats})
	s.change(on, Line{OldOnly, 3}, sandbox.SubscriptionChange{OnlyFace: ptr("legacy")})
	s.buy(on, Line{NewOnly, 3}, 8)
	s.Events[len(s.Events)-1].Buy.OnlyFace = "stellr"
}

// busy is how many customers change their seats in a month.
func (s *Story) busy() int { return max(2, len(s.Companies)/12) }

// ordinary is a customer without peculiarity, from a number.
func (s *Story) ordinary(n int) int {
	plain := len(s.Companies) - Fewest + 3 // the first two and the one between count too
	switch i := n % plain; {
	case i < 2:
		return i
	case i == 2:
		return Special + 1
	default:
		return i + Fewest - 3
	}
}

// step is a change of seats: mostly more, sometimes one less.
func step(n int) int {
	if n%4 == 3 {
		return -1
	}
	return 1 + n%4
}

func (s *Story) product(l Line) sandbox.Product {
	if l == (Line{Equal, 3}) {
		l.No = 0 // the same again
	}
	return s.products[(l.Customer*7+l.No*5)%len(s.products)]
}

// ProductOf is the name of what a line is about.
func (s *Story) ProductOf(l Line) string { return s.product(l).Name }

func (s *Story) buy(on clock.Date, l Line, seats int) {
	s.held[l] = seats
	s.Events = append(s.Events, Event{On: on, Line: l, Buy: &sandbox.NewSubscription{
		CustomerNo: s.Companies[l.Customer].CustomerNo, PartNumber: s.product(l).PartNumber, Quantity: seats,
		VendorID: fmt.Sprintf("00000000-0000-4000-8000-%012x", len(s.Events)),
	}})
}

// seats changes a line by so many, never below one.
func (s *Story) seats(on clock.Date, l Line, by int) {
	s.held[l] = max(1, s.held[l]+by)
	s.change(on, l, sandbox.SubscriptionChange{Quantity: ptr(s.held[l])})
}

func (s *Story) change(on clock.Date, l Line, c sandbox.SubscriptionChange) {
	s.Events = append(s.Events, Event{On: on, Line: l, Change: &c})
}

func ptr[T any](v T) *T { return &v }
