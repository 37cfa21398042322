package impact

import (
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/billing"
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
		r := billing.Reckon(h, id, to)
		d := Due{Contract: id, Currency: r.Currency()}
		t, sum := r.Standing(), decimal.Decimal{}
		for _, c := range r.Charges {
			sum, d.SeatDays = sum.Add(t.Add(c.Exact, d.Currency)), d.SeatDays+c.SeatDays()
		}
		if r.Stopped == "" {
			d.Amount = decimal.NewNullDecimal(sum)
		}
		if r.Stopped != "" || len(r.Charges) > 0 {
			all = append(all, d)
		}
	}
	return all
}
