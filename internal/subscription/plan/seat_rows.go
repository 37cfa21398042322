package plan

import (
	"cmp"
	"fmt"
	"slices"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
)

// SeatRow is a counted row of seats with the quantity that it reached.
type SeatRow struct {
	history.Row
	Reached int
}

// SeatRows are the rows of seats in the order of effect.
func SeatRows(h history.History) []SeatRow {
	var rows []SeatRow
	for _, r := range h.Rows {
		if r.Event != ledger.Price && r.Event != ledger.Cost && r.Event != ledger.Product &&
			(r.Delta != 0 || r.Rewritten() || r.Event == ledger.Update) {
			rows = append(rows, SeatRow{Row: r})
		}
	}
	slices.SortFunc(rows, func(a, b SeatRow) int { return cmp.Or(b.On.DaysUntil(a.On), a.Place.Compare(b.Place)) })
	n := 0
	for i := range rows {
		n += rows[i].Delta
		rows[i].Reached = n
	}
	return rows
}

// Stated tells whether a row says on a day how many seats there are: the same number from another day is a fact of its
// own, which a row entered before it later leaves as it is.
func Stated(rows []SeatRow, day clock.Date) bool {
	return slices.ContainsFunc(rows, func(r SeatRow) bool { return r.On == day })
}

// seatsBefore is the quantity before the rows that follow a day.
func seatsBefore(rows []SeatRow, day clock.Date) int {
	n := 0
	for _, r := range rows {
		if !r.On.After(day) {
			n = r.Reached
		}
	}
	return n
}

// nextAfter is the first row after a day; nil: none.
func nextAfter(rows []SeatRow, day clock.Date) *SeatRow {
	i := slices.IndexFunc(rows, func(r SeatRow) bool { return r.On.After(day) })
	if i < 0 {
		return nil
	}
	return &rows[i]
}

// Entered is a quantity entered from a day on: the change it makes, and the row after
// it that is written anew so that it still reaches what it reached (RULES 1).
type Entered struct {
	Delta int
	Next  *SeatRow // nil: nothing stands behind it, so the quantity is the present one
	Then  int      // delta of the next row as it is written anew
}

// EnterSeats plans a quantity from a day on, also before rows that stand behind it.
func EnterSeats(rows []SeatRow, on clock.Date, seats int) Entered {
	e := Entered{Delta: seats - seatsBefore(rows, on), Next: nextAfter(rows, on)}
	if e.Next != nil {
		e.Then = e.Next.Reached - seats
	}
	return e
}

// Typable refuses a day on which nobody may enter seats.
func Typable(h history.History, on, today clock.Date) error {
	first := h.FirstDay()
	switch {
	case on.IsZero():
		return errs.Fields{"effective_at": "Enter the day from which it holds."}.Err()
	case on.Before(first):
		return errs.Fields{"effective_at": fmt.Sprintf("The first billable day of this subscription is %s; "+
			"nothing is billed before it. Enter that day or a later one.", first)}.Err()
	case on.After(today.AddMonths(12 * aheadYears)):
		return errs.Fields{"effective_at": "This is more than five years ahead. Enter an earlier day."}.Err()
	}
	return nil
}

const aheadYears = 5

// WithoutRow is the rows as though one had not been.
func WithoutRow(rows []SeatRow, row SeatRow) []SeatRow {
	out := slices.Clone(rows)
	i := slices.IndexFunc(out, func(r SeatRow) bool { return r.ID == row.ID })
	out = slices.Delete(out, i, i+1)
	n := 0
	for j := range out {
		n += out[j].Delta
		if j < i {
			out[j].Reached = n
		}
	}
	return out
}

// FirstBelowZero is the first day with fewer than zero seats; zero: there is none.
func FirstBelowZero(rows []SeatRow, more ...SeatRow) clock.Date {
	t := ledger.Timeline{}
	for _, r := range append(slices.Clone(rows), more...) {
		t = t.Add(r.On, r.Delta)
	}
	day, _ := t.BelowZero()
	return day
}
