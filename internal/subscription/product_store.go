package subscription

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"

	"gorm.io/gorm"
	"seatledger/internal/subscription/plan"
)

// catalogueOf reads the products that some records may mean.
func catalogueOf(ctx context.Context, db *gorm.DB, connector string, readings []*plan.Reading) (*catalogue, error) {
	if len(readings) == 0 {
		return newCatalogue(connector, nil), nil
	}
	parts, skus := map[string]bool{}, map[string]bool{}
	for _, r := range readings {
		parts[strings.ToLower(r.PartNumber)] = r.PartNumber != ""
		skus[r.SKU] = r.SKU != "" && r.PartNumber == ""
	}
	asked, err := json.Marshal(map[string][]string{"parts": listed(parts), "skus": listed(skus)})
	if err != nil {
		return nil, err
	}
	var known []product
	err = db.WithContext(ctx).Raw(`
		WITH asked AS (SELECT ?::jsonb AS j),
		     parts AS (SELECT jsonb_array_elements_text(j->'parts') AS part FROM asked),
		     skus AS (SELECT jsonb_array_elements_text(j->'skus') AS sku FROM asked)
		SELECT id, vendor, part_number, name, sku, legacy_sku, vendor_assumed FROM products p
		WHERE lower(part_number) IN (SELECT part FROM parts)
		   OR p.sku <> '' AND p.sku IN (SELECT sku FROM skus) OR legacy_sku <> ''
		AND legacy_sku IN (SELECT sku FROM skus)
		ORDER BY id`, string(asked)).Scan(&known).Error
	if err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	return newCatalogue(connector, known), nil
}

func listed(set map[string]bool) []string {
	list := []string{}
	for s, in := range set {
		if in {
			list = append(list, s)
		}
	}
	sort.Strings(list)
	return list
}

// write stores what resolving added and filled in, in the order of part numbers, so
// that two accounts read at once do not wait for each other in a circle. It tells
// whether another writer was first somewhere, and the records must be resolved anew.
func (c *catalogue) write(ctx context.Context, tx *gorm.DB, now time.Time) (again bool, err error) {
	added := inOrder(c.added)
	if len(added) > 0 {
		n, err := insertProducts(ctx, tx, added, now)
		if err != nil {
			return false, err
		}
		again = n < len(added)
	}
	if changed := inOrder(c.changed); len(changed) > 0 {
		return again, updateProducts(ctx, tx, changed, now)
	}
	return again, nil
}

func inOrder(set map[*product]bool) []*product {
	list := make([]*product, 0, len(set))
	for p := range set {
		list = append(list, p)
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		return strings.ToLower(a.PartNumber+" "+a.Vendor) < strings.ToLower(b.PartNumber+" "+b.Vendor)
	})
	return list
}

func insertProducts(ctx context.Context, tx *gorm.DB, rows []*product, now time.Time) (int, error) {
	doc, err := json.Marshal(rows)
	if err != nil {
		return 0, err
	}
	done := tx.WithContext(ctx).Exec(`
		INSERT INTO products (id, vendor, part_number, name, sku, legacy_sku, vendor_assumed, created_at, updated_at)
		SELECT v.id, v.vendor, v.part_number, v.name, v.sku, v.legacy_sku, v.vendor_assumed, ?, ?
		FROM jsonb_populate_recordset(null::products, ?::jsonb) v
		ORDER BY lower(v.part_number), lower(v.vendor)
		ON CONFLICT (lower(vendor), lower(part_number)) DO NOTHING`, now, now, string(doc))
	if done.Error != nil {
		return 0, fmt.Errorf("store products: %w", done.Error)
	}
	return int(done.RowsAffected), nil
}

func updateProducts(ctx context.Context, tx *gorm.DB, rows []*product, now time.Time) error {
	doc, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	err = tx.WithContext(ctx).Exec(`
		UPDATE products p SET vendor = v.vendor, name = v.name, sku = v.sku, legacy_sku = v.legacy_sku,
			vendor_assumed = v.vendor_assumed, updated_at = ?
		FROM (SELECT o.id FROM products o JOIN jsonb_populate_recordset(null::products, ?::jsonb) w ON w.id = o.id
		ORDER BY o.id FOR UPDATE OF o) locked
		JOIN jsonb_populate_recordset(null::products, ?::jsonb) v ON v.id = locked.id
		WHERE p.id = v.id`, now, string(doc), string(doc)).Error
	if err != nil {
		return fmt.Errorf("change products: %w", err)
	}
	return nil
}
