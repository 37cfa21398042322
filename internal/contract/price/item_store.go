package price

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// GetItem reads one item of a list; errs.NotFound when the list has no such item.
func GetItem(ctx context.Context, db *gorm.DB, list, id uuid.UUID) (Item, error) {
	return getItem(db.WithContext(ctx), list, id, "")
}

func getItem(db *gorm.DB, list, id uuid.UUID, lock string) (Item, error) {
	var found []Item
	err := db.Raw(`SELECT `+itemColumns+` FROM price_list_items i JOIN products p ON p.id = i.product_id
		WHERE i.price_list_id = ? AND i.id = ? `+lock, list, id).Scan(&found).Error
	if err != nil {
		return Item{}, fmt.Errorf("price list item %s: %w", id, err)
	}
	if len(found) == 0 {
		return Item{}, errs.New(errs.NotFound, "The price list has no such price.")
	}
	return found[0], nil
}

// AddItem adds a price to a list, and makes the product if nobody has its part
// number. A price of the same key is errs.Invalid at effective_from.
func (s Service) AddItem(ctx context.Context, by audit.Actor, list uuid.UUID, in ItemInput) (Item, error) {
	var made Item
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		l, err := get(tx, list, "FOR SHARE")
		if err != nil {
			return err
		}
		made, err = s.settled(tx, in)
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		made.ID, made.PriceListID, made.Version, made.CreatedAt, made.UpdatedAt = uuid.Must(uuid.NewV7()), list,
			1, now, now
		if err := insertItem(tx, made); err != nil {
			return err
		}
		if err := s.touchedProducts(tx, list, made.ProductID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, l.event("price_list_item.added", nil, made.told()))
	})
	return made, err
}

// settled reads the form and finds or makes its product; all problems come at once.
func (s Service) settled(tx *gorm.DB, in ItemInput) (Item, error) {
	i, problems := in.check()
	if problems.Err() != nil {
		return i, problems.Err()
	}
	product, err := settle(tx, s.Clock, i)
	if errs.KindOf(err) == errs.Invalid {
		problems.Add("vendor", "%s", errs.Public(err))
		return i, problems.Err()
	}
	i.ProductID = product
	return i, err
}

