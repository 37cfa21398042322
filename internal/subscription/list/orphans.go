package list

import (
	"github.com/shopspring/decimal"
	"seatledger/internal/subscription"
)

// Orphans are the subscriptions that the distributor charges for and that no
// customer is billed for, because their account is unmapped or excluded (RULES 6),
// or because they moved and nobody has said yet that they are the account's customer's.
type Orphans struct {
	Reason   subscription.HoldReason
	Moved    bool // held as unmapped, though the account they moved to is mapped
	Count    int  // the rows of the list with this hold reason
	Monthly  []Monthly
	Uncosted int // of Count: without a known cost per month, or usage or one-time, which have none
}

// Monthly is a sum per month in one currency (RULES 5).
type Monthly struct {
	Currency string
	Sum      decimal.Decimal
}
