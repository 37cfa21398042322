package price

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

const productRecord = `jsonb_to_recordset(?::jsonb) AS x("ID" uuid, "Vendor" text, "PartNumber" text, "Name" text,
	"VendorAssumed" boolean)`

const itemRecord = `jsonb_to_recordset(?::jsonb) AS x("ID" uuid, "ProductID" uuid, "Unit" text, "Term" text,
	"BillingFrequency" text,
	"UnitPrice" numeric, "EffectiveFrom" date, "EffectiveTo" date, "UnitCost" numeric, "SuggestedPrice" numeric)`

// atOnce is how many rows one statement takes; all of a large file at once would be a large text.
const atOnce = 2000

func writeRows(tx *gorm.DB, rows any, sql string, args ...any) error {
	doc, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	if err := tx.Exec(sql, append(args, string(doc))...).Error; err != nil {
		return fmt.Errorf("write prices: %w", err)
	}
	return nil
}

// write does what the plan says, in few statements per table and kind of change.
func (k importKind) write(tx *gorm.DB, p *planning) error {
	now := k.Clock.Now()
	made, filled := p.productWrites()
	for part := range slices.Chunk(made, atOnce) {
		if err := writeRows(tx, part, `INSERT INTO products (id, vendor, part_number, name, vendor_assumed, created_at,
			updated_at)
			SELECT x."ID", x."Vendor", x."PartNumber", x."Name", x."VendorAssumed", ?, ?
			FROM `+productRecord, now, now); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(filled, atOnce) {
		if err := writeRows(tx, part, `UPDATE products p
			SET vendor = x."Vendor", name = x."Name", vendor_assumed = x."VendorAssumed", updated_at = ?
			FROM `+productRecord+` WHERE p.id = x."ID"`, now); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(p.added, atOnce) {
		if err := writeRows(tx, itemRows(part),
			`INSERT INTO price_list_items (id, price_list_id, product_id, unit, term, billing_frequency, unit_price,
				effective_from, effective_to, unit_cost, suggested_price, created_at, updated_at)
			SELECT x."ID", ?, x."ProductID", x."Unit", x."Term", x."BillingFrequency", x."UnitPrice", x."EffectiveFrom",
				x."EffectiveTo", x."UnitCost", x."SuggestedPrice", ?, ?
			FROM `+itemRecord, k.list.ID, now, now); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(p.changed, atOnce) {
		if err := k.saveRows(tx, itemRows(part)); err != nil {
			return err
		}
	}
	if err := p.remember(tx, p.table.From.ID); err != nil {
		return err
	}
	return k.touchedList(tx, len(p.added)+len(p.changed))
}

// saveRows writes items over those that stand.
func (k importKind) saveRows(tx *gorm.DB, rows []itemRow) error {
	return writeRows(tx, rows, `UPDATE price_list_items i SET unit = x."Unit", unit_price = x."UnitPrice",
			effective_to = x."EffectiveTo", unit_cost = x."UnitCost", suggested_price = x."SuggestedPrice",
			version = i.version + 1, updated_at = ?
		FROM `+itemRecord+` WHERE i.id = x."ID"`, k.Clock.Now())
}

// chunks are rows in parts of which each is one statement.
func chunks[T any](rows []T) iter.Seq[[]T] { return slices.Chunk(rows, atOnce) }

// productWrites are the products to make and those to fill in, without those that only refused lines name.
func (p *planning) productWrites() (made, filled []Product) {
	used := p.usedProducts()
	for _, s := range p.products {
		for _, product := range s.products {
			switch {
			case !used[product.ID]:
			case s.isNew[product.ID]:
				made = append(made, product)
			case s.filled[product.ID]:
				filled = append(filled, product)
			}
		}
	}
	return made, filled
}

type itemRow struct {
	ID, ProductID                uuid.UUID
	Unit, Term, BillingFrequency string
	UnitPrice                    string
	EffectiveFrom                string
	EffectiveTo                  *string
	UnitCost, SuggestedPrice     *string
}

func itemRows(items []Item) []itemRow {
	rows := make([]itemRow, len(items))
	for n, i := range items {
		rows[n] = itemRow{i.ID, i.ProductID, string(i.Unit), string(i.Term), string(i.BillingFrequency),
			i.UnitPrice.String(), i.EffectiveFrom.String(), given(i.EffectiveTo.String()),
			given(known(i.UnitCost)), given(known(i.SuggestedPrice))}
	}
	return rows
}

// given is null where nothing is known.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (k importKind) touchedList(tx *gorm.DB, writes int) error {
	if k.Touched == nil || writes == 0 {
		return nil
	}
	var ids []uuid.UUID
	err := tx.Raw(`SELECT s.id FROM subscriptions s JOIN billing_contracts c ON c.id = s.contract_id
		WHERE c.price_list_id = ? AND s.state <> 'inactive'`, k.list.ID).Scan(&ids).Error
	if err != nil {
		return fmt.Errorf("subscriptions of price list %s: %w", k.list.ID, err)
	}
	return k.touched(tx, ids)
}
