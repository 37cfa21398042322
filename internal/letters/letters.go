// Package letters says what goes out by mail, and to whom: documents with their PDF,
// reminders of what is overdue, and the notices of what somebody here must hear of. It
// writes the words from templates and queues them in the transaction of what wants them;
// how mail travels is mail's. It changes no invoice.
package letters

import (
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/mail"
	"seatledger/internal/postgres"
)

// Service writes and queues. Its functions are set once, by app.
type Service struct {
	DB      *postgres.DB
	Clock   clock.Clock
	Zone    *time.Location
	Mail    *mail.Service
	BaseURL string // where people find a notice; empty: nowhere
}

func (s Service) today() clock.Date { return clock.Today(s.Clock, s.Zone) }
