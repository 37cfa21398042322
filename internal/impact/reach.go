package impact

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/history"
	"seatledger/internal/postgres"
)

// Reach is what of a subscription is not billed yet up to a day, here or elsewhere (RULES 8).
type Reach struct {
	From     clock.Date    // first day with seats that nobody has billed
	SeatDays int           // of them, up to the day
	Credits  int           // seat-days that were paid and are to be credited
	Draft    uuid.NullUUID // an invoice that has it and is only a draft
	Contract uuid.NullUUID
	Billable bool // the contract has a first billing day, so an invoice of it can bill what is left
}

// Reached tells whether nothing is left: what is on a draft is not billed.
func (r Reach) Reached() bool { return r.SeatDays == 0 && r.Credits == 0 && !r.Draft.Valid }

// ReachOf tells, per subscription, what is not billed yet up to its day.
func ReachOf(ctx context.Context, db *gorm.DB, until map[uuid.UUID]clock.Date) (map[uuid.UUID]Reach, error) {
	ids := make([]uuid.UUID, 0, len(until))
	for id := range until {
		ids = append(ids, id)
	}
	var subs []struct {
		ID         uuid.UUID
		Kind       string
		ContractID uuid.NullUUID
		Billable   bool
		DraftID    uuid.NullUUID
	}
	err := db.WithContext(ctx).Raw(`SELECT s.id, s.kind, s.contract_id, k.bill_from IS NOT NULL AS billable,
			(SELECT i.id FROM invoice_coverage v JOIN invoices i ON i.id = v.invoice_id WHERE v.subscription_id = s.id
			AND i.state = 'draft' LIMIT 1) AS draft_id
		FROM subscriptions s LEFT JOIN billing_contracts k ON k.id = s.contract_id
		WHERE s.id = ANY (?::uuid[])`, postgres.IDs(ids)).Scan(&subs).Error
	if err != nil {
		return nil, fmt.Errorf("how far subscriptions are billed: %w", err)
	}
	histories, err := history.Load(ctx, db, ids)
	out := make(map[uuid.UUID]Reach, len(subs))
	for _, s := range subs {
		r := Reach{Draft: s.DraftID, Contract: s.ContractID, Billable: s.Billable}
		if s.Kind != "usage" { // never billed here
			r.measure(histories[s.ID], until[s.ID])
		}
		out[s.ID] = r
	}
	return out, err
}

func (r *Reach) measure(h history.History, to clock.Date) {
	if !r.Billable {
		r.unowned(h, to)
	}
	for _, id := range h.Contracts() {
		if h.Kind == history.OneTime {
			for _, p := range h.Purchases(id, to) {
				r.add(p.From, p.Due())
			}
			continue
		}
		for _, s := range h.Days(id, to) {
			r.add(s.From, s.Due()*s.Days())
		}
	}
}

// unowned are the days of a subscription that no contract bills: what other systems have not billed is left.
func (r *Reach) unowned(h history.History, to clock.Date) {
	for _, s := range h.Ledger(to) {
		if h.Contract(h.ContractOn(s.From)).BillFrom.IsZero() {
			r.add(s.From, max(0, s.Counted-s.Outside)*s.Days())
		}
	}
}

func (r *Reach) add(from clock.Date, seatDays int) {
	switch {
	case seatDays < 0:
		r.Credits -= seatDays
	case seatDays > 0:
		if r.SeatDays == 0 || from.Before(r.From) {
			r.From = from
		}
		r.SeatDays += seatDays
	}
}
