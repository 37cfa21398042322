package billing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/postgres"
)

// Service plans and drafts the runs of contracts, and takes the steps of invoices.
type Service struct {
	invoice.Service
	// Redrawn runs in the transaction that drew a draft anew, with both. It may be nil.
	Redrawn func(ctx context.Context, tx *gorm.DB, old, fresh uuid.UUID) error
}

// Run asks for an invoice of a contract.
type Run struct {
	ContractID uuid.UUID
	Kind       invoice.Kind  // a full cycle when empty
	End        clock.Date    // first day that it no longer takes in; zero: the next one due
	instead    uuid.UUID     // a draft that it would take the place of
	proposed   bool          // its end was not asked for
	group      uuid.NullUUID // of the drafts that it goes out with, when it takes the place of one of them
}

// rhythm is what a contract's runs depend on besides its terms.
type rhythm struct {
	contract.Contract
	contract.Grid
	billedTo clock.Date // end of the last live full cycle; zero: none
	// last day on which something of it is ended by a person or a cut-over and not billed up to there; zero: nothing
	closing clock.Date
	// reopened tells that lines were credited to be billed again, and that no run of it was made since
	reopened bool
	today    clock.Date // of the run
}

// Reopened is the condition on a contract k that lines of it were credited to be billed again, and that no run of it
// was made since: their days are due at once.
const Reopened = `EXISTS (SELECT FROM invoices c WHERE c.contract_id = k.id AND c.kind = 'credit'
		AND c.state <> 'void' AND EXISTS (SELECT FROM invoice_lines l WHERE l.invoice_id = c.id AND l.again)
	AND c.seq > coalesce((SELECT max(r.seq) FROM invoices r WHERE r.contract_id = k.id AND r.kind <> 'credit'
		AND r.state <> 'void' AND r.id <> @but), 0))`

// rhythm reads what a run of today depends on, as though a draft had not been made.
func (s Service) rhythm(ctx context.Context, db *gorm.DB, id, but uuid.UUID) (rhythm, error) {
	all, err := s.rhythms(ctx, db, []uuid.UUID{id}, but)
	if err == nil && len(all) == 0 {
		_, err = contract.Get(ctx, db, id) // says that there is none
	}
	if err != nil {
		return rhythm{}, err
	}
	return all[0], nil
}

// rhythms reads those of many contracts, each as rhythm does. What there is no contract of is in none.
func (s Service) rhythms(ctx context.Context, db *gorm.DB, ids []uuid.UUID, but uuid.UUID) ([]rhythm, error) {
	contracts, err := contract.Several(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		ID                uuid.UUID
		BilledTo, Closing clock.Date
		Reopened          bool
	}
	err = db.WithContext(ctx).Raw(`SELECT k.id, i.billed_to, s.closing, `+Reopened+` AS reopened
		FROM unnest(CAST(@ids AS uuid[])) AS k (id)
		LEFT JOIN LATERAL (SELECT max(coalesce(run_to, period_end)) AS billed_to FROM invoices
			WHERE contract_id = k.id AND kind = 'full_cycle' AND state <> 'void' AND id <> @but) i ON true
		LEFT JOIN LATERAL (SELECT max(coalesce(s.deactivated_on, s.frozen_from)) AS closing FROM subscriptions s
			WHERE s.contract_id = k.id AND (s.frozen_from IS NOT NULL OR s.deactivated_by IN ('person', 'cutover'))
			AND (s.billed_through IS NULL OR s.billed_through < coalesce(s.deactivated_on, s.frozen_from))) s ON true`,
		map[string]any{"ids": postgres.IDs(ids), "but": but}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("invoices of %d contracts: %w", len(ids), err)
	}
	stands := make(map[uuid.UUID]int, len(rows))
	for i, r := range rows {
		stands[r.ID] = i
	}
	today := clock.Today(s.Clock, s.Zone)
	out := make([]rhythm, len(contracts))
	for i, k := range contracts {
		at := rows[stands[k.ID]]
		out[i] = rhythm{Contract: k, Grid: contract.GridOf(k.Terms), billedTo: at.BilledTo, closing: at.Closing,
			reopened: at.Reopened, today: today}
	}
	return out, nil
}

