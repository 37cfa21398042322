package history

import (
	"slices"

	"github.com/google/uuid"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
)

// moveDays hands over the days of all that moved, in the order in which they did.
func (w *stored) moveDays(all map[uuid.UUID]History) {
	for _, m := range w.moves {
		all[m.SourceID], all[m.TargetID] = HandOver(all[m.SourceID], all[m.TargetID])
	}
}

// goesOn tells whether a subscription has a twin. One that a cut-over froze without any ends there, without refund.
func (w *stored) goesOn(id uuid.UUID) bool {
	return slices.ContainsFunc(w.moves, func(m move) bool { return m.SourceID == id })
}

// HandOver gives the days from a target's first billable one to the target: what
// standing lines took for the source is paid there, with its money and its place, and
// no longer on the source (RULES 9).
func HandOver(source, target History) (sourceAfter, targetAfter History) {
	on := target.FirstDay()
	if on.IsZero() {
		return source, target
	}
	source.Limit = on
	var kept []Line
	taken := slices.Clone(target.Lines)
	for _, l := range source.Lines {
		stays, goes := l.split(
			contract.Period{From: l.Period.From, To: clock.Earlier(l.Period.To, on)},
			contract.Period{From: clock.Later(l.Period.From, on), To: l.Period.To},
		)
		if !stays.Period.Empty() {
			kept = append(kept, stays)
		}
		if goes.Period.Empty() {
			continue
		}
		if k := target.ContractOn(goes.Period.From); k != uuid.Nil {
			goes.Contract = k
		}
		taken = append(taken, goes)
	}
	source.Lines, target.Lines = kept, taken
	source.Extras, target.Extras = handExtras(source, target, on)
	return source, target
}

// handExtras gives the seats that were ordered from a supplier's bill, as far as they are for days from one on, to
// the target. Where the target has rows of its own, those that it began with stand for the seats that the source had:
// only what they bring beyond those takes ordered seats back, as whatever joins later does.
func handExtras(source, target History, on clock.Date) (kept, taken []Extra) {
	taken = slices.Clone(target.Extras)
	began, own := target.began()
	for _, x := range source.Extras {
		if x.Period.From.Before(on) {
			stays := x
			stays.Period.To = clock.Earlier(x.Period.To, on)
			kept = append(kept, stays)
		}
		goes := x
		goes.Period.From = clock.Later(x.Period.From, on)
		if goes.Period.Empty() {
			continue
		}
		if own && began.Place.Compare(x.Place) > 0 {
			goes.Seats = source.leftOf(x, on, began.Delta)
			goes.Place = began.Place
			goes.Place.Invoice++
		}
		if goes.Seats > 0 {
			taken = append(taken, goes)
		}
	}
	return kept, taken
}

// began is the row that a subscription counts from; false: none does.
func (h History) began() (first Row, ok bool) {
	for _, r := range h.Rows {
		if r.Delta > 0 && (!ok || r.Place.Compare(first.Place) < 0) {
			first, ok = r, true
		}
	}
	return first, ok
}

// leftOf is what is left of ordered seats on the last day before another takes over with so many seats.
func (h History) leftOf(x Extra, on clock.Date, seats int) int {
	var r replay
	last := on.AddDays(-1)
	steps := h.rowsOn(last)
	for _, other := range h.Extras {
		if other == x || other.Period.Has(x.Period.From) {
			steps = append(steps, step{place: other.Place, extra: other.Seats})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.place.Compare(b.place) })
	for _, s := range steps {
		r.take(s)
	}
	left := max(0, r.Extra-max(0, seats-r.Counted))
	for _, other := range h.Extras { // the latest ordered keep the longest
		if other != x && other.Period.Has(x.Period.From) && other.Place.Compare(x.Place) > 0 {
			left -= min(left, other.Seats)
		}
	}
	return min(x.Seats, left)
}

// split divides a line with its money at a day. What no longer stands stays whole.
func (l Line) split(first, second contract.Period) (stays, goes Line) {
	switch {
	case !l.Standing || second.Empty():
		return l, Line{}
	case first.Empty():
		return Line{}, l
	}
	stays, goes = l, l
	stays.Period, goes.Period = first, second
	if l.Price.Period.Months() > 0 {
		stays.Exact = Worth(l.Grid, l.Price, l.Seats, first)
	}
	goes.Exact = l.Exact.Minus(stays.Exact)
	stays.Amount = stays.Exact.Rounded(l.Price.Currency)
	goes.Amount = l.Amount.Sub(stays.Amount)
	return stays, goes
}
