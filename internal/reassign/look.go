package reassign

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

// Side is one subscription of a move, with its ledger as it is and as it would be.
type Side struct {
	subscription.Subscription
	Before []ledger.Entry
	After  []ledger.Entry
}

// Worth is money and seat-days; the amount is unknown where a day has no price.
type Worth struct {
	Amount   decimal.NullDecimal
	Currency string
	SeatDays int
}

// Result is both subscriptions as they are, and as they would be after the move.
type Result struct {
	Move     Move // with its switch day
	Source   Side
	Target   Side
	History  subscription.History // of the target, after
	Adjusted int                  // seats of the adjustment on the switch day
	Taken    bool                 // what is not billed would go along
	Open     int                  // rows of the source that are not billed
	Unbilled Worth                // of the source, up to the switch day
	CatchUp  Worth                // what the target would charge for days that are billed already
	Digest   string               // of all this: whoever confirms it names what they saw
	Refusals []Refusal            // empty: it can be done
	Warnings []string
}

// Look tells what a move would do, and does nothing. errs.NotFound for an unknown
// source, errs.Invalid at target_id for an unknown target.
func (s Service) Look(ctx context.Context, m Move) (Result, error) {
	var r Result
	err := s.DB.Snapshot(ctx, func(tx *gorm.DB) (err error) {
		r, err = s.LookIn(ctx, tx, m)
		return err
	})
	return r, err
}

// LookIn is Look within a transaction or snapshot of the caller.
func (s Service) LookIn(ctx context.Context, db *gorm.DB, m Move) (Result, error) {
	both := map[uuid.UUID]subscription.Subscription{}
	for _, id := range []uuid.UUID{m.Source, m.Target} {
		if sub, err := subscription.Get(ctx, db, id); err == nil {
			both[id] = sub
		} else if ctx.Err() != nil {
			return Result{}, err
		}
	}
	source, target, err := pick(both, m)
	if err != nil {
		return Result{}, err
	}
	p, err := s.plan(ctx, db, m, source, target)
	if err != nil {
		return Result{}, err
	}
	return p.result(), nil
}

func (p plan) result() Result {
	r := Result{Move: p.move, History: p.history, Adjusted: p.adjusted, Taken: p.taken, Open: len(p.open), Refusals: p.refusals(), Warnings: p.warnings(),
		Source: Side{Subscription: p.source.Subscription, Before: p.source.rows, After: p.sourceAfter()},
		Target: Side{Subscription: p.target.Subscription, Before: p.target.rows, After: p.targetAfter()}}
	r.Digest = p.digest()
	r.Unbilled = worth(p.source.book.Until(p.move.On), later(p.move.On, p.source.BilledThrough), p.source.currency)
	r.CatchUp = worth(p.bookAfter(), p.history.BilledThrough, p.target.currency)
	return r
}

