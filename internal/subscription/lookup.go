package subscription

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
)

// lookUp reads what plans that write something depend on: where new ones land,
// the timelines of known ones, refund settings, and prices at a renewal.
func (w *work) lookUp(ctx context.Context, tx *gorm.DB) error {
	for _, look := range []func(context.Context, *gorm.DB) error{w.landings, w.timelines, w.refunds, w.prices} {
		if err := look(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) today() clock.Date { return clock.DateOf(w.Origin.At, w.Zone) }

// landings finds where subscriptions of a mapped account land, at what price, and
// which of them have a twin: new ones, and known ones that a person has chosen.
func (w *work) landings(ctx context.Context, tx *gorm.DB) error {
	if !w.Account.CRMAccountID.Valid {
		return nil
	}
	var fresh []arrival
	for i, p := range w.plans {
		if p.New || w.chosen(w.inputs[i].Stored) {
			fresh = append(fresh, arrival{n: i, row: p.Row, never: w.unticked(p.Row.ExternalID)})
		}
	}
	found, err := arrive(ctx, tx, arrivals{rows: fresh, crmAccountID: w.Account.CRMAccountID.UUID, contract: w.Contract,
		today: w.today()})
	if err != nil {
		return err
	}
	for n, a := range found {
		w.inputs[n].Landing, w.inputs[n].Twin = a.landing, a.twin
	}
	return nil
}

func (w *work) unticked(externalID string) bool {
	return w.Land != nil && !slices.Contains(w.Land, externalID)
}

func (w *work) timelines(ctx context.Context, tx *gorm.DB) error {
	var ids []uuid.UUID
	for _, p := range w.plans {
		if !p.New && len(p.Entries) > 0 {
			ids = append(ids, p.Row.ID)
		}
	}
	lines, err := ledger.Timelines(ctx, tx, ids)
	if err != nil {
		return err
	}
	for i, p := range w.plans {
		w.inputs[i].Timeline = lines[p.Row.ID]
	}
	return nil
}

func (w *work) refunds(ctx context.Context, tx *gorm.DB) error {
	var contracts []uuid.UUID
	for _, p := range w.plans {
		if !p.New && len(p.Entries) > 0 && p.Row.ContractID.Valid {
			contracts = append(contracts, p.Row.ContractID.UUID)
		}
	}
	given, err := refundsOf(ctx, tx, contracts)
	if err != nil {
		return err
	}
	for i, p := range w.plans {
		w.inputs[i].Refund = given.of(p.Row.ContractID)
	}
	return nil
}

// prices finds the list's price on the start of each new term, and for each other product.
func (w *work) prices(ctx context.Context, tx *gorm.DB) error {
	var asked []pricing
	for i, p := range w.plans {
		other := slices.ContainsFunc(p.Entries,
			func(c ledger.Change) bool { return c.Event == ledger.Renew || c.Event == ledger.Product })
		if other && p.Row.ContractID.Valid && !p.New {
			asked = append(asked, pricingOf(i, p.Row.ContractID.UUID, p.Row, w.today()))
		}
	}
	items, err := itemsInForce(ctx, tx, asked)
	for n, i := range items {
		w.inputs[n].Proposal, w.inputs[n].Fill, w.inputs[n].TakeList = set(i.ID), i.fill(), i.TakeList
	}
	return err
}
