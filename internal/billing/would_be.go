package billing

import (
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/history"
)

// Due is what the days of a history come to that nobody has billed, or that are to be
// credited, under one contract.
type Due struct {
	Contract uuid.UUID
	Currency string
	Amount   decimal.NullDecimal // unknown where a day cannot be priced
	SeatDays int
}

// DueOf tells what the next invoices up to a day would bill of a history, whether it
// stands so or only would after a step: each contract's share to the cent.
func DueOf(h history.History, to clock.Date) []Due {
	if h.Kind == "usage" { // never billed here
		return nil
	}
	var all []Due
	for _, id := range h.Contracts() {
		r := reckon(h, id, to)
		d := Due{Contract: id, Currency: r.contract.Currency}
		t, sum := r.standing(), decimal.Decimal{}
		for _, c := range r.charges {
			sum, d.SeatDays = sum.Add(t.Add(c.Exact, d.Currency)), d.SeatDays+c.SeatDays()
		}
		if r.stopped == nil {
			d.Amount = decimal.NewNullDecimal(sum)
		}
		if r.stopped != nil || len(r.charges) > 0 {
			all = append(all, d)
		}
	}
	return all
}
