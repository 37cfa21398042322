package price_test

import (
	"flag"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"seatledger/internal/contract/price"
	"seatledger/internal/listing"
	"seatledger/internal/testkit/listtest"
	"seatledger/internal/testkit/pgtest"
)

var rowsToWalk = flag.Int("list.rows", 10_000, "how many prices the walk over filters and sorts has")

const listID = "00000000-0000-0000-0000-000000000001"

func run(t *testing.T, db *pgtest.DB, statements ...string) {
	t.Helper()
	for _, sql := range statements {
		if _, err := db.Owner().Exec(t.Context(), sql); err != nil {
			t.Fatalf("%.60s: %v", sql, err)
		}
	}
}

// lists is two price lists and so many products.
func lists(t *testing.T, products int) *pgtest.DB {
	t.Helper()
	db := pgtest.New(t)
	run(t, db, `INSERT INTO price_lists (id, name, currency, active, created_at, updated_at)
		SELECT lpad(i::text, 32, '0')::uuid, 'List ' || i, 'USD', true, now(), now() FROM generate_series(1, 2) i`,
		fmt.Sprintf(`INSERT INTO products (id, vendor, part_number, name, created_at, updated_at)
			SELECT lpad(i::text, 32, '0')::uuid, 'Vendor ' || i %% 7, 'PART' || i, 'Product ' || i %% 50, now(), now()
			FROM generate_series(1, %d) i`, products))
	return db
}

// of today is the list as a screen asks for it on a day.
func on(day string) *listing.List[price.ItemRow] {
	l := *price.Items
	l.Filters = append([]listing.Filter{}, l.Filters...)
	for i, f := range l.Filters {
		if f.Name == "in_force" {
			l.Filters[i].Args = func(string) []any { return []any{day} }
		}
	}
	return &l
}

func TestEveryFilterAndSortOfPricesStandsOnAnIndex(t *testing.T) {
	t.Parallel()
	db := lists(t, *rowsToWalk/8)
	run(t, db, `INSERT INTO price_list_items (id, price_list_id, product_id, unit, term, billing_frequency, unit_price,
		effective_from, created_at, updated_at)
		SELECT gen_random_uuid(), '`+listID+`', p.id, 'month',
			CASE WHEN i % 8 = 7 AND p.vendor = 'Vendor 1' THEN 'trial'
			ELSE 'annual' END, 'monthly', 10 + i, date '2026-01-01' + i * 30, now(), now()
		FROM products p, generate_series(0, 7) i`, "VACUUM ANALYZE")
	listtest.Walk(t, db.Read(t.Context()), on("2026-03-15"), listtest.Budget{Blocks: 1000, Of: []any{listID},
		Values: map[string][]string{"term": {"annual", "trial", "monthly"}, "in_force": {"yes", "no"}}})
}

func TestPagesHoldEveryPriceOnce(t *testing.T) {
	t.Parallel()
	db := lists(t, 20)
	run(t, db, `INSERT INTO price_list_items (id, price_list_id, product_id, unit, term, billing_frequency, unit_price,
		effective_from, created_at, updated_at)
		SELECT gen_random_uuid(), l.id, p.id, 'month', 'annual', 'monthly', 10, date '2026-01-01' + i, now(), now()
		FROM products p, price_lists l, generate_series(0, 2) i`)
	listtest.Pages(t, db.DB, on("2026-01-02"), 60, listID)
	listtest.Pages(t, db.DB, price.Lists, 2)
	found := listtest.Rows(t, db.DB, on("2026-01-02"), listtest.Asked{Search: "part1", Of: []any{listID},
		Values: listing.Values{"in_force": "yes"}})
	if len(found) != 11 {
		t.Errorf("%d of PART1 and PART10 to PART19 are in force", len(found))
	}
}

// Whatever is entered, moved and deleted, in any order: a price is in force on exactly the days on which it is the
// newest of those whose own days hold it (RULES 5).
func TestTheDaysOfPricesAreThoseOnWhichTheyCount(t *testing.T) {
	t.Parallel()
	db := lists(t, 2)
	rapid.Check(t, func(rt *rapid.T) {
		run(t, db, `DELETE FROM price_list_items`)
		any1 := func() string {
			return fmt.Sprintf("(SELECT id FROM price_list_items ORDER BY id OFFSET %d LIMIT 1)", rapid.IntRange(0,
				4).Draw(rt, "row"))
		}
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			from := rapid.IntRange(0, 9).Draw(rt, "from")
			to := "NULL"
			if rapid.Bool().Draw(rt, "ends") {
				to = fmt.Sprintf("date '2026-01-01' + %d", from+rapid.IntRange(1, 6).Draw(rt, "days"))
			}
			free := fmt.Sprintf(`NOT
				EXISTS (SELECT FROM price_list_items WHERE effective_from = date '2026-01-01' + %d)`, from)
			run(t, db, rapid.SampledFrom([]string{
				fmt.Sprintf(`INSERT INTO price_list_items (id, price_list_id, product_id, unit, term, billing_frequency,
					unit_price, effective_from, effective_to, created_at, updated_at)
					SELECT gen_random_uuid(), '%s', '%s', 'month', 'annual', 'monthly', 1, date '2026-01-01' + %d, %s,
						now(),
						now() WHERE %s`, listID, listID, from, to, free),
				fmt.Sprintf(`UPDATE price_list_items SET effective_from = date '2026-01-01' + %d, effective_to = %s
					WHERE id = %s AND %s`, from, to, any1(), free),
				`DELETE FROM price_list_items WHERE id = ` + any1(),
			}).Draw(rt, "step"))
		}
		var wrong int
		err := db.Read(t.Context()).Raw(`SELECT count(*) FROM price_list_items i, generate_series(0, 16) n,
			LATERAL (SELECT date '2026-01-01' + n AS day) d
			WHERE (i.days @> day) <> (i.id IS NOT DISTINCT FROM (SELECT x.id FROM price_list_items x
				WHERE x.effective_from <= day AND (x.effective_to IS NULL OR x.effective_to > day)
				ORDER BY x.effective_from DESC LIMIT 1))`).Scan(&wrong).Error
		if err != nil || wrong > 0 {
			rt.Fatalf("%d days of prices are wrong, %v", wrong, err)
		}
	})
}
