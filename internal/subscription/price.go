package subscription

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/subscription/plan"
)

// Price is a selling price that a person sets: an amount of their own, or an item of
// the contract's price list, as one proposed at a renewal.
type Price struct {
	UnitPrice decimal.NullDecimal
	Period    money.Period
	ItemID    uuid.NullUUID // set: the item's price and period, and no exception
	On        clock.Date
	Note      string
}

// SetPrice stores the price and writes a price row of that date (RULES 5). A price
// of a person's own is kept by every later landing, and marked as an exception. A
// proposal that stood is thereby decided.
func SetPrice(ctx context.Context, tx *gorm.DB, a Act, p Price) (Subscription, error) {
	return act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
		if !s.ContractID.Valid {
			return plan.Plan{}, errs.New(errs.Conflict, "A price is set within a contract, in its currency. Put the subscription into a contract first.")
		}
		to, err := groundOf(ctx, tx, s.ContractID.UUID)
		if err != nil {
			return plan.Plan{}, err
		}
		if p.ItemID.Valid {
			return priceOfItem(ctx, tx, s, p, *to)
		}
		return planPrice(s, p, to.Currency)
	})
}

func priceOfItem(ctx context.Context, tx *gorm.DB, s plan.Current, p Price, to ground) (plan.Plan, error) {
	var found []item
	err := tx.WithContext(ctx).Raw(`
		SELECT i.id, i.unit_price, i.unit, l.currency FROM price_list_items i JOIN price_lists l ON l.id = i.price_list_id
		WHERE i.id = ? AND i.price_list_id = ? AND i.product_id = ?`, p.ItemID.UUID, to.PriceListID, s.ProductID).Scan(&found).Error
	if err != nil {
		return plan.Plan{}, err
	}
	if len(found) == 0 || found[0].Currency != to.Currency {
		return plan.Plan{}, errs.Fields{"price_list_item_id": "This is no price of this product in the contract's price list and currency."}.Err()
	}
	p.UnitPrice, p.Period = decimal.NewNullDecimal(found[0].UnitPrice), found[0].Unit
	return planPrice(s, p, to.Currency)
}

var highestPrice = decimal.New(1, 14)

func planPrice(s plan.Current, p Price, currency string) (plan.Plan, error) {
	problems := errs.Fields{}
	switch {
	case !p.UnitPrice.Valid:
		problems.Add("unit_price", "Enter a price.")
	case p.UnitPrice.Decimal.IsNegative() || p.UnitPrice.Decimal.GreaterThanOrEqual(highestPrice):
		problems.Add("unit_price", "Enter a price of 0 or more.")
	}
	if p.Period.Months() == 0 && p.Period != money.Once {
		problems.Add("price_period", "Choose what the price is for: a month, a quarter, a year, three years, or once.")
	}
	if p.On.IsZero() {
		problems.Add("effective_on", "Enter the day from which it holds.")
	}
	if err := problems.Err(); err != nil {
		return plan.Plan{}, err
	}
	d := s.Draft()
	r := &d.Row
	r.UnitPrice, r.PricePeriod, r.Currency = plan.Places(p.UnitPrice), p.Period, currency
	r.PriceItemID, r.PriceByPerson, r.ProposedItemID = p.ItemID, !p.ItemID.Valid, uuid.NullUUID{}
	d.Reprice(s.Price(), p.On, p.Note)
	return d.Finish(&s.Subscription), nil
}

// KeepPrice declines what a renewal proposed: the price stays.
func KeepPrice(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	return act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
		d := s.Draft()
		d.Row.ProposedItemID = uuid.NullUUID{}
		return d.Finish(&s.Subscription), nil
	})
}
