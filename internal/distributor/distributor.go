// Package distributor is the port to a distributor: the interface a connector
// fulfils, the neutral records it hands over, what it can do and how it fails.
// It knows no wire format and no database. Connectors read and never write:
// there is no method here that could change anything upstream.
package distributor

import (
	"context"
	"encoding/json"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/money"
)

// Names of the connectors.
const (
	Stellr       = "stellr"        // TD SYNNEX Stellr, comprehensive API
	StellrLegacy = "stellr-legacy" // TD SYNNEX Stellr, v1
	Manual       = "manual"        // no API: a person enters what the distributor holds
)

// Capabilities says what a connector can do; the screens offer nothing else.
type Capabilities struct {
	Verify            bool // has a connection that can be checked
	Accounts          bool // lists customers
	Subscriptions     bool // lists a customer's subscriptions
	ChangeLog         bool // dates mid-term seat changes
	StartDates        bool // gives start and end dates
	PartNumbers       bool // gives manufacturer part numbers
	Paging            bool // page size can be set
	ApplicationSecret bool // signs in with application id and secret
	ManualEntry       bool // accounts and subscriptions are entered by hand
	Bills             bool // tells what it charged: it is a BillReader
}

// Connector reads one distributor with one set of credentials. It is safe for
// concurrent use; all calls share one token. Errors are *Error, or the context's.
type Connector interface {
	Capabilities() Capabilities
	// Accounts lists every customer. complete is true only if each page was read
	// and the sum agrees with the distributor's total: only then may absence count.
	Accounts(ctx context.Context) (AccountListing, error)
	// Subscriptions lists every subscription of one customer.
	Subscriptions(ctx context.Context, accountExternalID string) (SubscriptionListing, error)
	// Changes reads the change log of one contract of one customer from a day on
	// (Capabilities.ChangeLog). A failure here never fails a sync.
	Changes(ctx context.Context, q ChangeQuery) ([]Change, error)
	// Verify checks the connection layer by layer and always answers; the failure is in the layers.
	Verify(ctx context.Context, how Patience) Check
}

// AccountListing is one reading of all customers.
type AccountListing struct {
	Accounts  []Account
	Bad       []BadRecord // rows without a readable id: kept for a person, and the listing is then not complete
	Complete  bool
	Why       string // why the listing is not complete, in plain words
	RequestID string
}

// Account is one customer as the distributor knows it.
type Account struct {
	ExternalID string
	Name       string // often looks like a domain
	Domain     string
	TenantID   string
	Email      string
	Phone      string
	Street     string
	City       string
	State      string
	PostalCode string
	Country    string
	Active     bool   // blank status counts as active
	StatusText string // as received
	Raw        json.RawMessage
	RequestID  string
}

// SubscriptionListing is one reading of all subscriptions of a customer.
type SubscriptionListing struct {
	Subscriptions []Subscription
	Bad           []BadRecord
	Complete      bool
	Why           string // why the listing is not complete, in plain words
	Names         Names
	RequestID     string
}

// Names tells under which names the fields of a listing's records were, and on how many of them: "vendorName=vendorId"
// where it was read, and the same behind Beside where it stood there and another was read. The first is our own name.
type Names map[string]int

// Beside begins the entry of a name that stood on a record beside the one that was read.
const Beside = "beside "

// Note counts one record's.
func (n Names) Note(read, beside []string) {
	for _, name := range read {
		n[name]++
	}
	for _, name := range beside {
		n[Beside+name]++
	}
}

