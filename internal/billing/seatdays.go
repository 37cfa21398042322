package billing

import (
	"slices"

	"seatledger/internal/clock"
)

// SeatDays are the days of seats up to where billing stands: what was billed is
// what was held and what was forfeited (RULES 8).
type SeatDays struct{ Billed, Held, Forfeited int }

// Stand reckons the seat-days of the book once it is billed up to a day, when its
// lines have billed so many. Purchases are outside of it.
func (b Book) Stand(to clock.Date, billed int) SeatDays {
	if b.OneTime {
		return SeatDays{}
	}
	held := b.held(later(to, b.Starts()))
	return SeatDays{Billed: billed, Held: held, Forfeited: billed - held}
}

// held counts the seat-days that count up to a day, from the first that is billed here.
func (b Book) held(to clock.Date) int {
	over := Period{From: b.Began, To: to}
	if b.Began.IsZero() {
		over.From = b.Starts()
	}
	n := 0
	for _, p := range cut(over, b.breaks(b.Rows)) {
		n += seats(b.Rows, p.From) * p.Days()
	}
	return n + b.heldBefore(over.From)
}

// heldBefore counts the seat-days before the first that is billed here, in a book with
// reassigned history: those of rows that are charged here. The others are the origin's.
func (b Book) heldBefore(began clock.Date) int {
	if !slices.ContainsFunc(b.Rows, func(r Row) bool { return r.Moved }) {
		return 0
	}
	own := slices.DeleteFunc(slices.Clone(b.Rows), func(r Row) bool { return r.Inherited })
	n := 0
	for _, p := range cut(Period{From: b.Floor, To: began}, b.breaks(own)) {
		n += seats(own, p.From) * p.Days()
	}
	return n
}
