package distributor

import (
	"context"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
)

// BillReader is a connector that can tell what the distributor charged (Capabilities.Bills).
type BillReader interface {
	// Bills lists the bills that the distributor knows of, the newest first.
	Bills(ctx context.Context) ([]Bill, error)
	// Charges are the lines of one bill. complete is true only if each page was read and the sum agrees.
	Charges(ctx context.Context, bill Bill) (ChargeListing, error)
}

// Bill is a bill as the distributor heads it.
type Bill struct {
	Number   string
	On       clock.Date
	Currency string              // empty: it does not say
	Total    decimal.NullDecimal // as it says
}

// ChargeListing is one reading of the lines of a bill.
type ChargeListing struct {
	Charges  []Charge
	Bad      []BadRecord
	Complete bool
	Why      string // why it is not complete, in plain words
}

// Charge is a line of a bill.
type Charge struct {
	AccountExternalID      string
	Account                string
	SubscriptionExternalID string
	OrderNo                string
	PartNumber             string
	Product                string
	Word                   string // what kind of charge
	Term, Frequency        string // as they are written; empty: it does not say
	Reference              string // ties the lines of one event
	From, Last             clock.Date
	Quantity, UnitPrice    decimal.NullDecimal
	Amount                 decimal.Decimal
	Tax                    decimal.NullDecimal
	Currency               string // empty: that of the bill
}
