package subscription

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/subscription/plan"
)

// arrival is a subscription whose customer has just become known.
type arrival struct {
	n       int
	row     Subscription
	never   bool // a person left it unticked
	landing *plan.Landing
	twin    bool

	back     *Local // where it returns to when a decision is undone
	fillBack *plan.Fill
}

// arrivals is those of one customer.
type arrivals struct {
	rows         []arrival
	crmAccountID uuid.UUID
	contract     uuid.NullUUID // a person's choice; unset: the default contract
	today        clock.Date
}

// arrive finds, for each subscription, its contract, its price there and whether it
// has a twin; by the subscription's number.
func arrive(ctx context.Context, tx *gorm.DB, a arrivals) (map[int]arrival, error) {
	if len(a.rows) == 0 {
		return nil, nil
	}
	to, err := a.ground(ctx, tx)
	if err != nil {
		return nil, err
	}
	var asked []pricing
	var candidates []candidate
	for _, r := range a.rows {
		if to != nil && !r.never {
			asked = append(asked, pricingOf(r.n, to.ID, r.row, a.today))
		}
		if !r.row.NoTwin {
			candidates = append(candidates, candidateOf(r.n, r.row, a.crmAccountID))
		}
	}
	items, err := itemsInForce(ctx, tx, asked)
	if err != nil {
		return nil, err
	}
	doubles, err := twins(ctx, tx, candidates)
	found := make(map[int]arrival, len(a.rows))
	for _, r := range a.rows {
		r.landing, r.twin = landingAt(a.crmAccountID, to, r.never), doubles[r.n]
		if i, ok := items[r.n]; ok {
			r.landing.Fill = i.fill()
		}
		found[r.n] = r
	}
	return found, err
}

// ground is the contract to land in; none if the chosen one is not this customer's or no longer active.
func (a arrivals) ground(ctx context.Context, tx *gorm.DB) (*ground, error) {
	if !a.contract.Valid {
		return defaultGround(ctx, tx, a.crmAccountID)
	}
	g, err := groundOf(ctx, tx, a.contract.UUID)
	if err != nil || g == nil || g.CRMAccountID != a.crmAccountID || !g.Active {
		return nil, err
	}
	return g, nil
}

func landingAt(crmAccountID uuid.UUID, to *ground, never bool) *plan.Landing {
	l := &plan.Landing{CRMAccountID: crmAccountID, Never: never}
	if to != nil && !never {
		l.ContractID, l.BillFrom = set(to.ID), to.BillFrom
	}
	return l
}