func insertItem(tx *gorm.DB, i Item) error {
	return tx.Exec(`INSERT INTO price_list_items (id, price_list_id, product_id, unit, term, billing_frequency,
		unit_price,
			effective_from, effective_to, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		i.ID, i.PriceListID, i.ProductID, i.Unit, i.Term, i.BillingFrequency, i.UnitPrice,
		i.EffectiveFrom, i.EffectiveTo, i.Version, i.CreatedAt, i.UpdatedAt).Error
}

// ItemEdit is a changed form of an item: its list, the version it was opened at, and its values.
type ItemEdit struct {
	ListID  uuid.UUID
	ID      uuid.UUID
	Version int
	Input   ItemInput
}

// UpdateItem saves a changed form. Subscriptions that were priced by the item keep
// their price. When somebody saved in between it is a conflict that wraps ErrStale.
func (s Service) UpdateItem(ctx context.Context, by audit.Actor, e ItemEdit) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		l, err := get(tx, e.ListID, "FOR SHARE")
		if err != nil {
			return err
		}
		before, err := getItem(tx, e.ListID, e.ID, "FOR UPDATE OF i")
		if err != nil {
			return err
		}
		if before.Version != e.Version {
			return errs.Because(errs.Conflict,
				"Somebody else has saved this price since you opened it. Your values were not saved; "+
					"compare them and save again.", ErrStale)
		}
		after, err := s.settled(tx, e.Input)
		if err != nil {
			return err
		}
		after.ID = before.ID
		if after.Unit == before.Unit && after.ProductID == before.ProductID { // else what stands is of something else
			after.UnitCost, after.SuggestedPrice = before.UnitCost, before.SuggestedPrice
		}
		if before.same(after) {
			return nil
		}
		if err := s.saveItem(tx, after); err != nil {
			return err
		}
		if err := s.touchedProducts(tx, l.ID, before.ProductID, after.ProductID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, l.event("price_list_item.changed", before.told(), after.told()))
	})
}

func (s Service) saveItem(tx *gorm.DB, i Item) error {
	return tx.Exec(`UPDATE price_list_items
		SET product_id = ?, unit = ?, term = ?, billing_frequency = ?, unit_price = ?, unit_cost = ?,
			suggested_price = ?,
			effective_from = ?, effective_to = ?, version = version + 1, updated_at = ? WHERE id = ?`,
		i.ProductID, i.Unit, i.Term, i.BillingFrequency, i.UnitPrice, i.UnitCost, i.SuggestedPrice,
		i.EffectiveFrom, i.EffectiveTo, s.Clock.Now(), i.ID).Error
}

// DeleteItem takes a price off the list. Subscriptions priced by it keep their
// price but no longer know where it came from; ending it by effective_to keeps that.
// An item that is gone already is no error; one of another list is not found.
func (s Service) DeleteItem(ctx context.Context, by audit.Actor, list, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		l, err := get(tx, list, "FOR SHARE")
		if err != nil {
			return err
		}
		i, err := getItem(tx, list, id, "FOR UPDATE OF i")
		if errs.KindOf(err) == errs.NotFound {
			return unlessElsewhere(tx, id, err)
		}
		if err != nil {
			return err
		}
		used, err := subscriptionsOf(tx, list, i.ProductID)
		if err != nil {
			return err
		}
		if err := tx.Exec(`DELETE FROM price_list_items WHERE id = ?`, id).Error; err != nil {
			return fmt.Errorf("delete price list item %s: %w", id, err)
		}
		if err := s.touched(tx, used); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, l.event("price_list_item.deleted", i.told(), nil))
	})
}

// unlessElsewhere tells an item that is gone, which is as wanted, from one of another list.
func unlessElsewhere(tx *gorm.DB, id uuid.UUID, notHere error) error {
	var elsewhere bool
	err := tx.Raw(`SELECT EXISTS (SELECT FROM price_list_items WHERE id = ?)`, id).Scan(&elsewhere).Error
	if err != nil {
		return fmt.Errorf("look for price list item %s: %w", id, err)
	}
	if elsewhere {
		return notHere
	}
	return nil
}

// UseOf counts the subscriptions that were priced by an item.
func UseOf(db *gorm.DB, item uuid.UUID) (int, error) {
	var n int
	if err := db.Raw(`SELECT count(*) FROM subscriptions WHERE price_list_item_id = ?`,
		item).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("use of price list item %s: %w", item, err)
	}
	return n, nil
}

func (s Service) touchedProducts(tx *gorm.DB, list uuid.UUID, products ...uuid.UUID) error {
	if s.Touched == nil {
		return nil
	}
	ids, err := subscriptionsOf(tx, list, products...)
	if err != nil {
		return err
	}
	return s.touched(tx, ids)
}

func (s Service) touched(tx *gorm.DB, subscriptions []uuid.UUID) error {
	if s.Touched == nil || len(subscriptions) == 0 {
		return nil
	}
	return s.Touched(tx, subscriptions)
}

// subscriptionsOf are those whose verdict may change with the list's prices of some products.
func subscriptionsOf(tx *gorm.DB, list uuid.UUID, products ...uuid.UUID) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.Raw(`SELECT s.id FROM subscriptions s JOIN billing_contracts c ON c.id = s.contract_id
		WHERE c.price_list_id = ? AND s.product_id IN ? AND s.state <> 'inactive'`, list, products).Scan(&ids).Error
	if err != nil {
		return nil, errors.Join(errors.New("subscriptions priced by the list"), err)
	}
	return ids, nil
}

// same tells whether two items hold the same values.
func (i Item) same(o Item) bool {
	return i.Key() == o.Key() && i.Unit == o.Unit && known(i.UnitCost) == known(o.UnitCost) &&
		known(i.SuggestedPrice) == known(o.SuggestedPrice) && i.UnitPrice.Equal(o.UnitPrice) &&
		i.EffectiveTo == o.EffectiveTo
}

// told is the item as the trail keeps it.
func (i Item) told() map[string]string {
	return map[string]string{
		"part_number": i.PartNumber, "unit": string(i.Unit), "term": string(i.Term),
		"billing_frequency": string(i.BillingFrequency),
		"unit_price":        i.UnitPrice.String(), "unit_cost": known(i.UnitCost),
		"suggested_price": known(i.SuggestedPrice), "effective_from": i.EffectiveFrom.String(),
		"effective_to": i.EffectiveTo.String(),
	}
}
