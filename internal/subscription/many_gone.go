package subscription

import (
	"context"
	"strconv"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/postgres"
	"seatledger/internal/selection"
	"seatledger/internal/subscription/plan"
)

// confirmingGone confirms that subscriptions which the distributor no longer lists are gone.
type confirmingGone struct{ manyDeed }

// Name is what the deed is called.
func (confirmingGone) Name() string { return GoneDeed }

// Look says which are gone and were not confirmed yet.
func (confirmingGone) Look(ctx context.Context, db *gorm.DB, _ selection.Work,
	records []selection.Record) ([]selection.Seen, error) {
	rows, err := load(ctx, db, "s.id = ANY (?::uuid[]) ORDER BY s.id", postgres.IDs(idsOf(records)))
	out := make([]selection.Seen, len(rows))
	for i, s := range rows {
		out[i] = selection.Seen{ID: s.ID, Name: named(s), Sub: s.ExternalID, Will: true, Seats: s.Quantity,
			Kind: "closed on the day it was missed", Says: "ended on " + s.DeactivatedOn.String()}
		switch {
		case s.Status != "missing":
			out[i].Will, out[i].Kind, out[i].Says = false, "the distributor lists it", ""
		case s.MissingConfirmedAt != nil:
			out[i].Will, out[i].Kind = false, "it was confirmed before"
		}
		if !out[i].Will {
			out[i].Seats = 0
		}
	}
	return out, err
}

func named(s Subscription) string {
	if s.ProductName != "" {
		return s.ProductName
	}
	return s.ExternalID
}

// Do confirms those that stand as they were shown.
func (d confirmingGone) Do(ctx context.Context, tx *gorm.DB, by audit.Actor, _ selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return d.each(ctx, tx, by, items, "subscription.gone_confirmed", func(tx *gorm.DB, a Act, before Subscription,
		i selection.Item) (Subscription, string, error) {
		if err := d.still(ctx, tx, i); err != nil {
			return before, "", err
		}
		after, err := ConfirmGone(ctx, tx, a)
		return after, strconv.Itoa(after.Version), err
	})
}

// Undo lets those be asked about again that nobody has touched since.
func (d confirmingGone) Undo(ctx context.Context, tx *gorm.DB, by audit.Actor, _ selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return d.each(ctx, tx, by, items, "subscription.gone_unconfirmed", func(tx *gorm.DB, a Act, before Subscription,
		i selection.Item) (Subscription, string, error) {
		if i.Trace != strconv.Itoa(before.Version) {
			return before, "", errSince
		}
		after, err := act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
			p := s.Draft()
			p.Row.MissingConfirmedAt = nil
			return p.Finish(&s.Subscription), nil
		})
		return after, "", err
	})
}
