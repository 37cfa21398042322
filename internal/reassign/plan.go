package reassign

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/retire"
	"seatledger/internal/subscription"
)

// side is one subscription with its ledger, as a plan reads it.
type side struct {
	subscription.Subscription
	rows    []ledger.Entry
	history history.History
	moves   []Record
}

func sideOf(ctx context.Context, db *gorm.DB, s subscription.Subscription) (side, error) {
	out := side{Subscription: s}
	var err error
	if out.rows, err = ledger.Of(ctx, db, s.ID); err != nil {
		return out, fmt.Errorf("ledger of %s: %w", s.ID, err)
	}
	if out.history, err = history.One(ctx, db, s.ID); err != nil {
		return out, err
	}
	out.moves, err = Standing(ctx, db, []uuid.UUID{s.ID})
	return out, err
}

// currency is its contract's, or of one without a contract that of its price on a day; empty: unknown.
func (s side) currency(day clock.Date) string {
	if k := s.history.Contract(s.ContractID.UUID).Currency; k != "" {
		return k
	}
	price, _ := s.history.PriceOn(day)
	return price.Price.Currency
}

// closing is the row that ended an inactive subscription.
func (s side) closing() *ledger.Entry {
	if s.State != subscription.Inactive {
		return nil
	}
	var last *ledger.Entry
	for i, e := range s.rows {
		if e.Counted && e.Event == ledger.Deactivate && (last == nil || e.Seq > last.Seq) {
			last = &s.rows[i]
		}
	}
	return last
}

// place is where a counted row stands in the order of recording.
func (s side) place(id uuid.UUID) history.Place {
	i := slices.IndexFunc(s.history.Rows, func(r history.Row) bool { return r.ID == id })
	if i < 0 {
		return history.Place{}
	}
	return s.history.Rows[i].Place
}

// plan is what a move would write.
type plan struct {
	move           Move
	source, target side
	carried        []ledger.Entry // all that counts of the source, but its end
	aside          []ledger.Entry // own rows of the target, whose place the history takes
	copies         []ledger.Copy
	added          []ledger.Change // what differs on the switch day: seats, product, price
	adjusted       int
	stands         subscription.History // of the target, after
	after          days
	foreign        []foreignInvoice
}

// days are both histories as they would stand.
type days struct{ source, target history.History }

// plan reckons a move of two subscriptions, refused or not.
func (s Service) plan(ctx context.Context, db *gorm.DB, m Move, source,
	target subscription.Subscription) (plan, error) {
	p := plan{move: m}
	var err error
	if p.source, err = sideOf(ctx, db, source); err != nil {
		return p, err
	}
	if p.target, err = sideOf(ctx, db, target); err != nil {
		return p, err
	}
	refunds, err := retire.RefundsOf(ctx, db, target.ContractID)
	if err != nil {
		return p, err
	}
	p.move.On = p.switchDay(s.Today())
	p.carry()
	p.setAside()
	p.copy()
	p.after.target = taking(p.target.history, p.source.history, idsOf(p.carried), idsOf(p.aside), p.move.On)
	p.adjustSeats(refunds.Allowed)
	p.keepProduct()
	p.keepPrice()
	p.after.source, p.after.target = history.HandOver(p.source.history, p.after.target)
	p.stand()
	p.foreign, err = foreignInvoices(ctx, db, p)
	return p, err
}

func (p *plan) switchDay(today clock.Date) clock.Date {
	s := p.source
	switch {
	case s.State == subscription.Inactive:
		return s.DeactivatedOn
	case !p.move.On.IsZero():
		return p.move.On
	case !s.FrozenFrom.IsZero():
		return s.FrozenFrom
	case !p.target.BillableFrom.IsZero():
		return p.target.BillableFrom
	}
	return today
}

// carry picks what goes over: what counts, but the end of a source that has ended, in the order of recording.
func (p *plan) carry() {
	closing := p.source.closing()
	for _, e := range p.source.rows {
		if e.Counted && (closing == nil || e.ID != closing.ID) {
			p.carried = append(p.carried, e)
		}
	}
	slices.SortStableFunc(p.carried, func(a, b ledger.Entry) int {
		return p.source.place(a.ID).Compare(p.source.place(b.ID))
	})
}

// setAside picks the target's own rows up to the switch day, and its beginning
// whenever that was: the history takes their place.
func (p *plan) setAside() {
	for _, e := range p.target.rows {
		if e.Counted && (e.Event == ledger.Create || !e.EffectiveAt.After(p.move.On)) {
			p.aside = append(p.aside, e)
		}
	}
}

