package plan

import (
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
)

// Landing is where a subscription comes to lie: its customer, and a contract with a
// price where there is one.
type Landing struct {
	CRMAccountID uuid.UUID
	ContractID   uuid.NullUUID
	BillFrom     clock.Date // the contract's; zero: not set
	Price        ledger.Amount
	PriceItemID  uuid.NullUUID
	Never        bool // left unticked in a contract's sync: no contract, also not later by itself
}

// Settle puts a subscription where it lands. A price that a person set is kept, and
// so is any price where the contract's list has none to put in its place.
func (l *Landing) Settle(s *Subscription) {
	s.CRMAccountID = uuid.NullUUID{UUID: l.CRMAccountID, Valid: true}
	s.ContractID, s.NeverLand = l.ContractID, l.Never
	if s.PriceByPerson || !l.ContractID.Valid {
		return
	}
	s.UnitPrice, s.PricePeriod, s.Currency, s.PriceItemID = l.Price.Value, l.Price.Period, l.Price.Currency, l.PriceItemID
}

// beforeBilling tells whether a day lies before the first day that the contract bills (RULES 8).
func (l *Landing) beforeBilling(day clock.Date) bool {
	return l != nil && !l.BillFrom.IsZero() && day.Before(l.BillFrom)
}

// Unsettle takes customer, contract and the contract's price away. A price that a person set is kept.
func Unsettle(s *Subscription) {
	s.CRMAccountID, s.ContractID, s.ProposedItemID = uuid.NullUUID{}, uuid.NullUUID{}, uuid.NullUUID{}
	s.TwinHold = false
	if s.PriceByPerson {
		return
	}
	s.UnitPrice, s.PricePeriod, s.Currency, s.PriceItemID = decimal.NullDecimal{}, money.Unknown, "", uuid.NullUUID{}
}

// land puts a known subscription where a person chose that it lands. A contract that
// is no longer open for it changes nothing.
func (d *Draft) land(in Input) {
	l := in.Landing
	if l == nil || !l.ContractID.Valid {
		return
	}
	newCustomer := d.Row.CRMAccountID.UUID != l.CRMAccountID
	l.Settle(&d.Row)
	if newCustomer {
		d.Row.TwinHold = in.Twin && !Ends(in.Reading.Status)
	}
	d.Row.Version++
}
