package reassign

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/ledger"
	"seatledger/internal/retire"
	"seatledger/internal/subscription"
)

// side is one subscription with its ledger, as a plan reads it.
type side struct {
	subscription.Subscription
	rows     []ledger.Entry
	book     billing.Book
	currency string     // its contract's; empty: it stands in none
	charged  clock.Date // first day that nobody was charged for
	moves    []Record
}

func sideOf(ctx context.Context, db *gorm.DB, s subscription.Subscription) (side, error) {
	out := side{Subscription: s}
	var err error
	if out.rows, err = ledger.Of(ctx, db, s.ID); err != nil {
		return out, fmt.Errorf("ledger of %s: %w", s.ID, err)
	}
	if out.book, out.currency, err = billing.BookOf(ctx, db, s.ID); err != nil {
		return out, err
	}
	if out.charged, err = chargedThrough(ctx, db, s); err != nil {
		return out, err
	}
	out.moves, err = Standing(ctx, db, []uuid.UUID{s.ID})
	return out, err
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

// row is what billing reads of an entry.
func (s side) row(id uuid.UUID) billing.Row {
	i := slices.IndexFunc(s.book.Rows, func(r billing.Row) bool { return r.ID == id })
	if i < 0 {
		return billing.Row{ID: id}
	}
	return s.book.Rows[i]
}

// plan is what a move would write.
type plan struct {
	move           Move
	source, target side
	closing        *ledger.Entry // of a source that has ended: it does not go over
	carried        []ledger.Entry
	open           []ledger.Entry // of the carried: not billed
	aside          []ledger.Entry
	copies         []ledger.Copy
	added          []ledger.Change // what differs on the switch day: seats, price
	adjusted       int
	taken          bool
	history        subscription.History // of the target
	foreign        []foreignInvoice
}

// plan reckons a move of two subscriptions, refused or not.
func (s Service) plan(ctx context.Context, db *gorm.DB, m Move, source, target subscription.Subscription) (plan, error) {
	p := plan{move: m}
	var err error
	if p.source, err = sideOf(ctx, db, source); err != nil {
		return p, err
	}
	if p.target, err = sideOf(ctx, db, target); err != nil {
		return p, err
	}
	p.move.On = p.switchDay(s.Today())
	p.carry()
	p.setAside()
	if err := p.adjust(ctx, db); err != nil {
		return p, err
	}
	p.taken = m.Unbilled == TakeAlong && p.unbilledDays()
	p.copy()
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

// carry picks what goes over: what counts, but the end of a source that has ended.
// The order is that in which it was recorded, history that the source was given first.
func (p *plan) carry() {
	p.closing = p.source.closing()
	for _, e := range p.source.rows {
		if !e.Counted || p.closing != nil && e.ID == p.closing.ID {
			continue
		}
		p.carried = append(p.carried, e)
		if e.BillingState == ledger.Open {
			p.open = append(p.open, e)
		}
	}
	first := func(e ledger.Entry) int {
		if p.source.row(e.ID).Moved {
			return 0
		}
		return 1
	}
	slices.SortFunc(p.carried, func(a, b ledger.Entry) int { return cmp.Or(cmp.Compare(first(a), first(b)), cmp.Compare(a.Seq, b.Seq)) })
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

// unbilledDays tells whether anything of the source up to the switch day is not billed yet.
func (p *plan) unbilledDays() bool {
	return len(p.open) > 0 || p.source.BilledThrough.Before(p.move.On)
}

// adjust makes the explicit rows of what differs on the switch day.
func (p *plan) adjust(ctx context.Context, db *gorm.DB) error {
	left := p.target.LedgerQuantity
	for _, e := range p.carried {
		left -= e.Delta
	}
	for _, e := range p.target.rows {
		if e.Counted && !slices.ContainsFunc(p.aside, func(a ledger.Entry) bool { return a.ID == e.ID }) {
			left -= e.Delta
		}
	}
	p.adjusted = left
	if left != 0 {
		born, err := born(ctx, db, p.target, left)
		if err != nil {
			return err
		}
		p.add(ledger.Change{Event: ledger.Adjust, Delta: left, Billing: born, Note: "What the two subscriptions differ by on the switch day."})
	}
	was, is := p.source.book.PriceOn(p.move.On), p.target.book.PriceOn(p.move.On)
	if is.Value.Valid && !is.Equal(was) {
		p.add(ledger.Change{Event: ledger.Price, Note: "From the switch day on the new subscription's price holds.",
			Details: ledger.Details{"price": ledger.Was{Before: was.Words(), After: is.Words()}}})
		p.added[len(p.added)-1].Price = is
	}
	return nil
}

// born is how a difference is charged: more seats like any; fewer as the refund setting says (RULES 8).
func born(ctx context.Context, db *gorm.DB, target side, seats int) (ledger.BillingState, error) {
	if seats > 0 {
		return ledger.Open, nil
	}
	r, err := retire.RefundsOf(ctx, db, target.ContractID)
	if err != nil || r.Allowed {
		return ledger.Open, err
	}
	return ledger.Archived, nil
}

func (p *plan) add(c ledger.Change) {
	c.ID, c.SubscriptionID, c.EffectiveAt = uuid.Must(uuid.NewV7()), p.target.ID, p.move.On
	c.QuantityAfter = p.target.LedgerQuantity
	c.Price, c.Cost = p.target.Price(), p.target.Cost()
	p.added = append(p.added, c)
}

// copy makes the copies. What began the source carries on here; what is billed stays settled by its invoice.
func (p *plan) copy() {
	after := 0
	for _, e := range p.carried {
		after += e.Delta
		c := ledger.Copy{ID: uuid.Must(uuid.NewV7()), From: e.ID, SubscriptionID: p.target.ID, Event: e.Event, QuantityAfter: after, Billing: e.BillingState, InvoiceID: e.InvoiceID}
		if e.Event == ledger.Create {
			c.Event = ledger.Carry
		}
		p.copies = append(p.copies, c)
	}
}

// stand reckons what the move makes of the target's billing.
func (p *plan) stand() {
	h := p.target.History()
	for _, e := range p.carried {
		if h.Since.IsZero() || e.EffectiveAt.Before(h.Since) {
			h.Since = e.EffectiveAt
		}
	}
	if p.taken {
		h.BillableFrom, h.BilledThrough = p.source.BillableFrom, p.source.BilledThrough
		if h.BilledThrough.IsZero() {
			h.BilledThrough = p.source.book.From
		}
	} else {
		credited := p.closing != nil && p.closing.BillingState == ledger.Invoiced
		h.BillableFrom, h.BilledThrough = p.move.On, begins(p.source.charged, p.move.On, p.target.book.Floor, credited)
	}
	switch {
	case p.source.State != subscription.Inactive:
		h.CutoverHold = true
	case p.move.Course != ledger.FromCutover:
		h.TwinHold, h.CutoverHold = false, false
	}
	p.history = h
}

// floor is the first day that was ever billed of the source, or will be: no row that
// is taken along is charged for a day before it.
func (p plan) floor() clock.Date {
	if p.source.BilledThrough.IsZero() {
		return p.source.book.From
	}
	return p.source.book.Floor
}

// begins is the first day that the target bills when the source holds the days up to
// on: not one that the source has billed, unless that was given back (RULES 9). Zero
// where neither has billed, and no contract says from when it is.
func begins(through, on, billFrom clock.Date, credited bool) clock.Date {
	switch {
	case credited:
		return on
	case !through.IsZero():
		return later(through, on)
	case billFrom.IsZero():
		return clock.Date{}
	}
	return later(billFrom, on)
}

func later(a, b clock.Date) clock.Date {
	if b.After(a) {
		return b
	}
	return a
}