// copy makes the copies. What began the source carries on here.
func (p *plan) copy() {
	after := 0
	for _, e := range p.carried {
		after += e.Delta
		c := ledger.Copy{
			ID: uuid.Must(uuid.NewV7()), From: e.ID, SubscriptionID: p.target.ID, Event: e.Event, QuantityAfter: after,
			Billing: e.BillingState, InvoiceID: e.InvoiceID,
		}
		if e.Event == ledger.Create {
			c.Event = ledger.Carry
		}
		p.copies = append(p.copies, c)
	}
}

// adjustSeats makes the row of what the seats differ by on the switch day. Fewer are
// given back as the contract's setting says (RULES 8).
func (p *plan) adjustSeats(refund bool) {
	p.adjusted = p.target.LedgerQuantity
	for _, e := range p.carried {
		p.adjusted -= e.Delta
	}
	aside := idsOf(p.aside)
	for _, e := range p.target.rows {
		if e.Counted && !slices.Contains(aside, e.ID) {
			p.adjusted -= e.Delta
		}
	}
	if p.adjusted == 0 {
		return
	}
	p.add(ledger.Change{
		Event: ledger.Adjust, Delta: p.adjusted, Refund: p.adjusted < 0 && refund,
		Note: "What the two subscriptions differ by on the switch day.",
	})
}

// keepProduct says that from the switch day on the target is its own product, where the history tells of others.
func (p *plan) keepProduct() {
	was, is := p.source.history.ProductOn(p.move.On), p.target.history.ProductOn(p.move.On)
	if !p.source.history.ProductChanges() || is.Same(was) {
		return
	}
	p.add(ledger.Change{
		Event: ledger.Product, Note: "From the switch day on it is the new subscription's product.",
		Details: ledger.Details{"product": ledger.Was{Before: wordsOf(was, p.source), After: wordsOf(is, p.target)}},
	})
}

func wordsOf(p history.ProductFrom, s side) history.Product {
	return history.Product{ID: p.ID, Kind: p.Kind, Term: p.Term, Rhythm: p.Rhythm, Name: s.ProductName,
		Part: s.PartNumber}
}

// ownPrice is the target's price on the switch day, or on its first day where that comes later.
func (p *plan) ownPrice() (history.Row, bool) {
	return p.target.history.PriceOn(clock.Later(p.move.On, p.target.history.FirstDay()))
}

// keepPrice lets the target's own price hold from the switch day on, where the copies would make it another.
func (p *plan) keepPrice() {
	was, _ := p.after.target.PriceOn(p.move.On)
	is, known := p.ownPrice()
	if !known || is.Price.Equal(was.Price.Amount) {
		return
	}
	from := ledger.CarriedIn
	if is.Price.ByPerson {
		from = ledger.ByTyping
	}
	p.add(ledger.Change{
		Event: ledger.Price, Price: is.Price.Amount, Note: "From the switch day on the new subscription's price holds.",
		PriceFor: ledger.PriceFor{Product: is.Price.Product, Term: is.Price.Term, Frequency: is.Price.Rhythm,
			From: from},
		Details: ledger.Details{"price": ledger.Was{Before: was.Price.Words(), After: is.Price.Words()}},
	})
}

// add enters a row on the switch day, with the price that holds on it.
func (p *plan) add(c ledger.Change) {
	c.ID, c.SubscriptionID, c.EffectiveAt = uuid.Must(uuid.NewV7()), p.target.ID, p.move.On
	c.QuantityAfter, c.Cost = p.target.LedgerQuantity, p.target.Cost()
	row := history.Row{
		ID: c.ID, Event: c.Event, Source: p.move.Course, On: c.EffectiveAt, Delta: c.Delta, Refund: c.Refund,
		Price: history.Price{
			Amount: c.Price, Product: c.PriceFor.Product, Term: c.PriceFor.Term, Rhythm: c.PriceFor.Frequency,
			ByPerson: c.PriceFor.From == ledger.ByTyping,
		},
	}
	if now, known := p.ownPrice(); known {
		c.Price = now.Price.Amount
	}
	p.added = append(p.added, c)
	p.after.target = p.after.target.With(row)
}

// stand says from when the target is billed, since when its history goes back, and whether it waits.
func (p *plan) stand() {
	h := p.target.History()
	for _, e := range p.carried {
		if h.Since.IsZero() || e.EffectiveAt.Before(h.Since) {
			h.Since = e.EffectiveAt
		}
	}
	h.BillableFrom = p.move.On
	switch {
	case p.source.State != subscription.Inactive:
		h.CutoverHold = true
	case p.move.Course != ledger.FromCutover:
		h.TwinHold, h.CutoverHold = false, false
	}
	p.stands = h
}
