package demo

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/invoice"
)

const billers = 4 // contracts at a time

// bill makes the invoices that are due on the first day of a month, and notes as
// paid what the customers had of the one before the last.
func (y *year) bill(ctx context.Context, month int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(billers)
	for _, c := range y.customers {
		if c.contract == uuid.Nil {
			continue
		}
		g.Go(func() error {
			if err := y.routine(ctx, c, month); err != nil {
				return fmt.Errorf("invoice of %s: %w", y.story.Month(month), err)
			}
			return nil
		})
	}
	return g.Wait()
}

func (y *year) routine(ctx context.Context, c *customer, month int) error {
	id, err := y.invoice(ctx, c.due(month, y.story.Month))
	if err != nil {
		return err
	}
	if id != uuid.Nil {
		c.unpaid = append(c.unpaid, owed{id, month})
	}
	for len(c.unpaid) > 0 && c.unpaid[0].month <= month-paysAfter {
		if err := y.app.Billing.Pay(ctx, y.me, invoice.Step{ID: c.unpaid[0].invoice}); err != nil {
			return err
		}
		c.unpaid = c.unpaid[1:]
	}
	return nil
}

const paysAfter = 2 // months

// owed is an invoice with the month it was billed in.
type owed struct {
	invoice uuid.UUID
	month   int
}

// due is the run of a month: the cycle that begins in it or, in arrears, has ended.
// Between the cycles of a longer rhythm it is what changed meanwhile.
func (c *customer) due(month int, first func(int) clock.Date) billing.Run {
	run := billing.Run{ContractID: c.contract, Kind: invoice.FullCycle}
	switch {
	case c.rhythm.timing == contract.Arrears && month > 0:
		run.End = first(month)
	case c.rhythm.timing == contract.Advance && month%c.rhythm.months == 0:
		run.End = first(month + c.rhythm.months)
	case c.rhythm.timing == contract.Advance:
		run.Kind = invoice.ChangeLog
	default:
		return billing.Run{}
	}
	return run
}

// invoice previews, drafts and bills a run; a run without anything in it makes none: uuid.Nil.
func (y *year) invoice(ctx context.Context, run billing.Run) (uuid.UUID, error) {
	if run.ContractID == uuid.Nil {
		return uuid.Nil, nil
	}
	plan, err := y.app.Billing.Preview(ctx, run)
	if err != nil || plan.Empty() {
		return uuid.Nil, err
	}
	id, err := y.app.Billing.Draft(ctx, y.me, billing.Order{Run: run, Digest: plan.Digest, Late: true,
		Growth: true})
	if err != nil {
		return uuid.Nil, err
	}
	return id, y.app.Billing.Bill(ctx, y.me, invoice.Step{ID: id})
}
