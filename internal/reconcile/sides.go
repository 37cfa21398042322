package reconcile

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/money"
)

// Charge is a line of a bill as another room has it. Numbers are digits with a point, days as 2026-10-31; no To is
// charged once.
type Charge struct {
	Line                              string // its name; each difference says those that it is about
	ID, VendorID                      string // of the subscription
	Customer, Part, Product           string
	Term, Frequency, Word, Reference  string
	From, To                          string
	Quantity, UnitPrice, Amount, Rate string // Quantity and UnitPrice may be unknown
	Currency                          string
	Usage                             bool
	Ours                              bool // ID is that of a subscription of ours
}

// Sale is a line of an invoice of ours as another room has it.
type Sale struct {
	Line, ID, Customer, Part string
	From, To                 string
	Period                   money.Period
	Seats, UnitPrice, Amount string // UnitPrice may be unknown
	Currency                 string
}

// Sides are the lines of a bill and of invoices, handed over a line at a time in any order. What is compared with
// what, and what is found, is as with two files.
type Sides struct {
	words *pool
	cs    []keptCharge
	bs    []keptBilled
	frame frame
	days  map[string]day
}

// NewSides has no lines yet; of the bill about so many will come.
func NewSides(lines int) *Sides {
	return &Sides{cs: make([]keptCharge, 0, lines), bs: make([]keptBilled, 0, lines), words: newPool(),
		days: map[string]day{},
		frame: frame{own: map[word]span{}, claimed: map[word][]span{}, cycles: map[word]cycles{},
			costs: map[word]cycleCost{}}}
}

// Charge adds a line of the bill.
func (s *Sides) Charge(l Charge) (err error) {
	c := keptCharge{line: s.words.add(l.Line), ids: [2]word{s.words.keep(l.ID), s.words.keep(l.VendorID)},
		customer: s.words.keep(l.Customer), part: s.words.keep(l.Part), product: s.words.keep(l.Product),
		currency: s.words.keep(l.Currency)}
	if l.Reference != "" {
		c.event = s.words.hash(l.Reference)
	}
	plain := plainWord(l.Word)
	c.word, c.credit, c.ours = s.words.keep(plain), isCredit(plain), l.Ours && !l.Usage
	if c.span, err = s.span(l.From, l.To); err != nil {
		return err
	}
	if c.seats, _, err = said(l.Quantity); err != nil {
		return err
	}
	if c.amount, _, err = said(l.Amount); err != nil {
		return err
	}
	if c.amount.sign()*c.seats.sign() < 0 { // the amount decides
		c.seats.digits = -c.seats.digits
	}
	priced := false
	if c.unit, priced, err = said(l.UnitPrice); err != nil {
		return err
	}
	if c.unpriced = !priced; c.unit.sign() < 0 {
		c.unit.digits = -c.unit.digits // a refund has its sign in the amount
	}
	if rate, converted, err := said(l.Rate); err != nil {
		return err
	} else if converted && rate.sign() > 0 && !rate.equal(number{digits: 1}) {
		c.rate = s.words.keep(l.Rate)
	}
	period, _ := money.ParsePeriod(l.Frequency) // a word that nobody knows says nothing
	if c.usage = l.Usage || tellsUsage(plain, l.Product, period, c.seats); !c.usage {
		c.period = periodNumber(period)
		c.trial = strings.Contains(plain, "trial") || strings.Contains(strings.ToLower(l.Term), "trial")
	}
	s.cs = append(s.cs, c)
	return nil
}

// Sale adds a line of ours.
func (s *Sides) Sale(l Sale) (err error) {
	b := keptBilled{line: s.words.add(l.Line), id: s.words.keep(l.ID), customer: s.words.keep(l.Customer),
		part: s.words.keep(l.Part), period: periodNumber(l.Period), currency: s.words.keep(l.Currency)}
	if b.span, err = s.span(l.From, l.To); err != nil {
		return err
	}
	if b.seats, _, err = said(l.Seats); err != nil {
		return err
	}
	if b.amount, _, err = said(l.Amount); err != nil {
		return err
	}
	if b.amount.sign()*b.seats.sign() < 0 {
		b.seats.digits = -b.seats.digits
	}
	if b.unit, b.priced, err = said(l.UnitPrice); err != nil {
		return err
	}
	s.bs = append(s.bs, b)
	return nil
}

// About says which days the bill is about: what we billed on others stands on another bill.
func (s *Sides) About(from, to string) (err error) {
	s.frame.charged, err = s.span(from, to)
	return err
}

// Comparable says on which days a subscription, or else a customer, was billed at all, so that its lines on others
// are not compared. No days: none of its lines is.
func (s *Sides) Comparable(of, from, to string) error {
	days, err := s.span(from, to)
	if err == nil {
		s.frame.own[s.words.id(s.words.keep(of))] = days
	}
	return err
}

// Claimed says that another bill charges these days of a subscription: they are not compared where this bill does not
// charge them.
func (s *Sides) Claimed(id, from, to string) error {
	days, err := s.span(from, to)
	if err == nil && !days.empty() {
		key := s.words.id(s.words.keep(id))
		s.frame.claimed[key] = append(s.frame.claimed[key], days)
	}
	return err
}

// Again lets the lines of the bill that are about a subscription of ours, and its days, be compared with other lines
// of ours: those handed over so far are forgotten, and what was said of their days.
func (s *Sides) Again() {
	s.bs, s.frame.own = s.bs[:0], map[word]span{}
	s.cs = slices.DeleteFunc(s.cs, func(c keptCharge) bool { return !c.ours })
}

// Compare compares the lines; uncovered is told of each line of the bill that could not be compared. What nothing was
// said of is compared on all days that the bill is about.
func (s *Sides) Compare(ctx context.Context, tolerance decimal.Decimal, uncovered func(line string)) (Result, error) {
	all := daysOf(s.cs, func(c *keptCharge) span { return c.span })
	if s.frame.charged.empty() {
		s.frame.charged = all
	}
	s.frame.all = span{min(all.from, s.frame.charged.from), max(all.to, s.frame.charged.to)}
	s.frame.uncovered = uncovered
	return s.frame.compare(ctx, s.words, s.cs, s.bs, tolerance)
}

func (s *Sides) span(from, to string) (out span, err error) {
	if from == "" {
		return out, nil
	}
	if out.from, err = s.day(from); err != nil || to == "" {
		out.to = out.from
		return out, err
	}
	out.to, err = s.day(to)
	return out, err
}

// day reads a day; a bill has few, each many times.
func (s *Sides) day(text string) (day, error) {
	d, known := s.days[text]
	if known {
		return d, nil
	}
	text = strings.Clone(text)
	at, err := time.Parse(dayForm, text)
	if err != nil {
		return 0, fmt.Errorf("%q is no day", text)
	}
	s.days[text] = dayOf(at)
	return s.days[text], nil
}

// said reads a number that may be unknown.
func said(text string) (n number, known bool, err error) {
	if text == "" {
		return n, false, nil
	}
	n, ok := readNumber(text)
	if !ok || n.high() {
		return n, false, fmt.Errorf("%q is no number that a bill comes to", text)
	}
	return n, true, nil
}
