package plantest

import (
	"seatledger/internal/distributor"
	"seatledger/internal/subscription/plan"
)

// Model is what must be so, told without the rules' own code: who holds what, and
// which decisions stand.
type Model struct {
	Record    distributor.Subscription
	Known     bool
	Missing   bool
	EndedHere bool // by a person
	Frozen    *int
	Excluded  bool
	Moved     bool // since then nobody said whose it is
	Twin      bool
	Undated   bool   // begun with a start that cannot be read
	StartSaid string // the texts of which a person has spoken
	EndSaid   string
}

// EndingWords are statuses that end a subscription.
var EndingWords = []distributor.Status{distributor.StatusCancelled, distributor.StatusExpired,
	distributor.StatusDeleted, distributor.StatusDiscontinued}

// LivingWords are statuses that end none.
var LivingWords = []distributor.Status{distributor.StatusActive, distributor.StatusBlank, distributor.StatusSuspended,
	distributor.StatusUnknown, distributor.StatusPending}

// Ended tells whether the distributor ended it.
func (m *Model) Ended() bool {
	if m.Record.EndText != "" && m.Record.EndText != m.EndSaid {
		return m.Missing // no word ends it until the day is said
	}
	for _, w := range EndingWords {
		if m.Record.Status == w {
			return true
		}
	}
	return m.Missing
}

// Billable is the number that the counted rows must sum to.
func (m *Model) Billable() int {
	switch {
	case m.EndedHere || m.Undated:
		return 0
	case m.Frozen != nil:
		return *m.Frozen
	case m.Ended():
		return 0
	}
	return m.Record.Quantity
}

// State is what it must be.
func (m *Model) State() plan.State {
	switch {
	case m.EndedHere || m.Ended() && m.Frozen == nil:
		return plan.Inactive
	case m.Excluded || m.Moved || m.Twin || m.Record.Status == distributor.StatusPending && !m.Missing:
		return plan.Held
	}
	return plan.Active
}

// Seen says that the record was read: a start that was not known may be known now.
func (m *Model) Seen() {
	unread := m.Record.StartText != "" && m.Record.StartText != m.StartSaid
	switch {
	case !m.Known:
		m.Undated = unread
	case !unread && !m.EndedHere && m.Frozen == nil:
		m.Undated = false
	}
	m.Known, m.Missing = true, false
}
