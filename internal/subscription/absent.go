package subscription

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/ledger"
	"seatledger/internal/subscription/plan"
)

// Absent lists the stored subscriptions of a provider that a complete listing of all
// its accounts lacked, by the external ids that it had. Those that are known as gone
// or that the provider had already ended are not among them.
func Absent(ctx context.Context, db *gorm.DB, providerID uuid.UUID, listed []string) ([]uuid.UUID, error) {
	if listed == nil {
		listed = []string{}
	}
	doc, err := json.Marshal(listed)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	err = db.WithContext(ctx).Raw(`
		SELECT s.id FROM subscriptions s
		LEFT JOIN jsonb_array_elements_text(?::jsonb) AS l (external_id) ON l.external_id = s.external_id
		WHERE s.provider_id = ? AND l.external_id IS NULL AND s.provider_status <> 'missing'
		  AND NOT (s.state = 'inactive' AND s.deactivated_by = 'provider')
		ORDER BY s.id`, string(doc), providerID).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("find absent subscriptions: %w", err)
	}
	return ids, nil
}

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
