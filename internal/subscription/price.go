package subscription

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
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
	return act(ctx, tx, a, func(s standing) (Plan, error) {
		if !s.ContractID.Valid {
			return Plan{}, errs.New(errs.Conflict, "A price is set within a contract, in its currency. Put the subscription into a contract first.")
		}
		to, err := groundOf(ctx, tx, s.ContractID.UUID)
		if err != nil {
			return Plan{}, err
		}
		if p.ItemID.Valid {
			return priceOfItem(ctx, tx, s, p, *to)
		}
		return planPrice(s, p, to.Currency)
	})
}

func priceOfItem(ctx context.Context, tx *gorm.DB, s standing, p Price, to ground) (Plan, error) {
	var found []item
	err := tx.WithContext(ctx).Raw(`
		SELECT i.id, i.unit_price, i.unit, l.currency FROM price_list_items i JOIN price_lists l ON l.id = i.price_list_id
		WHERE i.id = ? AND i.price_list_id = ? AND i.product_id = ?`, p.ItemID.UUID, to.PriceListID, s.ProductID).Scan(&found).Error
	if err != nil {
		return Plan{}, err
	}
	if len(found) == 0 || found[0].Currency != to.Currency {
		return Plan{}, errs.Fields{"price_list_item_id": "This is no price of this product in the contract's price list and currency."}.Err()
	}
	p.UnitPrice, p.Period = decimal.NewNullDecimal(found[0].UnitPrice), found[0].Unit
	return planPrice(s, p, to.Currency)
}

var highestPrice = decimal.New(1, 14)

func planPrice(s standing, p Price, currency string) (Plan, error) {
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
		return Plan{}, err
	}
	d := s.draft()
	r := &d.Row
	r.UnitPrice, r.PricePeriod, r.Currency = places(p.UnitPrice), p.Period, currency
	r.PriceItemID, r.PriceByPerson, r.ProposedItemID = p.ItemID, !p.ItemID.Valid, uuid.NullUUID{}
	d.reprice(s.Price(), p.On, p.Note)
	return d.finish(&s.Subscription), nil
}

// reprice enters a price row if the selling price is another than before.
func (d *draft) reprice(before ledger.Amount, on clock.Date, note string) {
	if before.Equal(d.Row.Price()) {
		return
	}
	d.enter(ledger.Change{
		Event: ledger.Price, EffectiveAt: on, Note: note,
		Details: ledger.Details{"price": ledger.Was{Before: before.Words(), After: d.Row.Price().Words()}},
	})
}

// KeepPrice declines what a renewal proposed: the price stays.
func KeepPrice(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	return act(ctx, tx, a, func(s standing) (Plan, error) {
		d := s.draft()
		d.Row.ProposedItemID = uuid.NullUUID{}
		return d.finish(&s.Subscription), nil
	})
}
