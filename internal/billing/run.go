package billing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
)

// Run asks for an invoice of a contract.
type Run struct {
	ContractID uuid.UUID
	Kind       RunKind    // FullCycle when empty
	End        clock.Date // first day that it no longer takes in; zero: the next one due
}

// rhythm is what a contract's runs depend on besides its terms.
type rhythm struct {
	contract.Contract
	Grid
	billedTo clock.Date // end of the last live full cycle; zero: none
	runs     int        // invoices that are not void
	closing  clock.Date // last day on which something of it is ended by a person or a cut-over and not billed up to there; zero: nothing
	today    clock.Date // of the run; zero where there is none
}

func rhythmOf(ctx context.Context, db *gorm.DB, id uuid.UUID) (rhythm, error) {
	k, err := contract.Get(ctx, db, id)
	if err != nil {
		return rhythm{}, err
	}
	r := rhythm{Contract: k, Grid: GridOf(k.Terms)}
	var found struct {
		BilledTo clock.Date
		Runs     int
		Closing  clock.Date
	}
	err = db.WithContext(ctx).Raw(`SELECT max(period_end) FILTER (WHERE kind = 'full_cycle') AS billed_to, count(*) AS runs,
		(SELECT max(coalesce(s.deactivated_on, s.frozen_from)) FROM subscriptions s WHERE s.contract_id = @id
			AND (s.frozen_from IS NOT NULL OR s.deactivated_by IN ('person', 'cutover')
				OR EXISTS (SELECT FROM cutover_pairs d WHERE d.old_subscription_id = s.id AND d.undone_at IS NULL AND d.day IS NOT NULL))
			AND (s.billed_through IS NULL OR s.billed_through < coalesce(s.deactivated_on, s.frozen_from))
			AND NOT EXISTS (SELECT FROM reassignments m WHERE m.source_id = s.id AND m.undone_at IS NULL AND m.taken)) AS closing
		FROM invoices WHERE contract_id = @id AND state <> 'void'`, map[string]any{"id": id}).Scan(&found).Error
	if err != nil {
		return r, fmt.Errorf("invoices of contract %s: %w", id, err)
	}
	r.billedTo, r.runs, r.closing = found.BilledTo, found.Runs, found.Closing
	return r, nil
}

// rhythm is what a run of today depends on.
func (s Service) rhythm(ctx context.Context, db *gorm.DB, id uuid.UUID) (rhythm, error) {
	r, err := rhythmOf(ctx, db, id)
	r.today = s.today()
	return r, err
}

func (r rhythm) tomorrow() clock.Date { return r.today.AddDays(1) }

// due is the day up to which the next run of a kind would bill.
func (r rhythm) due(kind RunKind) clock.Date {
	if kind == ChangeLog {
		return later(r.tomorrow(), r.closing)
	}
	at := later(r.today, r.BillFrom)
	if r.Timing == contract.Arrears {
		at = later(r.Cycle(r.today).From.AddDays(-1), r.BillFrom)
	}
	if !r.billedTo.IsZero() {
		at = r.billedTo
	}
	return r.ends(at)
}

// ends is the end of the cycle that holds a day, or of the contract if that comes first.
func (r rhythm) ends(day clock.Date) clock.Date {
	end := r.Cycle(day).To
	if !r.EndDate.IsZero() && day.Before(r.EndDate) {
		end = earlier(end, r.EndDate)
	}
	return end
}

// ahead is how long before its first day a cycle in advance may be billed.
const ahead = 31

// allows refuses a run that may not be made, with the reason and what to do.
func (r rhythm) allows(run Run) error {
	switch {
	case !r.Active:
		return errs.Newf(errs.Conflict, "The contract %s is deactivated. Activate it first; nothing was billed.", r.Name)
	case r.BillFrom.IsZero():
		return errs.Newf(errs.Conflict, "The contract %s has no first billing day. Set \"Billed from\" in the contract first; nothing was billed.", r.Name)
	case run.Kind != FullCycle && run.Kind != ChangeLog:
		return errs.Fields{"kind": "Choose a full cycle or the change log."}.Err()
	case !run.End.After(r.BillFrom):
		return errs.Fields{"period_end": fmt.Sprintf("Billing of this contract begins on %s; choose a later day.", r.BillFrom)}.Err()
	case run.Kind == ChangeLog && run.End.After(later(later(r.tomorrow(), r.billedTo), r.closing)):
		return errs.Fields{"period_end": "The change log can be billed up to today, up to where the contract is billed, or up to the last day of a subscription that ends here."}.Err()
	case run.Kind == FullCycle:
		return r.allowsCycle(run.End)
	}
	return nil
}

func (r rhythm) allowsCycle(end clock.Date) error {
	last := end.AddDays(-1)
	if end != r.ends(last) {
		return errs.Fields{"period_end": fmt.Sprintf("Cycles of this contract end on %s and %s; the day named is the first that is no longer in the cycle.",
			r.Cycle(last).From, r.ends(last))}.Err()
	}
	if r.Timing == contract.Arrears && end.After(r.today) {
		return errs.Fields{"period_end": fmt.Sprintf("This contract is billed in arrears: the cycle up to %s can be billed once it has ended.", end)}.Err()
	}
	if start := r.Cycle(last).From; start.After(r.today.AddDays(ahead)) {
		return errs.Fields{"period_end": fmt.Sprintf("The cycle begins on %s, more than %d days ahead.", start, ahead)}.Err()
	}
	return nil
}

// once refuses a cycle that a live invoice has billed.
func (r rhythm) once(ctx context.Context, db *gorm.DB, run Run) error {
	if run.Kind != FullCycle {
		return nil
	}
	cycle := r.Cycle(run.End.AddDays(-1))
	var standing []struct {
		State  State
		Number *int64
	}
	err := db.WithContext(ctx).Raw(`SELECT state, number FROM invoices WHERE contract_id = ? AND kind = 'full_cycle' AND state <> 'void'
		AND period_start < ? AND period_end > ?`, r.ID, run.End, cycle.From).Scan(&standing).Error
	if err != nil || len(standing) == 0 {
		return err
	}
	called := "a draft"
	if n := standing[0].Number; n != nil {
		called = fmt.Sprintf("invoice %d (%s)", *n, standing[0].State)
	}
	return errs.Newf(errs.Conflict, "The cycle from %s to %s is on %s already. Void that first, or bill what changed since with a change-log run. Nothing was billed.", cycle.From, run.End, called)
}
