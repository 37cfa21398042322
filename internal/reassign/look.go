package reassign

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/history"
	"seatledger/internal/impact"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

// Side is one subscription of a move, with its ledger as it is, and with what its next
// invoices would bill as it stands and after the move.
type Side struct {
	subscription.Subscription
	Rows      []ledger.Entry
	DueBefore []impact.Due
	DueAfter  []impact.Due
}

// Result is both subscriptions as they are, and as they would be after the move.
type Result struct {
	Move     Move // with its switch day
	Source   Side
	Target   Side
	After    []ledger.Entry       // the target's ledger
	History  subscription.History // of the target, after
	Adjusted int                  // seats of the adjustment on the switch day
	DueTo    clock.Date           // day up to which money is reckoned: the switch day, or how far either is paid
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
	to := p.dueTo()
	side := func(s side, after history.History) Side {
		return Side{
			Subscription: s.Subscription, Rows: s.rows,
			DueBefore: impact.DueOf(s.history, to), DueAfter: impact.DueOf(after, to),
		}
	}
	return Result{
		Move: p.move, Source: side(p.source, p.after.source), Target: side(p.target, p.after.target),
		After:   p.targetAfter(),
		History: p.stands, Adjusted: p.adjusted, DueTo: to, Digest: p.digest(), Refusals: p.refusals(),
		Warnings: p.warnings(),
	}
}

// dueTo is the switch day, or the day up to which either of them is paid.
func (p plan) dueTo() clock.Date {
	to := p.move.On
	for _, h := range []history.History{p.source.history, p.target.history} {
		for _, id := range h.Contracts() {
			to = clock.Later(to, h.PaidTo(id))
		}
	}
	return to
}

// digest tells two results apart.
func (p plan) digest() string {
	h := sha256.New()
	_, _ = fmt.Fprintln(h, idsOf(p.carried), idsOf(p.aside), p.adjusted, len(p.added), p.move.On, p.stands.BillableFrom)
	price, known := p.after.target.PriceOn(p.move.On)
	_, _ = fmt.Fprintln(h, price.Price.Words(), known)
	for _, days := range []history.History{p.after.source, p.after.target} {
		for _, d := range impact.DueOf(days, p.dueTo()) {
			_, _ = fmt.Fprintln(h, d.Contract, d.Amount.Decimal, d.Amount.Valid, d.SeatDays)
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// lastSeq stands behind every row that is recorded.
const lastSeq = 1 << 60

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
		born := ledger.Open
		if c.Delta < 0 && !c.Refund {
			born = ledger.Archived
		}
		after = append(after, ledger.Entry{
			ID: c.ID, Seq: lastSeq + int64(len(p.carried)+i), SubscriptionID: c.SubscriptionID, Event: c.Event,
			EffectiveAt: c.EffectiveAt, Delta: c.Delta, Refund: c.Refund, UnitPrice: c.Price.Value,
			PricePeriod: string(c.Price.Period), Currency: c.Price.Currency, Note: c.Note, Counted: true,
			BillingState: born,
		})
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
	if a.ProductID.Valid && b.ProductID.Valid && a.ProductID != b.ProductID || a.SKU != "" && b.SKU != "" &&
		a.SKU != b.SKU {
		all = append(all, fmt.Sprintf("They are different products: %s and %s. The history will stand under the latter.",
			a.Called(), b.Called()))
	}
	if a.Term != b.Term {
		all = append(all, fmt.Sprintf("Their terms differ: %s and %s.", a.Term, b.Term))
	}
	all = append(all, p.priceWarnings()...)
	if first := p.after.target.FirstDay(); first.After(p.move.On) {
		all = append(all, fmt.Sprintf("The contract of %s bills from %s on, after the switch day. "+
			"Until then the days stay with %s: deactivate it on %s, not before.", b.ExternalID, first,
			a.ExternalID, first))
	}
	if b.history.PaidTo(b.ContractID.UUID).After(b.history.FirstDay()) {
		all = append(all, fmt.Sprintf("%s is billed already. What both were billed for is credited by its next "+
			"invoice, "+
			"as the money below says.", name(b)))
	}
	return all
}

func (p plan) priceWarnings() []string {
	was, before := p.source.history.PriceOn(p.move.On)
	is, from := p.after.target.PriceOn(p.move.On)
	switch {
	case !from:
		return []string{fmt.Sprintf("%s has no price from the switch day on. "+
			"Those days are not billed until it has one.",
			p.target.ExternalID)}
	case before && !is.Price.Equal(was.Price.Amount):
		return []string{fmt.Sprintf("Their prices differ: %s %s per %s until the switch day, %s %s per %s from it on.",
			was.Price.Value.Decimal, was.Price.Currency, was.Price.Period,
			is.Price.Value.Decimal, is.Price.Currency, is.Price.Period)}
	}
	return nil
}
