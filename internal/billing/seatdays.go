package billing

import "seatledger/internal/clock"

// SeatDays are the days of seats up to where billing stands: what was billed is
// what was held and what was forfeited (RULES 8).
type SeatDays struct{ Billed, Held, Forfeited int }

// Stand reckons the seat-days of the book once it is billed up to a day, when its
// lines have billed so many. Purchases are outside of it.
func (b Book) Stand(to clock.Date, billed int) SeatDays {
	if b.OneTime {
		return SeatDays{}
	}
	held := b.held(later(to, b.starts()))
	return SeatDays{Billed: billed, Held: held, Forfeited: billed - held}
}

// held counts the seat-days that count up to a day, from the first that is billed here.
func (b Book) held(to clock.Date) int {
	over := Period{From: b.Began, To: to}
	if b.Began.IsZero() {
		over.From = b.starts()
	}
	n := 0
	for _, p := range cut(over, b.breaks(b.Rows)) {
		n += seats(b.Rows, p.From) * p.Days()
	}
	return n
}
