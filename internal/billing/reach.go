package billing

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/postgres"
)

// Reach is what of a subscription is not billed yet up to a day, here or elsewhere (RULES 8).
type Reach struct {
	OpenRows int           // counted rows whose first charge or credit was not taken
	From     clock.Date    // first day with seats that nobody has billed
	SeatDays int           // from there on, up to the day; 0 where no contract with a first billing day bills it
	Draft    uuid.NullUUID // an invoice that has it and is only a draft
	Contract uuid.NullUUID
	Billable bool // the contract has a first billing day, so an invoice of it can bill what is left
}

// Reached tells whether nothing is left: what is on a draft is not billed.
func (r Reach) Reached() bool { return r.OpenRows == 0 && r.SeatDays == 0 && !r.Draft.Valid }

type reaching struct {
	ID               uuid.UUID
	Kind             string
	ContractID       uuid.NullUUID
	BillableFrom     clock.Date
	BilledThrough    clock.Date
	BillingDay       int
	BillingFrequency contract.Frequency
	StartDate        clock.Date
	BillFrom         clock.Date
	DraftID          uuid.NullUUID
}

// ReachOf tells, per subscription, what is not billed yet up to its day.
func ReachOf(ctx context.Context, db *gorm.DB, until map[uuid.UUID]clock.Date) (map[uuid.UUID]Reach, error) {
	ids := make([]uuid.UUID, 0, len(until))
	for id := range until {
		ids = append(ids, id)
	}
	var subs []reaching
	err := db.WithContext(ctx).Raw(`SELECT s.id, s.kind, s.contract_id, s.billable_from, s.billed_through,
			coalesce(k.billing_day, 1) AS billing_day, coalesce(k.billing_frequency, 'monthly') AS billing_frequency, coalesce(k.start_date, DATE '2000-01-01') AS start_date, k.bill_from,
			(SELECT i.id FROM invoice_coverage v JOIN invoices i ON i.id = v.invoice_id WHERE v.subscription_id = s.id AND i.state = 'draft' LIMIT 1) AS draft_id
		FROM subscriptions s LEFT JOIN billing_contracts k ON k.id = s.contract_id WHERE s.id = ANY (?::uuid[])`, postgres.IDs(ids)).Scan(&subs).Error
	if err != nil {
		return nil, fmt.Errorf("how far subscriptions are billed: %w", err)
	}
	rows, err := ledgers(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]Reach, len(subs))
	for _, s := range subs {
		out[s.ID] = s.reach(rows[s.ID], until[s.ID])
	}
	return out, nil
}

func (s reaching) reach(rows []Row, to clock.Date) Reach {
	out := Reach{Draft: s.DraftID, Contract: s.ContractID, Billable: s.ContractID.Valid && !s.BillFrom.IsZero()}
	if s.Kind == "usage" { // never billed here
		return out
	}
	for _, r := range rows {
		if r.Open {
			out.OpenRows++
		}
	}
	if s.BillFrom.IsZero() || s.Kind == "one_time" {
		return out
	}
	grid := GridOf(contract.Terms{BillingDay: s.BillingDay, BillingFrequency: s.BillingFrequency, StartDate: s.StartDate})
	b := Book{Rows: slices.Clone(rows), Grid: grid, Through: s.BilledThrough, From: later(s.BillFrom, s.BillableFrom)}
	for i, r := range b.Rows {
		if r.Undated {
			b.Rows[i].Elsewhere = grid.Cycle(r.On).To
		}
	}
	for _, p := range cut(Period{From: b.Starts(), To: to}, b.breaks(b.Rows)) {
		if n := seats(b.Rows, p.From); n > 0 {
			if out.SeatDays == 0 {
				out.From = p.From
			}
			out.SeatDays += n * p.Days()
		}
	}
	return out
}
