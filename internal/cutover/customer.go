package cutover

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/money"
	"seatledger/internal/paging"
	"seatledger/internal/subscription"
)

// Customer is one line of a run: a customer of the old provider, or one of the new
// whose subscriptions wait for a decision.
type Customer struct {
	ID           uuid.UUID  // of its row in the run; uuid.Nil until somebody decides something
	CRMAccountID uuid.UUID  `gorm:"column:crm_account_id"`
	CRMAccount   string     `gorm:"column:crm_account"`
	SwitchDay    clock.Date // its own, or else the run's; zero: none yet
	OwnSwitchDay bool
	Step         pairing.Step
	ConfirmedAt  *time.Time
	ConfirmedBy  string
	ReassignedAt *time.Time
	ReassignedBy string
	RetiredAt    *time.Time
	RetiredBy    string
	Version      int
	OldCount     int // old subscriptions that are not ended, or stand in a pair
	NewCount     int // new subscriptions that are not ended, or stand in a pair
	OldSeats     int // billable of the old ones now
	NewSeats     int // billable of the new ones now, held ones included
	Undecided    int // subscriptions of both sides that need a decision
	Exact        int `gorm:"-"` // of them, exact pairs that wait to be accepted; only where CountExact was asked
	Twins        int // standing decisions by kind
	Additions    int // "no twin: new"
	Endings      int // "no twin: ended"
	OpenRows     int // counted rows of old ones in a decision whose first charge was not taken
	Unsigned     int // new twins without a standing signature under their contract
	Strayed      int // subscriptions in a decision that are no longer this customer's
	LowerName    string
}

// Done tells whether nothing is left to do for the customer.
func (c Customer) Done() bool {
	return c.Undecided+c.Strayed == 0 && (c.Step == pairing.Retired || c.Twins+c.Endings == 0)
}

// CustomerFilter narrows the customers of a run. Empty fields do not narrow.
type CustomerFilter struct {
	Search string // in the name
	Step   pairing.Step
	Todo   string    // "undecided", "strayed", "open_rows", "unsigned", "to_do" (not done) or "done"
	Only   uuid.UUID // one CRM account
}

// CustomerSorts are the keys of the list.
func CustomerSorts() paging.Sorts {
	return paging.Sorts{ID: "m.crm_account_id", Default: "name", Keys: []paging.Sort{
		{Key: "name", Expr: "m.lower_name", Kind: paging.Text},
	}}
}

// Side is one subscription on one side: what pairing looks at, and what the steps need.
type Side struct {
	pairing.Side
	Billable      int    // as it counts now
	Currency      string // of the selling price; empty: no price
	UnitPrice     decimal.NullDecimal
	PricePeriod   money.Period
	PriceByPerson bool
	UnitCost      decimal.NullDecimal
	CostPeriod    money.Period
	NoTwin        bool // a person said that it is no other provider's again
	TwinHold      bool
	AccountID     uuid.UUID
	HoldReason    subscription.HoldReason
	DeactivatedBy subscription.DeactivatedBy
	ContractID    uuid.NullUUID
	Contract      string
	FrozenFrom    clock.Date
	BillableFrom  clock.Date
	BilledThrough clock.Date
	HistorySince  clock.Date
	Billed        bool   // a live invoice has days of it
	PriceWaits    bool   // the cut-over changed its price, and nobody has acknowledged that
	Review        string // the standing verdict
	Needs         bool   // it needs a decision (and stands in none)
	Strayed       bool   // it stands in a decision, and is no longer this customer's
	AccountState  account.State
	Whose         string // the CRM account it lies with now; empty: none
}

// Check is one thing that must be fulfilled before the next step.
type Check struct {
	Says string // what is missing and what to do
	Link Link   // where to do it
}

// Link names a page by the record it shows; what is empty leads nowhere.
type Link struct {
	// "subscription", "contract", "closing", "elsewhere", "account", "provider", "crm_account", "accounts",
	// "invoices", "changes", "proof"
	Kind string
	ID   string
	Day  clock.Date // of "closing": up to where the contract is to be billed
}

// CustomerView is all that the page of one customer shows.
type CustomerView struct {
	Run       Run
	Customer  Customer
	Old, New  []Side // also those that are ended, as far as they matter here
	Pairs     []pairing.Pair
	Proposals []pairing.Proposal // of those that need a decision
	Warnings  []string           // about the switch day and the like: nothing is refused for them
	Unseen    []string           // prices that wait for an acknowledgement, in the proof
	Missing   []Check            // before the next step
	Next      pairing.Step       // the next step; the same as Customer.Step when all is done
	TakesOver []TakenOver        // what confirming would carry over to new ones that have none
}

// TakenOver is a contract or price that confirming takes over from the old twin.
type TakenOver struct {
	New        uuid.UUID
	ContractID uuid.NullUUID // set: it lands in this contract
	Contract   string
	UnitPrice  decimal.NullDecimal // set: the old one's is kept as an exception
	Period     money.Period
	Currency   string
	Negotiated bool // a person had set it; else no list price was found
}
