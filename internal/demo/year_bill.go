package demo

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
)

const billers = 4 // contracts at a time

// bill makes the invoices that are due on the first day of a month.
func (y *year) bill(ctx context.Context, month int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(billers)
	for _, c := range y.customers {
		if c.contract == uuid.Nil {
			continue
		}
		g.Go(func() error {
			if err := y.invoice(ctx, c.due(month, y.story.Month)); err != nil {
				return fmt.Errorf("invoice of %s: %w", y.story.Month(month), err)
			}
			return nil
		})
	}
	return g.Wait()
}

// due is the run of a month: the cycle that begins in it or, in arrears, has ended.
// Between the cycles of a longer rhythm it is what changed meanwhile.
func (c *customer) due(month int, first func(int) clock.Date) billing.Run {
	run := billing.Run{ContractID: c.contract, Kind: billing.FullCycle}
	switch {
	case c.rhythm.timing == contract.Arrears && month > 0:
		run.End = first(month)
	case c.rhythm.timing == contract.Advance && month%c.rhythm.months == 0:
		run.End = first(month + c.rhythm.months)
	case c.rhythm.timing == contract.Advance:
		run.Kind = billing.ChangeLog
	default:
		return billing.Run{}
	}
	return run
}

// invoice previews, drafts and bills a run; a run without anything in it makes none.
func (y *year) invoice(ctx context.Context, run billing.Run) error {
	if run.ContractID == uuid.Nil {
		return nil
	}
	plan, err := y.app.Billing.Preview(ctx, run)
	if err != nil || plan.Empty() {
		return err
	}
	id, err := y.app.Billing.Draft(ctx, y.me, billing.Order{Run: run, Digest: plan.Digest, Earlier: plan.Asks()})
	if err != nil {
		return err
	}
	return y.app.Billing.Bill(ctx, y.me, billing.Step{ID: id})
}
