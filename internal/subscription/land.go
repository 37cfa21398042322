package subscription

import (
	"github.com/google/uuid"

	"seatledger/internal/ledger"
)

// Landing is where a subscription comes to lie: its customer, and a contract with a price where there is one.
type Landing struct {
	CRMAccountID uuid.UUID
	ContractID   uuid.NullUUID
	Price        ledger.Amount
	PriceItemID  uuid.NullUUID
}
