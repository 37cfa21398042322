package subscription

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/ledger"
	"seatledger/internal/subscription/plan"
)

// MarkGone closes subscriptions that a complete listing of all accounts lacked
// (RULES 3). Those of other providers are left alone.
func MarkGone(ctx context.Context, tx *gorm.DB, p Provider, ids []uuid.UUID, o ledger.Origin,
	zone *time.Location) (Result, error) {
	missed, err := missedSince(ctx, tx, ids)
	if err != nil {
		return Result{}, err
	}
	rows, err := lockMany(ctx, tx, ids)
	if err != nil {
		return Result{}, err
	}
	lines, err := ledger.Timelines(ctx, tx, ids)
	if err != nil {
		return Result{}, err
	}
	var contracts []uuid.UUID
	for _, s := range rows {
		contracts = append(contracts, contractsOf(s)...)
	}
	given, err := refundsOf(ctx, tx, contracts)
	if err != nil {
		return Result{}, err
	}
	res := Result{Conflicts: map[uuid.UUID][]Conflict{}}
	var plans []plan.Plan
	for i := range rows {
		s := &rows[i]
		if s.ProviderID != p.ID {
			continue
		}
		made := plan.Decide(plan.Input{Stored: s, Provider: p, Timeline: lines[s.ID], Refund: given.of(s.ContractID),
			Missed: missed[s.ID], Seen: o.At, Zone: zone})
		if len(made.Conflicts) > 0 {
			res.Conflicts[s.ID] = made.Conflicts
		}
		plans = append(plans, made)
	}
	if res.Touched, err = apply(ctx, tx, o, plans); err != nil {
		return res, err
	}
	res.Gone = len(res.Touched)
	_, err = Found(ctx, tx, ids)
	return res, err
}
