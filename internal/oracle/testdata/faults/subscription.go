package subscription

import (
	"seatledger/internal/clock"
	"seatledger/internal/history"
)

func firstUnder(h history.History) clock.Date {
	if history.Fault("landing_first_day") {
		return h.FirstDay()
	}
	return landingDay(h)
}