// digest tells two results apart.
func (p plan) digest() string {
	h := sha256.New()
	for _, e := range p.carried {
		_, _ = fmt.Fprintln(h, e.ID, e.BillingState)
	}
	_, _ = fmt.Fprintln(h, idsOf(p.aside), p.adjusted, len(p.added), p.taken, p.move.On, p.history.BilledThrough, p.target.Price(), p.source.Price())
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// worth is what a book would charge up to a day.
func worth(b billing.Book, to clock.Date, currency string) Worth {
	w := Worth{Currency: currency}
	if currency == "" {
		return w
	}
	charges, err := b.Charges(to, currency)
	if err != nil {
		return w
	}
	sum := billing.Parts{}
	for _, c := range charges {
		sum, w.SeatDays = sum.Plus(c.Exact), w.SeatDays+c.SeatDays()
	}
	w.Amount = decimal.NewNullDecimal(sum.Rounded(currency))
	return w
}

// bookAfter is the target's book as billing would read it after the move.
func (p plan) bookAfter() billing.Book {
	b := p.target.book
	b.Through, b.Rows, b.Floor = p.history.BilledThrough, nil, later(b.Floor, p.history.BillableFrom)
	if p.taken {
		b.Floor = p.floor()
	}
	aside := idsOf(p.aside)
	for _, r := range p.target.book.Rows {
		if !slices.Contains(aside, r.ID) {
			b.Rows = append(b.Rows, r)
		}
	}
	for i, e := range p.carried {
		r := p.source.row(e.ID)
		r.ID, r.Seq, r.Moved, r.Inherited = p.copies[i].ID, lastSeq+int64(i), true, e.BillingState != ledger.Open
		b.Rows = append(b.Rows, r)
	}
	for i, c := range p.added {
		r := billing.Row{ID: c.ID, Seq: lastSeq + int64(len(p.carried)+i), Event: c.Event, On: c.EffectiveAt, Delta: c.Delta, Open: c.Billing != ledger.Archived, Archived: c.Billing == ledger.Archived, Moved: true}
		if c.Event == ledger.Price {
			r.Price, r.Before = c.Price, p.source.book.PriceOn(p.move.On)
		}
		b.Rows = append(b.Rows, r)
	}
	return b
}

// lastSeq stands behind every row that is recorded.
const lastSeq = 1 << 60

func (p plan) sourceAfter() []ledger.Entry {
	after := slices.Clone(p.source.rows)
	open := idsOf(p.open)
	for i, e := range after {
		if p.taken && slices.Contains(open, e.ID) {
			after[i].BillingState = ledger.Archived
		}
	}
	return after
}

// targetAfter is the target's ledger in the order of effect, with running sums.
func (p plan) targetAfter() []ledger.Entry {
	after := slices.Clone(p.target.rows)
	aside := idsOf(p.aside)
	for i, e := range after {
		after[i].Counted = e.Counted && !slices.Contains(aside, e.ID)
	}
	for i, e := range p.carried {
		c := p.copies[i]
		e.ID, e.SubscriptionID, e.Event, e.Seq = c.ID, c.SubscriptionID, c.Event, lastSeq+int64(i)
		e.OriginChangeID = uuid.NullUUID{UUID: c.From, Valid: true}
		after = append(after, e)
	}
	for i, c := range p.added {
		born := c.Billing
		if born == "" {
			born = ledger.Open
		}
		after = append(after, ledger.Entry{ID: c.ID, Seq: lastSeq + int64(len(p.carried)+i), SubscriptionID: c.SubscriptionID, Event: c.Event, EffectiveAt: c.EffectiveAt, Delta: c.Delta,
			UnitPrice: c.Price.Value, PricePeriod: string(c.Price.Period), Currency: c.Price.Currency, Note: c.Note, Counted: true, BillingState: born})
	}
	slices.SortFunc(after, func(a, b ledger.Entry) int {
		return cmp.Or(cmp.Compare(b.EffectiveAt.DaysUntil(a.EffectiveAt), 0), cmp.Compare(a.Seq, b.Seq))
	})
	sum := 0
	for i, e := range after {
		if e.Counted {
			sum += e.Delta
		}
		after[i].Running = sum
	}
	return after
}

// warnings are what a person should see, and may go on with.
func (p plan) warnings() []string {
	var all []string
	a, b := p.source, p.target
	if a.ProductID.Valid && b.ProductID.Valid && a.ProductID != b.ProductID || a.SKU != "" && b.SKU != "" && a.SKU != b.SKU {
		all = append(all, fmt.Sprintf("They are different products: %s and %s. The history will stand under the latter.", a.Called(), b.Called()))
	}
	if a.Term != b.Term {
		all = append(all, fmt.Sprintf("Their terms differ: %s and %s.", a.Term, b.Term))
	}
	if was, is := a.book.PriceOn(p.move.On), b.book.PriceOn(p.move.On); is.Value.Valid && was.Value.Valid && !is.Equal(was) {
		all = append(all, fmt.Sprintf("Their prices differ: %s %s per %s until the switch day, %s %s per %s from it on.",
			was.Value.Decimal, was.Currency, was.Period, is.Value.Decimal, is.Currency, is.Period))
	}
	if !p.taken && !a.BilledThrough.IsZero() && a.BilledThrough.Before(p.move.On) {
		all = append(all, fmt.Sprintf("The days from %s to the switch day are not billed yet. They stay with %s, and the next full cycle bills them.", a.BilledThrough, a.ExternalID))
	}
	return all
}
