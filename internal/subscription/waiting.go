package subscription

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription/plan"
)

// LandWaiting lands what had no contract to land in, once the customer has exactly
// one active default contract (RULES 6). What a person left unticked or took out of
// its contract stays without. It gives the ids that changed.
func LandWaiting(ctx context.Context, tx *gorm.DB, crmAccountID uuid.UUID, o ledger.Origin,
	zone *time.Location) ([]uuid.UUID, error) {
	to, err := defaultGround(ctx, tx, crmAccountID)
	if err != nil || to == nil {
		return nil, err
	}
	rows, err := load(ctx, tx, "s.crm_account_id = ? AND s.contract_id IS NULL AND NOT s.never_land AND s.state <> "+
		"'inactive' ORDER BY s.id FOR UPDATE OF s", crmAccountID)
	if err != nil {
		return nil, err
	}
	return place(ctx, tx, placing{rows: rows, to: *to, origin: o, zone: zone})
}

// FillPrices gives what stands in a contract without a price the price that its
// list has in force on the start of the current term (RULES 5). A price that stands
// is not touched. It gives the ids that changed.
func FillPrices(ctx context.Context, tx *gorm.DB, contractID uuid.UUID, o ledger.Origin,
	zone *time.Location) ([]uuid.UUID, error) {
	to, err := groundOf(ctx, tx, contractID)
	if err != nil || to == nil || !to.Active {
		return nil, err
	}
	rows, err := load(ctx, tx, "s.contract_id = ? AND s.unit_price IS NULL AND s.state <> 'inactive' ORDER BY s.id "+
		"FOR UPDATE OF s", contractID)
	if err != nil {
		return nil, err
	}
	return place(ctx, tx, placing{rows: rows, to: *to, origin: o, zone: zone})
}

// placing is subscriptions of one customer on their way into one of its contracts.
type placing struct {
	rows   []Subscription
	to     ground
	origin ledger.Origin
	zone   *time.Location
}

func place(ctx context.Context, tx *gorm.DB, p placing) ([]uuid.UUID, error) {
	all := arrivals{crmAccountID: p.to.CRMAccountID, contract: set(p.to.ID), today: clock.DateOf(p.origin.At, p.zone)}
	for i, s := range p.rows {
		all.rows = append(all.rows, arrival{n: i, row: s})
	}
	found, err := arrive(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	plans := make([]plan.Plan, 0, len(p.rows))
	for i := range p.rows {
		d := plan.DraftOf(p.rows[i], account.Mapped, nil)
		d.Settle(found[i].landing)
		made := d.Finish(&p.rows[i])
		if made.Changed {
			made.Row.Version++
		}
		plans = append(plans, made)
	}
	touched, err := apply(ctx, tx, p.origin.In(p.zone), plans)
	if err != nil {
		return nil, err
	}
	_, err = ledger.ArchiveBefore(ctx, tx, p.origin.By, touched)
	return touched, err
}

// TakeOut takes all that stands in a contract out of it, as though it had never landed there: it waits for another
// one. It gives the ids that changed.
func TakeOut(ctx context.Context, tx *gorm.DB, contractID uuid.UUID, o ledger.Origin,
	zone *time.Location) ([]uuid.UUID, error) {
	rows, err := load(ctx, tx, "s.contract_id = ? ORDER BY s.id FOR UPDATE OF s", contractID)
	if err != nil {
		return nil, err
	}
	plans := make([]plan.Plan, len(rows))
	for i := range rows {
		d := plan.DraftOf(rows[i], account.Mapped, nil)
		customer := d.Row.CRMAccountID
		plan.Unsettle(&d.Row)
		d.Row.CRMAccountID, d.Row.TwinHold = customer, rows[i].TwinHold
		d.Derive()
		plans[i] = d.Finish(&rows[i])
		plans[i].Row.Version++
		plans[i].Changed = true
	}
	return apply(ctx, tx, o.In(zone), plans)
}
