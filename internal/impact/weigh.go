package impact

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/postgres"
)

// Weight is what a change of seats from a day on means in money already billed.
type Weight struct {
	ID       uuid.UUID
	Seats    int        // that the change takes away or brings
	Through  clock.Date // first day not billed yet; zero: nothing was billed
	SeatDays int        // of billed days that are credited, or charged
	PaidDays int        // of seats that come back: seat-days that were paid before they left
	Amount   decimal.NullDecimal
	Currency string
}

// Weigh tells, per subscription, what closing it on a day with refund, or opening it
// again, makes of the days that are billed already.
func Weigh(ctx context.Context, db *gorm.DB, ids []uuid.UUID, on clock.Date) (map[uuid.UUID]Weight, error) {
	var subs []weighed
	err := db.WithContext(ctx).Raw(`SELECT s.id, s.contract_id, s.billed_through, s.billable_quantity, s.quantity,
		s.state = 'inactive' AS inactive,
			coalesce(k.currency, s.currency) AS currency
		FROM subscriptions s LEFT JOIN billing_contracts k ON k.id = s.contract_id
		WHERE s.id = ANY (?::uuid[])`, postgres.IDs(ids)).Scan(&subs).Error
	if err != nil {
		return nil, fmt.Errorf("weigh subscriptions: %w", err)
	}
	histories, err := history.Load(ctx, db, ids)
	out := make(map[uuid.UUID]Weight, len(subs))
	for _, s := range subs {
		out[s.ID] = s.weigh(histories[s.ID], on)
	}
	return out, err
}

type weighed struct {
	ID               uuid.UUID
	ContractID       uuid.UUID
	BilledThrough    clock.Date
	BillableQuantity int
	Quantity         int
	Inactive         bool
	Currency         string
}

func (s weighed) weigh(h history.History, on clock.Date) Weight {
	w := Weight{ID: s.ID, Seats: -s.BillableQuantity, Through: s.BilledThrough, Currency: s.Currency}
	if s.Inactive {
		w.Seats = s.Quantity
	}
	w.Amount = w.difference(h, history.Row{Event: ledger.Deactivate, Source: ledger.FromPerson, On: on, Delta: w.Seats,
		Refund: true})
	if w.Seats > 0 {
		w.PaidDays = max(0, w.Seats*contract.Period{From: on, To: h.PaidTo(s.ContractID)}.Days()-w.SeatDays)
	}
	return w
}

// difference is what one more row makes of the days that are paid.
func (w *Weight) difference(h history.History, row history.Row) decimal.NullDecimal {
	return w.between(h, h.With(row))
}

// between is what the days that are paid come to more in one state than in another, over all contracts that have some.
func (w *Weight) between(was, would history.History) decimal.NullDecimal {
	sum := history.Parts{}
	for _, id := range was.Contracts() {
		to := was.PaidTo(id)
		if to.IsZero() {
			continue
		}
		before, after := billing.Reckon(was, id, to), billing.Reckon(would, id, to)
		if before.Stopped != "" || after.Stopped != "" {
			return decimal.NullDecimal{}
		}
		for _, c := range after.Charges {
			sum, w.SeatDays = sum.Plus(c.Exact), w.SeatDays+c.SeatDays()
		}
		for _, c := range before.Charges {
			sum, w.SeatDays = sum.Minus(c.Exact), w.SeatDays-c.SeatDays()
		}
	}
	return decimal.NewNullDecimal(sum.Rounded(w.Currency))
}
