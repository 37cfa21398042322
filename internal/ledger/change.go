// Package ledger is the append-only record of every change of seats, price and
// state (RULES 1). It appends rows, marks them (counted, billing state), and reads
// them back with running sums. It knows subscriptions only by their id: what a row
// must say is decided in the rooms above.
package ledger

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/money"
)

// Event is what a row tells of (RULES 1).
type Event string

// The events.
const (
	Create     Event = "create"
	Update     Event = "update"  // of the quantity
	Product    Event = "product" // another product, kind or rhythm under the same id
	Price      Event = "price"   // of the selling price
	Cost       Event = "cost"
	Renew      Event = "renew" // a new term; its delta may be 0
	Deactivate Event = "deactivate"
	Activate   Event = "activate"
	Adjust     Event = "adjust"
	Carry      Event = "carry"
)

// Reason is why a subscription was deactivated or activated.
type Reason string

// The reasons.
const (
	NoReason   Reason = ""
	ByProvider Reason = "provider"
	Gone       Reason = "gone"
	Back       Reason = "back"
	ByPerson   Reason = "person"
	ByCutover  Reason = "cutover"
)

// BillingState says whether a row's own first charge or credit was taken (RULES 8).
type BillingState string

// The billing states.
const (
	Open     BillingState = "open"
	Invoiced BillingState = "invoiced"
	Archived BillingState = "archived" // never taken; counts on in later cycles
)

// Source is where a row came from.
type Source string

// The sources.
const (
	FromSync    Source = "sync"
	FromPerson  Source = "person"
	FromImport  Source = "import"
	FromCutover Source = "cutover"
)

// Amount is a price or cost per seat, with what it is given for. Every amount of
// a row has its currency and its period.
type Amount struct {
	Value    decimal.NullDecimal
	Period   money.Period
	Currency string
}

// Equal tells whether both say the same; two unknown values are equal whatever stands beside them.
func (a Amount) Equal(b Amount) bool {
	if !a.Value.Valid || !b.Value.Valid {
		return a.Value.Valid == b.Value.Valid
	}
	return a.Value.Decimal.Equal(b.Value.Decimal) && a.Period == b.Period && a.Currency == b.Currency
}

// Change is one row of the ledger, as it is appended.
type Change struct {
	ID             uuid.UUID // made by Append when zero
	SubscriptionID uuid.UUID
	Event          Event
	Reason         Reason
	EffectiveAt    clock.Date // first day on which it holds
	Delta          int
	QuantityAfter  int // the ledger quantity once this row is in
	Estimated      bool
	Uncounted      bool         // set aside from the start
	Billing        BillingState // Open when empty
	Cost           Amount
	Price          Amount
	PriceFor       PriceFor // of a price row
	Refund         bool     // of a reduction: what it takes away is given back (RULES 8)
	Details        Details
	Note           string
	OriginID       uuid.NullUUID // the row it was copied from
	ReplacesID     uuid.NullUUID // the row in whose place it stands
	WrittenForID   uuid.NullUUID // the row entered before it, because of which it was written anew
}

// PriceFor is what a price is for, and who set it. What is empty agrees with anything.
type PriceFor struct {
	Product   uuid.NullUUID
	Term      string
	Frequency string
	From      PriceFrom
	ItemID    uuid.NullUUID // of the price list
}

// PriceFrom is who set a price.
type PriceFrom string

// The ways in which a price is set.
const (
	ByTyping  PriceFrom = "person"  // a person's own amount, an exception
	FromList  PriceFrom = "list"    // a person chose the list's
	OnLanding PriceFrom = "landing" // filled by itself from the contract's list
	CarriedIn PriceFrom = "carried" // a cut-over brought it
	WasShown  PriceFrom = "shown"   // what pages showed before prices were dated
)

// Origin says who appends and in what course.
type Origin struct {
	Source Source
	By     audit.Actor
	RunID  uuid.NullUUID // the sync run
	At     time.Time
	Zone   *time.Location // of the billing day; nil: UTC
}

// In gives the origin with the zone of its billing day.
func (o Origin) In(zone *time.Location) Origin {
	o.Zone = zone
	return o
}

// Today is the billing day.
func (o Origin) Today() clock.Date {
	if o.Zone == nil {
		return clock.DateOf(o.At, time.UTC)
	}
	return clock.DateOf(o.At, o.Zone)
}

// Details is what a row stands on: before and after of what changed, the text of the change log.
type Details map[string]any

// With gives the details with one more entry.
func (d Details) With(key string, value any) Details {
	all := Details{key: value}
	for k, v := range d {
		all[k] = v
	}
	return all
}

// Was is before and after of one thing that changed.
type Was struct {
	Before any `json:"before"`
	After  any `json:"after"`
}

// Words is the amount for the details of a row: digits, period and currency; nil when unknown.
func (a Amount) Words() any {
	if !a.Value.Valid {
		return nil
	}
	return map[string]string{"amount": a.Value.Decimal.String(), "period": string(a.Period), "currency": a.Currency}
}