func (r rhythm) tomorrow() clock.Date { return r.today.AddDays(1) }

// due is the day up to which the next run of a kind would bill.
func (r rhythm) due(kind invoice.Kind) clock.Date {
	if kind == invoice.ChangeLog {
		return clock.Later(r.tomorrow(), r.closing)
	}
	at := clock.Later(r.today, r.BillFrom)
	if r.Timing == contract.Arrears {
		at = clock.Later(r.Cycle(r.today).From.AddDays(-1), r.BillFrom)
	}
	switch {
	case r.reopened && !r.billedTo.IsZero():
		return r.again()
	case !r.billedTo.IsZero():
		at = r.billedTo
	}
	return r.ends(at)
}

// again is the end of the run that takes anew what was credited to be billed again.
func (r rhythm) again() clock.Date {
	last := r.billedTo.AddDays(-1)
	if !r.EndDate.IsZero() {
		last = clock.Earlier(last, r.EndDate.AddDays(-1))
	}
	return r.ends(last)
}

// following is the run of the next cycle.
func (r rhythm) following(run Run) Run {
	run.End = r.ends(run.End)
	return run
}

// reach is the day up to which a run bills: a full cycle's end; of a change log the end of the last live full
// cycle, so that what came mid-term joins it; in arrears, or before any, the day asked for (RULES 8).
func (r rhythm) reach(run Run) clock.Date {
	if run.Kind == invoice.ChangeLog && r.Timing == contract.Advance && !r.billedTo.IsZero() {
		return r.billedTo
	}
	return run.End
}

// ends is the end of the cycle that holds a day, or of the contract if that comes first.
func (r rhythm) ends(day clock.Date) clock.Date {
	end := r.Cycle(day).To
	if !r.EndDate.IsZero() && day.Before(r.EndDate) {
		end = clock.Earlier(end, r.EndDate)
	}
	return end
}

// ahead is how long before its first day a cycle in advance may be billed.
const ahead = 31

// allows refuses a run that may not be made, with the reason and what to do.
func (r rhythm) allows(run Run) error {
	switch {
	case !r.Active:
		return errs.Newf(errs.Conflict,
			"The contract %s is deactivated. Activate it first; nothing was billed.", r.Name)
	case r.BillFrom.IsZero():
		return errs.Newf(errs.Conflict,
			"The contract %s has no first billing day. Set \"Billed from\" in the contract first; nothing was billed.",
			r.Name)
	case run.Kind != invoice.FullCycle && run.Kind != invoice.ChangeLog:
		return errs.Fields{"kind": "Choose a full cycle or the change log."}.Err()
	case !run.End.After(r.BillFrom):
		return errs.Fields{"period_end": fmt.Sprintf("Billing of this contract begins on %s; choose a later day.",
			r.BillFrom)}.Err()
	case run.Kind == invoice.ChangeLog && run.End.After(clock.Later(clock.Later(r.tomorrow(), r.billedTo), r.closing)):
		return errs.Fields{"period_end": "The change log can be billed up to today, up to where the contract is " +
			"billed, or up to the last day of a subscription that ends here."}.Err()
	case run.Kind == invoice.FullCycle:
		return r.allowsCycle(run.End)
	}
	return nil
}

func (r rhythm) allowsCycle(end clock.Date) error {
	last := end.AddDays(-1)
	if end != r.ends(last) {
		return errs.Fields{"period_end": fmt.Sprintf("Cycles of this contract end on %s and %s; "+
			"the day named is the first that is no longer in the cycle.",
			r.Cycle(last).From, r.ends(last))}.Err()
	}
	if r.Timing == contract.Arrears && end.After(r.today) {
		return errs.Fields{"period_end": fmt.Sprintf("This contract is billed in arrears: "+
			"the cycle up to %s can be billed once it has ended.", end)}.Err()
	}
	if start := r.Cycle(last).From; start.After(r.today.AddDays(ahead)) {
		return errs.Fields{"period_end": fmt.Sprintf("The cycle begins on %s, more than %d days ahead. "+
			"It can be billed from %s on.", start, ahead, start.AddDays(-ahead))}.Err()
	}
	return nil
}
