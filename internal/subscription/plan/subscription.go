// Package plan decides what a reading of a subscription or a person's act on it means:
// the row as it will stand and the ledger rows that say so (RULES 1 to 5). Its
// functions are pure, each rule in a file of its name: the same input gives the same
// plan, and nothing is read or stored here.
package plan

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
)

// Facts are the provider's: only a sync changes them, or a person for a manual provider.
type Facts struct {
	ContractNo           string           `gorm:"column:contract_no"`
	Vendor               string           `gorm:"column:vendor"`
	VendorSubscriptionID string           `gorm:"column:vendor_subscription_id"`
	Kind                 distributor.Kind `gorm:"column:kind"`
	ProductID            uuid.NullUUID    `gorm:"column:product_id"`
	ProductName          string           `gorm:"column:product_name"`
	PartNumber           string           `gorm:"column:part_number"`
	SKU                  string           `gorm:"column:sku"`
	// what the distributor last reported, in every state
	Quantity   int                 `gorm:"column:quantity"`
	UnitCost   decimal.NullDecimal `gorm:"column:unit_cost"`
	CostPeriod money.Period        `gorm:"column:cost_period"`
	// the record had none: the provider's setting
	CostPeriodAssumed bool   `gorm:"column:cost_period_assumed"`
	CostCurrency      string `gorm:"column:cost_currency"`
	// the record had none: the provider's default
	CostCurrencyAssumed bool                  `gorm:"column:cost_currency_assumed"`
	SuggestedPrice      decimal.NullDecimal   `gorm:"column:suggested_price"`
	Frequency           distributor.Frequency `gorm:"column:billing_frequency"`
	FrequencyText       string                `gorm:"column:billing_frequency_text"`
	Term                distributor.Term      `gorm:"column:term"`
	TermText            string                `gorm:"column:term_text"`
	Start               clock.Date            `gorm:"column:start_date"`
	End                 clock.Date            `gorm:"column:end_date"`
	// as received, where it cannot be read; see unread.go
	StartText string            `gorm:"column:start_text"`
	EndText   string            `gorm:"column:end_text"`
	AutoRenew distributor.YesNo `gorm:"column:auto_renew"` // whether it renews by itself, where that is given
	// what a person says happens at the end; manual providers only
	AtEnd      distributor.AtEnd  `gorm:"column:at_end"`
	Status     distributor.Status `gorm:"column:provider_status"`
	StatusText string             `gorm:"column:provider_status_text"`
	// fields that the distributor no longer sends, whose last values stand; comma-separated, see unsent.go
	NoLongerSent string `gorm:"column:no_longer_sent"`
	RawHash      string `gorm:"column:raw_hash"` // of the record's meaning, see hash.go
}

// Cost is the unit cost with its period and currency.
func (f Facts) Cost() ledger.Amount {
	return ledger.Amount{Value: f.UnitCost, Period: f.CostPeriod, Currency: f.CostCurrency}
}

// Local is people's side: no sync overwrites it.
type Local struct {
	CRMAccountID uuid.NullUUID `gorm:"column:crm_account_id"`
	ContractID   uuid.NullUUID `gorm:"column:contract_id"`
	NeverLand    bool          `gorm:"column:never_land"`
	CopiedPrice
	ProposedItemID uuid.NullUUID `gorm:"column:proposed_item_id"` // offered at a renewal, until a person decides
	NoTwin         bool          `gorm:"column:no_twin"`
	TwinHold       bool          `gorm:"column:twin_hold"`
	CutoverHold    bool          `gorm:"column:cutover_hold"`
}

// CopiedPrice is the price of today, copied for lists from the dated ones (RULES 5).
// No plan sets it, and billing never reads it.
type CopiedPrice struct {
	UnitPrice     decimal.NullDecimal `gorm:"column:unit_price"`
	PricePeriod   money.Period        `gorm:"column:price_period"`
	Currency      string              `gorm:"column:currency"`
	PriceItemID   uuid.NullUUID       `gorm:"column:price_list_item_id"`
	PriceByPerson bool                `gorm:"column:price_by_person"`
}

