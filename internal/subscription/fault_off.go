//go:build !faults

package subscription

import (
	"seatledger/internal/clock"
	"seatledger/internal/history"
)

// firstUnder is the day of the price that landing writes: the first under its contract (RULES 5).
func firstUnder(h history.History) clock.Date { return landingDay(h) }
