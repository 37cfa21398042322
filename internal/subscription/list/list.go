// Package list reads the list of subscriptions, its file, its filters and counts, and what a
// person may choose from on a page of one. It changes nothing.
package list

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/money"
	"seatledger/internal/subscription"
)

// Row is one row of the list of subscriptions and of its CSV. Names are empty
// where there is nothing; what is not known is unset, never 0.
type Row struct {
	ID                uuid.UUID
	ProviderID        uuid.UUID
	Provider          string
	ExternalID        string
	AccountID         uuid.UUID
	AccountExternalID string
	Account           string
	CRMAccountID      uuid.NullUUID
	CRMAccount        string
	ContractID        uuid.NullUUID
	Contract          string

	Vendor               string
	VendorSubscriptionID string
	ContractNo           string
	Kind                 distributor.Kind
	Product              string
	PartNumber           string
	SKU                  string
	Quantity             int
	UnitCost             decimal.NullDecimal
	CostPeriod           money.Period
	CostCurrency         string
	CostCurrencyAssumed  bool
	CostPeriodAssumed    bool
	UnitPrice            decimal.NullDecimal
	PricePeriod          money.Period
	Currency             string
	PriceByPerson        bool
	Frequency            distributor.Frequency
	FrequencyText        string
	Term                 distributor.Term
	TermText             string
	TermStart            clock.Date
	Start                clock.Date
	End                  clock.Date
	Status               distributor.Status // our word for the distributor's state
	StatusText           string             // the word as received

	State            subscription.State
	HoldReason       subscription.HoldReason
	Moved            bool // held because it moved to an account that is mapped
	DeactivatedBy    subscription.DeactivatedBy
	DeactivatedOn    clock.Date
	BillableQuantity int
	LedgerQuantity   int
	BilledThrough    clock.Date
	Review           string // fail, warn, ok, signed, or empty
	Fingerprint      string // of what a signature would stand for
	SignedBy         string // who signed, while that stands
	SignedAt         *time.Time
	FirstSeenAt      time.Time
	Cause            string // code of the failing finding to mend first
	Checks           string // codes of the failing and warning findings, blank-separated
	AtEnd            distributor.AtEnd
	EndsOn           clock.Date          // first day without seats of an end that is certain
	MonthRevenue     decimal.NullDecimal // at the price of today; unset: not known
	MonthCost        decimal.NullDecimal
	MonthMargin      decimal.NullDecimal
	StartText        string // as received, where a date was given that cannot be read
	EndText          string
}
