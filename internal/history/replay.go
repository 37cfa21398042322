package history

import (
	"slices"

	"github.com/google/uuid"

	"seatledger/internal/clock"
)

// Seats are the seats of one day (RULES 8).
type Seats struct {
	Counted   int // in the ledger
	Paid      int // on standing lines
	Outside   int // billed elsewhere
	Forfeited int // paid, and left without refund
	Extra     int // of a supplier's bill, and not in the ledger
}

// Charged is what the day is charged for in all.
func (s Seats) Charged() int { return s.Counted + s.Forfeited + s.Extra - s.Outside }

// Due is what the day is to be charged for, or credited where it is negative.
func (s Seats) Due() int { return s.Charged() - s.Paid }

// replay is a day under a contract as it came to be: its rows and lines one after
// the other in the order of recording.
type replay struct {
	Seats
	ended bool // by the end of the contract or of the subscription: what joins later does not count
}

// step is a row, a line, or an end that a day has.
type step struct {
	place   Place
	delta   int
	refund  bool
	outside int
	line    bool
	paid    int
	end     bool
	extra   int
}

// seatsOn replays a day under a contract.
func (h History) seatsOn(contractID uuid.UUID, day clock.Date) Seats {
	steps := h.paidOn(contractID, day)
	if h.Owns(contractID, day) {
		steps = append(append(steps, h.rowsOn(day)...), h.extrasOn(day)...)
		for _, end := range h.endedBy(contractID, day) {
			steps = append(steps, step{place: end.Place, refund: end.Refund, end: true})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.place.Compare(b.place) })
	var r replay
	for _, s := range steps {
		r.take(s)
	}
	return r.Seats
}

// endedBy are the ends, of the contract or of the subscription, that lie before or on a day.
func (h History) endedBy(contractID uuid.UUID, day clock.Date) []Bound {
	return slices.DeleteFunc([]Bound{h.Terms[contractID].End, h.Ends}, func(b Bound) bool {
		return b.On.IsZero() || day.Before(b.On)
	})
}

func (r *replay) take(s step) {
	switch {
	case s.line:
		r.pay(s.paid)
	case s.extra > 0:
		r.Extra += s.extra
	case s.end:
		r.change(-r.Counted, s.refund)
		r.ended = true
	default:
		r.Outside += s.outside
		if !r.ended {
			r.change(s.delta, s.refund)
		}
	}
	// Another system's seats are never credited here.
	r.Forfeited = max(r.Forfeited, r.Outside-r.Counted)
}

// change lets seats join or leave. Those that join take forfeited ones back first, then what was billed beside the
// ledger; those that leave without
// refund are forfeited as far as they were paid, here or elsewhere, by then.
func (r *replay) change(delta int, refund bool) {
	r.Counted += delta
	switch {
	case delta > 0:
		back := min(r.Forfeited, delta)
		r.Forfeited -= back
		r.Extra -= min(r.Extra, delta-back)
	case !refund:
		r.Forfeited = max(r.Forfeited, min(r.Forfeited-delta, r.left()))
	}
}

// pay takes a line. Where less is paid, no more is forfeited than what is left over what counts.
func (r *replay) pay(seats int) {
	r.Paid += seats
	if seats < 0 {
		r.Forfeited = min(r.Forfeited, max(0, r.left()))
	}
}

// left is what was charged, here or elsewhere, over what counts.
func (r *replay) left() int { return r.Paid + r.Outside - r.Counted }

func (h History) paidOn(contractID uuid.UUID, day clock.Date) []step {
	var steps []step
	for _, l := range h.Lines {
		if l.Standing && l.hasSeats() && l.Contract == contractID && l.Period.Has(day) {
			steps = append(steps, step{place: l.Place, line: true, paid: l.Seats})
		}
	}
	return steps
}

func (h History) extrasOn(day clock.Date) (steps []step) {
	for _, x := range h.Extras {
		if x.Period.Has(day) {
			steps = append(steps, step{place: x.Place, extra: x.Seats})
		}
	}
	return steps
}

// rowsOn are the rows that count on a day. A row entered before one that was written
// again for it counts, where both do, as one with it in that one's place: from there
// on the days are charged as before.
func (h History) rowsOn(day clock.Date) []step {
	at := map[uuid.UUID]int{}
	var steps []step
	for _, r := range h.Rows {
		// A row written again without a change of its own may still carry what another system billed.
		if r.On.After(day) || r.Delta == 0 && r.Outside == 0 {
			continue
		}
		last := h.absorbed(r, day)
		i, known := at[last.ID]
		if !known {
			i = len(steps)
			at[last.ID] = i
			steps = append(steps, step{place: last.Place, refund: last.Refund})
		}
		steps[i].delta += r.Delta
		if day.Before(r.Elsewhere) {
			steps[i].outside += r.Outside
		}
	}
	return steps
}

// absorbed is the row in whose place another counts on a day: itself, or the one written again for it.
func (h History) absorbed(r Row, day clock.Date) Row {
	for range h.Rows {
		i := slices.IndexFunc(h.Rows, func(w Row) bool {
			return w.ID != r.ID && !w.On.After(day) && slices.Contains(w.writtenFor, r.origin)
		})
		if i < 0 {
			break
		}
		r = h.Rows[i]
	}
	return r
}
