package plan

import (
	"github.com/google/uuid"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
)

// Landing is where a subscription comes to lie: its customer, and a contract with a
// price where there is one.
type Landing struct {
	CRMAccountID uuid.UUID
	ContractID   uuid.NullUUID
	BillFrom     clock.Date // the contract's; zero: not set
	Fill         *Fill      // nil: the contract's list has no price
	Never        bool       // left unticked in a contract's sync: no contract, also not later by itself
}

// Fill is a price from the contract's list that is entered by itself: on landing, and
// for another product or term (RULES 5). A price of a person's own that holds there
// stays.
type Fill struct {
	Price  ledger.Amount
	ItemID uuid.UUID
	On     clock.Date // zero: the first day under the contract
	Note   string
	Yields bool // to a person's own price that holds on that day, and to the same one
}

// Settle puts a subscription where it lands, with the price of the contract's list.
func (d *Draft) Settle(l *Landing) {
	d.Row.CRMAccountID = uuid.NullUUID{UUID: l.CRMAccountID, Valid: true}
	d.Row.ContractID, d.Row.NeverLand = l.ContractID, l.Never
	if l.ContractID.Valid && l.Fill != nil {
		d.Fills = append(d.Fills, *l.Fill)
	}
}

// beforeBilling tells whether a day lies before the first day that the contract bills (RULES 8).
func (l *Landing) beforeBilling(day clock.Date) bool {
	return l != nil && !l.BillFrom.IsZero() && day.Before(l.BillFrom)
}

// Unsettle takes customer and contract away, and with them the price: outside of a contract no day has one.
func Unsettle(s *Subscription) {
	s.CRMAccountID, s.ContractID, s.ProposedItemID = uuid.NullUUID{}, uuid.NullUUID{}, uuid.NullUUID{}
	s.TwinHold = false
}

// land puts a known subscription where a person chose that it lands. A contract that
// is no longer open for it changes nothing.
func (d *Draft) land(in Input) {
	l := in.Landing
	if l == nil || !l.ContractID.Valid {
		return
	}
	newCustomer := d.Row.CRMAccountID.UUID != l.CRMAccountID
	d.Settle(l)
	if newCustomer {
		d.Row.TwinHold = in.Twin && !Ends(in.Reading.Status)
	}
	d.Row.Version++
}
