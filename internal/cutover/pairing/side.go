package pairing

import (
	"fmt"

	"github.com/google/uuid"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/subscription"
)

// Side is a subscription on one side, as pairing looks at it.
type Side struct {
	ID            uuid.UUID
	ExternalID    string
	ProductID     uuid.NullUUID
	ProductName   string
	PartNumber    string
	SKU           string
	Kind          string
	Quantity      int // as the distributor last reported
	Term          string
	Frequency     string
	Start         clock.Date
	End           clock.Date
	CostCurrency  string
	CostAssumed   bool // the currency is the provider's default: the record had none
	State         subscription.State
	DeactivatedOn clock.Date
}

// Called is what a person calls it.
func (s Side) Called() string {
	if s.ProductName == "" {
		return s.ExternalID
	}
	return s.ProductName
}

// Over tells whether it has ended.
func (s Side) Over() bool { return s.State == subscription.Inactive }

// NoLongerTheirs says what became of one that stands in a decision of a customer whose
// it is no more, and what to do; whose is the CRM account that it lies with now.
func (s Side) NoLongerTheirs(whose string, state account.State, at Step) string {
	what := "it is no longer mapped"
	remedy := "Map its account back"
	switch {
	case whose != "":
		what = "it belongs to " + whose + " now"
	case state == account.Excluded:
		what, remedy = "its account is excluded", "Include its account and map it back"
	case state == account.Mapped:
		what, remedy = "the distributor has moved it to another account", "Choose a contract of this customer for it"
	}
	back := "the steps of this customer back"
	if at == Open {
		back = "the decision back"
	}
	return fmt.Sprintf("%s (%s) is no longer this customer's: %s. %s, or take %s.", s.Called(), s.ExternalID, what,
		remedy, back)
}