// Subscription is so many seats of one product, as the distributor holds it.
// Empty text, a zero Date and an invalid decimal mean that the record did not say.
type Subscription struct {
	ExternalID           string
	AccountExternalID    string
	NamesAccount         string // the customer that the record itself names, where it is not that of its list
	ContractNo           string // groups lines; the change log is keyed by it
	LineNo               string
	Vendor               string
	VendorDerived        bool // the record did not say: it was told by the part number or the programme
	VendorSubscriptionID string
	Kind                 Kind
	ProductName          string
	PartNumber           string // manufacturer part number
	SKU                  string // the distributor's own number
	Quantity             int
	QuantityUnknown      bool                // of usage that was sent without one; Quantity is 0 then
	UnitCost             decimal.NullDecimal // the reseller's cost per unit and CostPeriod
	CostPeriod           money.Period
	SuggestedPrice       decimal.NullDecimal // the distributor's suggested end-customer price
	Currency             string              // empty: use the provider's default, shown as assumed
	Frequency            Frequency
	FrequencyText        string // the word as received
	FrequencyDerived     bool   // the record did not say: it was told by the part number
	Term                 Term
	TermText             string
	TermDerived          bool       // the record did not say: it was told by the part number or the name
	Start                clock.Date // as the distributor wrote it, never shifted by a zone
	End                  clock.Date
	StartText            string // as received, where one was given that cannot be read
	EndText              string
	AutoRenew            YesNo // whether it renews by itself at its end
	AtEnd                AtEnd // what a person says happens then; of a manual provider only
	Status               Status
	StatusText           string
	Notes                []string        // fields that were there but could not be read, in plain words
	Raw                  json.RawMessage // fit for jsonb; as received but for characters PostgreSQL cannot hold
	RequestID            string
}

// BadRecord is a row that could not be read. It is never counted as 0 and never as gone.
type BadRecord struct {
	ExternalID string // if it could be read
	Reason     string // in plain words
	Raw        json.RawMessage
}

// ChangeQuery asks for the change log of a customer's contract.
type ChangeQuery struct {
	AccountExternalID string
	ContractNo        string
	From              clock.Date
}

// Change is one entry of the change log.
type Change struct {
	SubscriptionExternalID string
	At                     time.Time
	On                     clock.Date // the calendar date as written
	Delta                  int        // seats added or removed; 0 when the text tells of none
	Ended                  bool       // the entry tells of a cancellation
	Text                   string
	By                     string
	Source                 string
}

// Kind is what sort of subscription a record is (RULES 4).
type Kind string

// The kinds.
const (
	Licence     Kind = "licence"
	OneTime     Kind = "one_time"
	Usage       Kind = "usage"
	Trial       Kind = "trial"
	UnknownKind Kind = "unknown"
)

// Frequency is how often the distributor bills (RULES 4).
type Frequency string

// Term is how long a commitment lasts; it uses the same words as Frequency.
type Term = Frequency

// The frequencies and terms.
const (
	Monthly     Frequency = "monthly"
	Quarterly   Frequency = "quarterly"
	Annual      Frequency = "annual"
	Triennial   Frequency = "triennial"
	FreqOneTime Frequency = "one_time"
	FreqTrial   Frequency = "trial"
	FreqUnknown Frequency = "unknown"
)

// YesNo is a yes, a no, or empty where nobody said.
type YesNo string

// The answers.
const (
	Yes YesNo = "yes"
	No  YesNo = "no"
)

// AtEnd is what happens at the end that a person typed (RULES 3).
type AtEnd string

// What may happen; empty where nobody said.
const (
	AtEndEnds   AtEnd = "ends"
	AtEndRenews AtEnd = "renews"
)

// Status is the state at the distributor (RULES 3).
type Status string

// The statuses. Active, Blank and Suspended are billed by the distributor.
const (
	StatusActive       Status = "active"
	StatusBlank        Status = "blank"
	StatusSuspended    Status = "suspended"
	StatusPending      Status = "pending"
	StatusExpired      Status = "expired"
	StatusCancelled    Status = "cancelled"
	StatusDiscontinued Status = "discontinued"
	StatusDeleted      Status = "deleted"
	StatusMissing      Status = "missing" // set by the sync: a complete listing lacked it
	StatusUnknown      Status = "unknown"
)