// Price is the amount with its period and currency.
func (c CopiedPrice) Price() ledger.Amount {
	return ledger.Amount{Value: c.UnitPrice, Period: c.PricePeriod, Currency: c.Currency}
}

// Billing is where billing stands and what a cut-over froze (RULES 8 and 9).
type Billing struct {
	FrozenFrom     clock.Date `gorm:"column:frozen_from"`
	FrozenQuantity *int       `gorm:"column:frozen_quantity"`
	BillableFrom   clock.Date `gorm:"column:billable_from"`
	BilledThrough  clock.Date `gorm:"column:billed_through"`
	HistorySince   clock.Date `gorm:"column:history_since"`
}

// Subscription is one stored row.
type Subscription struct {
	ID                 uuid.UUID     `gorm:"column:id"`
	ProviderID         uuid.UUID     `gorm:"column:provider_id"`
	AccountID          uuid.UUID     `gorm:"column:account_id"`
	ExternalID         string        `gorm:"column:external_id"`
	TermStart          clock.Date    `gorm:"column:term_start"` // of the current term, as far as known
	MissingConfirmedAt *time.Time    `gorm:"column:missing_confirmed_at"`
	MovedFromID        uuid.NullUUID `gorm:"column:moved_from_account_id"`
	RequestID          string        `gorm:"column:request_id"` // the distributor's, of the record last stored
	FirstSeenAt        time.Time     `gorm:"column:first_seen_at"`
	FactsAt            time.Time     `gorm:"column:facts_at"`
	LogKnown           bool          `gorm:"column:log_known"` // the change log was read, and LogSeen says what it held
	LogSeen            string        `gorm:"column:log_seen"`  // short names of its entries, see changelog.go

	Facts
	Local
	Billing
	Said

	// its start cannot be read and nobody has said it: no seat counts yet
	Undated   bool   `gorm:"column:undated"`
	Sightings string `gorm:"column:sightings"` // what was reported meanwhile, see unread.go
	// first day without seats of an end that is certain: no run bills it or a later day
	EndsOn     clock.Date `gorm:"column:ends_on"`
	EndsRefund bool       `gorm:"column:ends_refund"` // of days after that which are billed already

	State          State         `gorm:"column:state"`
	HoldReason     HoldReason    `gorm:"column:hold_reason"`
	DeactivatedBy  DeactivatedBy `gorm:"column:deactivated_by"`
	DeactivatedOn  clock.Date    `gorm:"column:deactivated_on"` // first day without seats
	LedgerQuantity int           `gorm:"column:ledger_quantity"`
	Version        int           `gorm:"column:version"`

	Raw       string    `gorm:"-"` // the record as received, to be stored; empty when it stays
	WrittenAt time.Time `gorm:"-"`
}

// Frozen tells whether a cut-over's switch day has come for it: facts come in, seats do not count (RULES 9).
func (s Subscription) Frozen() bool { return s.FrozenQuantity != nil }

// Billable is the quantity that the counted rows must sum to (RULES 1).
func (s Subscription) Billable() int {
	switch {
	case s.State == Inactive || s.Undated:
		return 0
	case s.Frozen():
		return *s.FrozenQuantity
	}
	return s.Quantity
}

// History is what reassigned history makes of a subscription: from when it is billed,
// since when its history goes back, and whether it waits (RULES 9).
type History struct {
	BillableFrom  clock.Date
	BilledThrough clock.Date
	Since         clock.Date
	TwinHold      bool
	CutoverHold   bool
}

// History is what of it stands.
func (s Subscription) History() History {
	return History{BillableFrom: s.BillableFrom, BilledThrough: s.BilledThrough, Since: s.HistorySince,
		TwinHold: s.TwinHold, CutoverHold: s.CutoverHold}
}

// Called is what a person calls the subscription.
func (s Subscription) Called() string {
	if s.ProductName == "" {
		return s.ExternalID
	}
	return s.ProductName
}
