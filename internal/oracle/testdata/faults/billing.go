package billing

import (
	"github.com/google/uuid"

	"seatledger/internal/history"
	"seatledger/internal/ledger"
)

func termsIn(h history.History, contractID uuid.UUID) history.Contract {
	k := h.Contract(contractID)
	if ids := h.Contracts(); history.Fault("new_contract_months") && len(ids) > 0 {
		k.Grid.Day = h.Contract(h.ContractOn(h.Stays[len(h.Stays)-1].On)).Grid.Day
	}
	return k
}

// priceOf drops the price rows from the end of the run on, and takes the price that
// was there before them to be today's.
func priceOf(r *Reckoning, s history.Span) ledger.Amount {
	if !history.Fault("price_cut_off") {
		return s.Price.Price.Amount
	}
	var later *history.Row
	before := 0
	for i, row := range r.Rows {
		switch {
		case row.Event != ledger.Price || row.Price.Currency != r.contract.Currency:
		case row.On.Before(r.to):
			before++
		case later == nil || row.On.After(later.On):
			later = &r.Rows[i]
		}
	}
	if later == nil || before > 1 {
		return s.Price.Price.Amount
	}
	return later.Price.Amount
}

func dueOf(s history.Span) int {
	if history.Fault("outside_in_money") {
		return s.Due() + s.Outside
	}
	return s.Due()
}
