package proof

import "seatledger/internal/clock"

// forfeits is the seats of a day that somebody has paid for and nobody holds (RULES 8).
// What was billed twice is a double.
func (p pairDays) forfeits(day clock.Date, v Verdict) int {
	if v == Double {
		return 0
	}
	return p.Old.forfeited(day) + p.New.forfeited(day)
}
