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

// FollowAccount brings all subscriptions of an account in line with its mapping as it
// now stands, in the transaction that decided it (RULES 6). Mapped: they get the
// customer, land in its default contract where there is exactly one, and are
// released; a twin of another provider's is held instead. Unmapped or excluded: they
// lose customer, contract and the contract's price, and are held. No ledger row is
// written either way. It gives the ids that changed.
func FollowAccount(ctx context.Context, tx *gorm.DB, accountID uuid.UUID, o ledger.Origin,
	zone *time.Location) ([]uuid.UUID, error) {
	return followAccount(ctx, tx, following{accountID: accountID, origin: o, zone: zone})
}

// following is an account whose mapping has just been decided.
type following struct {
	accountID uuid.UUID
	origin    ledger.Origin
	zone      *time.Location
	back      map[uuid.UUID]Local // where subscriptions return to when a decision is undone
}

func followAccount(ctx context.Context, tx *gorm.DB, f following) ([]uuid.UUID, error) {
	a, err := heldAccount(ctx, tx, f.accountID)
	if err != nil {
		return nil, err
	}
	rows, err := lockAccount(ctx, tx, f.accountID)
	if err != nil {
		return nil, err
	}
	if _, err := ledger.ReopenBefore(ctx, tx, f.origin.By, leaving(a, rows)); err != nil {
		return nil, err
	}
	landed, err := arrive(ctx, tx, newcomers(a, rows, clock.DateOf(f.origin.At, f.zone)))
	if err != nil {
		return nil, err
	}
	fills, err := fillsBack(ctx, tx, f, rows)
	if err != nil {
		return nil, err
	}
	plans := make([]plan.Plan, len(rows))
	for i := range rows {
		to, lands := landed[i]
		if was, known := f.back[rows[i].ID]; known {
			to.back = &was
			if fill, priced := fills[i]; priced {
				to.fillBack = fill.fill()
			}
		}
		plans[i] = follow(a, &rows[i], to, lands)
	}
	touched, err := apply(ctx, tx, f.origin.In(f.zone), plans)
	if err != nil {
		return nil, err
	}
	_, err = ledger.ArchiveBefore(ctx, tx, f.origin.By, touched)
	return touched, err
}

// leaving are the subscriptions that lose the contract they lie in.
func leaving(a Account, rows []Subscription) []uuid.UUID {
	var ids []uuid.UUID
	for _, s := range rows {
		if s.ContractID.Valid && (a.State != account.Mapped || s.CRMAccountID != a.CRMAccountID) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// newcomers are the subscriptions that do not have the account's customer yet.
func newcomers(a Account, rows []Subscription, today clock.Date) arrivals {
	all := arrivals{crmAccountID: a.CRMAccountID.UUID, today: today}
	for i, s := range rows {
		if a.State == account.Mapped && s.CRMAccountID != a.CRMAccountID {
			all.rows = append(all.rows, arrival{n: i, row: s, never: s.NeverLand})
		}
	}
	return all
}

func follow(a Account, s *Subscription, to arrival, lands bool) plan.Plan {
	d := plan.DraftOf(*s, a.State, nil)
	if a.State != account.Mapped || lands {
		plan.Unsettle(&d.Row)
	}
	if lands {
		d.Settle(to.landing)
		d.Row.TwinHold = to.twin && s.State != Inactive
		if to.back != nil {
			putBack(&d.Row, *to.back)
			d.Fills = nil
			if to.fillBack != nil {
				d.Fills = []plan.Fill{*to.fillBack}
			}
		}
	}
	d.Derive()
	p := d.Finish(s)
	if p.Changed {
		p.Row.Version++
	}
	return p
}
