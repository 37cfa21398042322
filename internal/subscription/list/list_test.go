package list_test

import (
	"bytes"
	"flag"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/listing"
	"seatledger/internal/subscription/list"
	"seatledger/internal/testkit/crowd"
	"seatledger/internal/testkit/listtest"
)

var rowsToWalk = flag.Int("list.rows", 20_000, "how many subscriptions the walk over filters and sorts has")

func TestEveryFilterAndSortStandsOnAnIndex(t *testing.T) {
	t.Parallel()
	db := crowd.Subscriptions(t, *rowsToWalk)
	listtest.Kept(t, db.DB, list.All)
	one := func(sql string) []string { return listtest.One(t, db.DB, sql) }
	listtest.Walk(t, db.Read(t.Context()), list.All, listtest.Budget{Blocks: 2500, Values: map[string][]string{
		"provider": one(`SELECT min(id::text) FROM providers WHERE EXISTS (SELECT FROM subscriptions
			WHERE provider_id = providers.id)`),
		"state": {"held", "active"}, "hold_reason": {"unmapped", "twin"}, "moved": {"yes", "no"},
		"review": {"warn", "signed"}, "check": {"pricing.margin"}, "cause": {"customer", "price"},
		"unmapped": {"no", "yes"}, "vendor": {"Rare Vendor"}, "kind": {"usage", "trial"},
		"excluded": {"no", "yes"}, "proposal": {"yes"}, "ends_from": {"2026-12-01"}, "ends_before": {"2026-01-02"},
		"billed_on": {"2026-11-22"}, "sold_in": {"USD", "KWD"}, "bought_in": {"USD"},
		"margin_in": {"USD", "KWD"}, "money": {"no_price", "no_cost", "no_margin"},
		"crm_account": one(`SELECT min(id::text) FROM crm_accounts`),
		"contract":    one(`SELECT min(id::text) FROM billing_contracts`),
		"account":     one(`SELECT min(id::text) FROM provider_accounts`),
	}})
}

func TestPagesHoldEveryRowOnceInEveryOrderForwardsAndBack(t *testing.T) {
	t.Parallel()
	listtest.Pages(t, crowd.Subscriptions(t, 500).DB, list.All, 500)
}

func TestEveryNumberOpensExactlyItsRows(t *testing.T) {
	t.Parallel()
	db := crowd.Subscriptions(t, 700)
	read := db.Read(t.Context())
	for _, base := range []listing.Values{{}, {"kind": "usage"}, {"vendor": "Microsoft", "state": "held"},
		{"proposal": "no"}} {
		p, err := list.ProgressOf(t.Context(), read, list.All.Ask(base))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, review := range []string{"fail", "warn", "ok", "signed"} {
			q := list.All.Ask(base).With("review", review).With("excluded", "no")
			if got[review], err = list.All.Count(t.Context(), read, q, 10_000); err != nil {
				t.Fatal(err)
			}
			n, at := 0, slices.Index(list.All.Header(), "review")
			err := list.All.Each(t.Context(), db.DB, q, func(fields [][]byte) error {
				if n++; !bytes.Equal(fields[at], []byte(review)) {
					t.Errorf("%s among %s", fields[at], review)
				}
				return nil
			})
			if err != nil || n != got[review] {
				t.Errorf("%s: %d rows, counted %d, %v", review, n, got[review], err)
			}
		}
		want := map[string]int{"fail": p.Failing(), "warn": p.Warn, "ok": p.OK, "signed": p.Signed}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%+v: %s", base, diff)
		}
	}
}

// A word that stands in the names of products far behind in the order fills pages from their runs, with what holds it
// beside a name merged in; the pages are the same as everywhere else.
func TestAFrequentWordOfProductsGivesTheSameRowsInEveryOrder(t *testing.T) {
	t.Parallel()
	db := crowd.Subscriptions(t, 4000)
	if err := db.Read(t.Context()).Exec(`UPDATE subscriptions SET product_name =
		CASE WHEN right(external_id, 1) = '7' THEN 'Zebra Business ' || right(external_id, 2)
			WHEN external_id LIKE '%01' THEN 'Able 1' ELSE 'Able ' || right(external_id, 1) END,
		part_number = CASE WHEN external_id LIKE '%11' THEN 'business-11' ELSE 'x' END`).Error; err != nil {
		t.Fatal(err)
	}
	var want []string
	if err := db.Read(t.Context()).Raw(`SELECT id::text FROM subscriptions
		WHERE strpos(lower(product_name), 'business') > 0 OR part_number = 'business-11' ORDER BY id`).Scan(&want).
		Error; err != nil || len(want) < 400 {
		t.Fatal(len(want), err)
	}
	for _, sort := range []string{"product", "-product", "external_id"} {
		got := listtest.IDs(list.All, listtest.Rows(t, db.DB, list.All,
			listtest.Asked{Search: "business", Sort: sort, Size: 25}))
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("by %s: %d rows, want %d", sort, len(got), len(want))
		}
	}
	p, err := list.All.Page(t.Context(), db.Read(t.Context()),
		listtest.Query(t, list.All, listtest.Asked{Search: "business", Sort: "product"}))
	if err != nil || len(p.Rows) != 50 || !p.Frequent {
		t.Errorf("the first page: %d rows, frequent %v, %v", len(p.Rows), p.Frequent, err)
	}
	if n := slices.IndexFunc(p.Rows, func(r list.Row) bool { return r.Product != "Able 1" }); n != 40 {
		t.Errorf("what holds the word beside its product's name are %d rows before the others, want 40", n)
	}
}

// What may be chosen comes from distributors; a name that means something in SQL is asked for as any other.
func TestAVendorOfAnyNameNarrowsTheList(t *testing.T) {
	t.Parallel()
	db := crowd.Subscriptions(t, 500)
	const odd = `O'Neil ? \' -- Söhne`
	for _, sql := range []string{`UPDATE products SET vendor = $1 WHERE vendor = 'Rare Vendor'`,
		`UPDATE subscriptions s SET vendor = p.vendor FROM products p WHERE p.id = s.product_id`} {
		args := []any{odd}[:strings.Count(sql, "$1")]
		if _, err := db.Pool().Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, vendor := range []string{odd, "Microsoft"} {
		raw := url.Values{"vendor": {vendor}, "size": {"200"}}
		spec, err := list.All.Spec(t.Context(), db.Read(t.Context()), raw)
		if err != nil {
			t.Fatal(err)
		}
		q, err := spec.Parse(raw, false)
		if err != nil {
			t.Fatal(vendor, err)
		}
		p, err := list.All.Page(t.Context(), db.Read(t.Context()), q)
		if err != nil || len(p.Rows) == 0 || slices.ContainsFunc(p.Rows, func(r list.Row) bool {
			return r.Vendor != vendor
		}) {
			t.Errorf("%s: %d rows, %v", vendor, len(p.Rows), err)
		}
	}
}
