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

// goesOn tells whether a subscription has a twin. One that a cut-over has frozen without any ends there, without refund.
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
	return source, target
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
