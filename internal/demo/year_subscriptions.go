package demo

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/demo/story"
	"seatledger/internal/ledger"
	"seatledger/internal/listing"
	"seatledger/internal/money"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/list"
	"seatledger/internal/syncing"
)

// subscriptions reads the legacy provider; what is new gets a price and a signature.
func (y *year) subscriptions(ctx context.Context) error {
	if err := y.sync(ctx, y.legacy, syncing.Subscriptions); err != nil {
		return err
	}
	if err := y.price(ctx); err != nil {
		return err
	}
	ids, err := list.Signable(ctx, y.app.DB.Read(ctx), list.All.Ask(listing.Values{"provider": y.legacy.String(),
		"excluded": "no"}))
	if err != nil || len(ids) == 0 {
		return err
	}
	out, err := y.app.Reviews.SignOff(ctx, y.app.DB, y.me, review.SignOff{IDs: ids})
	if err == nil && len(out.Refused) > 0 {
		err = fmt.Errorf("%s was not signed: %s", out.Refused[0].Name, out.Refused[0].Why)
	}
	return err
}

// price sets the prices that no list could give: the legacy API has no part numbers.
func (y *year) price(ctx context.Context) error {
	rows, err := y.rows(ctx, listing.Values{"provider": y.legacy.String(), "state": string(subscription.Active),
		"review": string(review.Fail)})
	if err != nil {
		return err
	}
	return y.app.DB.InTx(ctx, func(tx *gorm.DB) error {
		var ids []uuid.UUID
		for _, r := range rows {
			if r.UnitPrice.Valid {
				continue
			}
			if err := y.setPrice(ctx, tx, r); err != nil {
				return fmt.Errorf("price of %s: %w", r.ExternalID, err)
			}
			ids = append(ids, r.ID)
		}
		return y.app.Reviews.Refresh(ctx, tx, ids)
	})
}

func (y *year) setPrice(ctx context.Context, tx *gorm.DB, r list.Row) error {
	act := subscription.Act{ID: r.ID, Zone: y.app.Zone,
		Origin: ledger.Origin{Source: ledger.FromPerson, By: y.me, At: y.clk.Now()}}
	p := subscription.Price{UnitPrice: decimal.NewNullDecimal(y.priceOf(r)), Period: money.Month,
		On: clock.Today(y.clk, y.app.Zone), Note: "as agreed"}
	if _, err := subscription.SetPrice(ctx, tx, act, p); err != nil {
		return err
	}
	return audit.Record(ctx, tx, y.clk, y.me, audit.Event{Action: "subscription.price_set", ObjectType: "subscription",
		ObjectID: r.ID.String(), ObjectName: r.Product,
		After: map[string]any{"unit_price": p.UnitPrice.Decimal.String(), "price_period": string(p.Period)}})
}

// priceOf is what the price list says, or as much as it would; one customer pays less.
func (y *year) priceOf(r list.Row) decimal.Decimal {
	p, listed := y.listed[r.SKU]
	if !listed {
		p = r.UnitCost.Decimal.Mul(decimal.RequireFromString(markup)).Round(2)
	}
	if r.CRMAccountID.UUID == y.customers[story.Special].id {
		return p.Mul(decimal.RequireFromString("0.9")).Round(2)
	}
	return p
}
