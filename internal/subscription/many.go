package subscription

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/postgres"
	"seatledger/internal/selection"
)

// What the deeds of this room are called.
const (
	ContractDeed  = "set-contract"
	GoneDeed      = "confirm-gone"
	ListPriceDeed = "take-list-price"
	PriceDeed     = "set-price"
)

// Deeds are what people can do to many: set their contract (contract_id, effective_on), confirm that they are gone,
// give them the price of their list, and a price by a rule.
func (s Service) Deeds() []selection.Deed {
	return []selection.Deed{settingContract{manyDeed{s}}, confirmingGone{manyDeed{s}},
		listPricing{repricing{manyDeed{s}}},
		rulePricing{repricing{manyDeed{s}}}}
}

// manyDeed is what they have in common.
type manyDeed struct{ Service }

// List is the list of subscriptions.
func (manyDeed) List() string { return "subscriptions" }

// Chunk is how many are changed in one transaction.
func (manyDeed) Chunk() int { return 50 }

// Marks are how subscriptions stand, with their prices and live invoices.
func (manyDeed) Marks(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	var rows []struct {
		ID   uuid.UUID
		Mark string
	}
	err := db.WithContext(ctx).Raw(`SELECT s.id, concat_ws(' ', s.version, s.state, s.quantity,
			coalesce(s.contract_id::text, '-'), coalesce(s.unit_price::text, '-'), s.price_period, s.unit_cost,
			b.version, (SELECT max(i.seq) FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
				WHERE l.subscription_id = s.id AND l.live)) AS mark
		FROM subscriptions s LEFT JOIN billing_contracts b ON b.id = s.contract_id
		WHERE s.id = ANY (?::uuid[])`, postgres.IDs(ids)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("how subscriptions stand: %w", err)
	}
	out := make(map[uuid.UUID]string, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Mark
	}
	return out, nil
}

// still refuses a subscription that does not stand as it was shown.
func (m manyDeed) still(ctx context.Context, tx *gorm.DB, i selection.Item) error {
	if _, err := Lock(ctx, tx, i.RecordID); err != nil {
		return err
	}
	now, err := m.Marks(ctx, tx, []uuid.UUID{i.RecordID})
	if err != nil || i.Mark == "" || now[i.RecordID] == i.Mark {
		return err
	}
	return errs.New(errs.Conflict, "it was changed after the preview, or billed")
}

// each does an act to every record that stands as it was shown, with its review and its place in the trail.
func (m manyDeed) each(ctx context.Context, tx *gorm.DB, by audit.Actor, items []selection.Item, action string,
	do func(tx *gorm.DB, a Act, before Subscription, i selection.Item) (Subscription, string,
		error)) ([]selection.Result,
	error) {
	var touched []uuid.UUID
	results, err := selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		before, err := Lock(ctx, tx, i.RecordID)
		if err != nil {
			return selection.Result{}, err
		}
		origin := ledger.Origin{Source: ledger.FromPerson, By: by, At: m.Clock.Now()}
		after, trace, err := do(tx, Act{ID: i.RecordID, Zone: m.Zone, Origin: origin}, before, i)
		if err != nil {
			return selection.Result{}, err
		}
		touched = append(touched, i.RecordID)
		was, is := differences(before, after)
		return selection.Result{Trace: trace, Events: []audit.Event{event(after, action, was, is)}}, nil
	})
	if err != nil || len(touched) == 0 {
		return results, err
	}
	return results, m.Touched(tx, touched)
}
