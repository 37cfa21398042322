package billing

import (
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// Service drafts, bills, pays, voids and credits invoices, each in one transaction of its own.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
	Zone  *time.Location
}

func (s Service) today() clock.Date { return clock.Today(s.Clock, s.Zone) }

// RunKind is what sort of invoice a run makes.
type RunKind string

// The kinds of invoices.
const (
	FullCycle RunKind = "full_cycle"
	ChangeLog RunKind = "change_log" // mid-term: what changed since, up to where the contract is billed
	Credit    RunKind = "credit"     // money back for lines that can no longer be voided
)

// State is how far an invoice has come.
type State string

// The states.
const (
	Draft  State = "draft"
	Billed State = "billed"
	Paid   State = "paid"
	Void   State = "void"
)
