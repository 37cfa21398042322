package difference

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/history"
)

// Seats that were billed to the customer because a bill charged them, and that a corrected or a later bill takes
// back,
// are given back to the customer: the order of seats ends, or begins, where the bill does, and the next run credits
// the
// days (decision 92).

// order is seats that were ordered beside the ledger.
type order struct {
	ID     uuid.UUID
	Seats  int
	FromOn clock.Date
	ToOn   clock.Date
}

// ordered are the orders of a subscription that stand, the last one first.
func ordered(ctx context.Context, tx *gorm.DB, subscription uuid.UUID) (out []order, err error) {
	err = tx.WithContext(ctx).Raw(`SELECT id, seats, from_on, to_on FROM supplier_seats WHERE subscription_id = ?
		AND undone_at IS NULL ORDER BY at DESC, id DESC`, subscription).Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("ordered seats of subscription %s: %w", subscription, err)
	}
	return out, nil
}

// takesBack tells a difference that may be about seats that were ordered: the bill charges fewer than were billed.
func (r Row) takesBack() bool {
	return r.Once.Sign() < 0 && r.SubscriptionID.Valid && seats[r.Kind] && r.Kind != Unmapped
}

// Returnable tells whether seats can be given back to the customer that were ordered before.
func (s Side) Returnable() bool { return s.takesBack() && s.ordered > 0 }

// giveBack shortens the orders of a subscription to the seats that the bill has on the days of its lines.
func (s Service) giveBack(ctx context.Context, tx *gorm.DB, by audit.Actor, r Row) (audit.Event, error) {
	orders, err := ordered(ctx, tx, r.SubscriptionID.UUID)
	if err != nil {
		return audit.Event{}, err
	}
	lines, err := charges(ctx, tx, r)
	if err != nil {
		return audit.Event{}, err
	}
	h, err := history.One(ctx, tx, r.SubscriptionID.UUID)
	if err != nil {
		return audit.Event{}, err
	}
	t := trace{}
	for at, left := range returned(orders, lines, h) {
		if left == nil {
			continue
		}
		made, err := s.shorten(ctx, tx, by, orders[at], left.kept)
		if err != nil {
			return audit.Event{}, err
		}
		t.Shortened, t.Left = append(t.Shortened, orders[at].ID), append(t.Left, made...)
	}
	if len(t.Shortened) == 0 {
		return audit.Event{}, errs.New(errs.Conflict,
			"On these days nothing was billed beyond the ledger, so there is "+
				"nothing to give back. Correct the ledger, or dismiss it. Nothing was changed.")
	}
	return s.decide(ctx, tx, by, r, decision{state: Billed, trace: t})
}

// rest is what is left of an order.
type rest struct{ kept []order }

// returned is what is left of each order; nil: it stays as it is.
func returned(orders []order, lines []charged, h history.History) []*rest {
	out := make([]*rest, len(orders))
	for at, o := range orders {
		days := []clock.Date{}
		for _, l := range lines {
			days = append(days, l.FromOn, l.ToOn)
		}
		for _, x := range orders {
			days = append(days, x.FromOn, x.ToOn)
		}
		ledger := h.Ledger(o.ToOn)
		for _, d := range ledger {
			days = append(days, d.From, d.To)
		}
		var kept []order
		less := false
		for _, p := range history.Cut(contract.Period{From: o.FromOn, To: o.ToOn}, days) {
			n := o.Seats - min(o.Seats, max(0, overOn(p.From, lines, ledger)-takenOn(p.From, orders[:at], out)))
			if less = less || n < o.Seats; n > 0 {
				kept = append(kept, order{Seats: n, FromOn: p.From, ToOn: p.To})
			}
		}
		if less {
			out[at] = &rest{joinedOrders(kept)}
		}
	}
	return out
}

// overOn is how many of the ordered seats of a day the bill does not charge. A day that it has no line about says
// nothing.
func overOn(day clock.Date, lines []charged, ledger []history.Span) int {
	if !slices.ContainsFunc(lines, func(l charged) bool { return !l.FromOn.After(day) && day.Before(l.ToOn) }) {
		return 0
	}
	for _, d := range ledger {
		if d.Has(day) {
			return min(d.Extra, d.Counted+d.Extra-int(seatsOn(lines, day).IntPart()))
		}
	}
	return 0
}

// takenOn is how many seats of a day later orders give up already.
func takenOn(day clock.Date, orders []order, left []*rest) (n int) {
	for at, o := range orders {
		if left[at] == nil || o.FromOn.After(day) || !day.Before(o.ToOn) {
			continue
		}
		n += o.Seats
		for _, k := range left[at].kept {
			if !k.FromOn.After(day) && day.Before(k.ToOn) {
				n -= k.Seats
			}
		}
	}
	return n
}

func joinedOrders(all []order) (out []order) {
	for _, o := range all {
		if n := len(out); n > 0 && out[n-1].ToOn == o.FromOn && out[n-1].Seats == o.Seats {
			out[n-1].ToOn = o.ToOn
			continue
		}
		out = append(out, o)
	}
	return out
}

// shorten sets an order aside and writes what is left of it in its place.
func (s Service) shorten(ctx context.Context, tx *gorm.DB, by audit.Actor, o order, kept []order) (made []uuid.UUID,
	err error) {
	tx = tx.WithContext(ctx)
	for _, k := range kept {
		id := uuid.Must(uuid.NewV7())
		err := tx.Exec(`INSERT INTO supplier_seats (id, subscription_id, difference_id, seats, from_on, to_on,
		after_seq,
				after_invoice, at, actor)
			SELECT ?, subscription_id, difference_id, ?, ?, ?, after_seq, after_invoice, at, actor FROM supplier_seats
			WHERE id = ?`, id, k.Seats, k.FromOn, k.ToOn, o.ID).Error
		if err != nil {
			return nil, fmt.Errorf("what is left of ordered seats: %w", err)
		}
		made = append(made, id)
	}
	err = tx.Exec(`UPDATE supplier_seats SET undone_at = ?, undone_by = ? WHERE id = ?`, s.Clock.Now(), by.Name,
		o.ID).Error
	if err != nil {
		return nil, fmt.Errorf("give ordered seats back: %w", err)
	}
	return made, nil
}

// orderAgain writes orders anew that a decision had shortened, where what ordered them still stands.
func (s Service) orderAgain(ctx context.Context, tx *gorm.DB, by audit.Actor, t trace) error {
	tx = tx.WithContext(ctx)
	for _, id := range t.Shortened {
		err := tx.Exec(`INSERT INTO supplier_seats (id, subscription_id, difference_id, seats, from_on, to_on,
		after_seq,
				after_invoice, at, actor)
			SELECT gen_random_uuid(), x.subscription_id, x.difference_id, x.seats, x.from_on, x.to_on, x.after_seq,
				x.after_invoice, x.at, x.actor
			FROM supplier_seats x JOIN differences d ON d.id = x.difference_id WHERE x.id = ? AND d.trace IS NOT
			NULL`,
			id).Error
		if err != nil {
			return fmt.Errorf("order seats again: %w", err)
		}
	}
	for _, id := range t.Left {
		err := tx.Exec(`UPDATE supplier_seats SET undone_at = ?, undone_by = ? WHERE id = ? AND undone_at IS NULL`,
			s.Clock.Now(), by.Name, id).Error
		if err != nil {
			return fmt.Errorf("order seats again: %w", err)
		}
	}
	return nil
}
