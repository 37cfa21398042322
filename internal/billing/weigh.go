package billing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
)

// Weight is what a change of seats from a day on means in money already billed.
type Weight struct {
	ID       uuid.UUID
	Seats    int        // that the change takes away or brings
	Through  clock.Date // first day not billed yet; zero: nothing was billed
	SeatDays int        // billed days that it touches
	Amount   decimal.NullDecimal
	Currency string
	OpenRows int // rows whose first charge or credit was not taken yet
}

type weighed struct {
	ID               uuid.UUID
	Kind             string
	UnitPrice        decimal.NullDecimal
	PricePeriod      money.Period
	Currency         string
	BilledThrough    clock.Date
	BillableQuantity int
	Quantity         int
	State            string
	BillingDay       int
	BillingFrequency contract.Frequency
	StartDate        clock.Date
	BillFrom         clock.Date
	ContractCurrency string
}

// Weigh tells, per subscription, what closing it on a day, or opening it again,
// makes of the days that are billed already: the credit or charge of an open row.
func Weigh(ctx context.Context, db *gorm.DB, ids []uuid.UUID, on clock.Date) (map[uuid.UUID]Weight, error) {
	var subs []weighed
	err := db.WithContext(ctx).Raw(`SELECT s.id, s.kind, s.unit_price, s.price_period, s.currency, s.billed_through, s.billable_quantity, s.quantity, s.state,
			coalesce(k.billing_day, 1) AS billing_day, coalesce(k.billing_frequency, 'monthly') AS billing_frequency, coalesce(k.start_date, DATE '2000-01-01') AS start_date, k.bill_from, coalesce(k.currency, s.currency) AS contract_currency
		FROM subscriptions s LEFT JOIN billing_contracts k ON k.id = s.contract_id WHERE s.id = ANY (?::uuid[])`, postgres.IDs(ids)).Scan(&subs).Error
	if err != nil {
		return nil, fmt.Errorf("weigh subscriptions: %w", err)
	}
	rows, err := ledgers(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]Weight, len(subs))
	for _, s := range subs {
		out[s.ID] = s.weigh(rows[s.ID], on)
	}
	return out, nil
}

func (s weighed) weigh(rows []Row, on clock.Date) Weight {
	w := Weight{ID: s.ID, Seats: -s.BillableQuantity, Through: s.BilledThrough, Currency: s.ContractCurrency}
	if s.State == "inactive" {
		w.Seats = s.Quantity
	}
	for _, r := range rows {
		if r.Open {
			w.OpenRows++
		}
	}
	change := Row{ID: uuid.New(), Seq: 1 << 62, Event: ledger.Deactivate, Reason: ledger.ByPerson, On: on, Delta: w.Seats, Open: true}
	b := Book{Rows: append(rows, change), Current: ledger.Amount{Value: s.UnitPrice, Period: s.PricePeriod, Currency: s.Currency}, OneTime: s.Kind == "one_time",
		Through: s.BilledThrough, Floor: s.BillFrom, Grid: GridOf(contract.Terms{BillingDay: s.BillingDay, BillingFrequency: s.BillingFrequency, StartDate: s.StartDate})}
	charges, err := b.Charges(s.BilledThrough, s.ContractCurrency)
	if err != nil {
		return w
	}
	sum := Parts{}
	for _, c := range charges {
		if len(c.Changes) == 1 && c.Changes[0] == change.ID {
			sum, w.SeatDays = sum.Plus(c.Exact), w.SeatDays+c.SeatDays()
		}
	}
	w.Amount = decimal.NewNullDecimal(sum.Rounded(s.ContractCurrency))
	return w
}
