package list_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/paging"
	"seatledger/internal/subscription/list"
	"seatledger/internal/testkit/pgtest"
)

func ordered(t *testing.T, sort string) paging.Order {
	t.Helper()
	o, err := list.Sorts().Parse(sort)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestALongListStandsOnIndexes(t *testing.T) {
	t.Parallel()
	db := crowd(t, 20_000)
	for _, k := range list.Sorts().Keys {
		for _, sort := range []string{k.Key, "-" + k.Key} {
			t.Run("sort "+sort, func(t *testing.T) { sortStandsOnAnIndex(t, db, sort) })
		}
	}
	for name, f := range map[string]list.Filter{
		"subscriptions_search": {Search: "s-1234"}, "subscriptions_vendor": {Vendor: "rare vendor"},
		"subscriptions_state": {State: "held", HoldReason: "unmapped"},
	} {
		sql, args := list.PageSQL(f, paging.Request{Order: ordered(t, "")})
		if plan := explain(t, db, sql, args); !strings.Contains(plan, name) {
			t.Errorf("%+v does not use %s:\n%s", f, name, plan)
		}
	}
}

// The second page is the one that shows: a first page is always near.
func sortStandsOnAnIndex(t *testing.T, db *pgtest.DB, sort string) {
	r := paging.Request{Order: ordered(t, sort)}
	_, next, err := list.Page(t.Context(), db.Read(t.Context()), list.Filter{}, r)
	if err != nil {
		t.Fatal(err)
	}
	if r.After, err = r.Order.Cursor(next); err != nil {
		t.Fatal(err)
	}
	sql, args := list.PageSQL(list.Filter{}, r)
	if plan := explain(t, db, sql, args); strings.Contains(plan, "Sort") ||
		strings.Contains(plan, "Seq Scan on subscriptions") {
		t.Errorf("no index:\n%s", plan)
	}
}

func explain(t *testing.T, db *pgtest.DB, sql string, args []any) string {
	t.Helper()
	var lines []string
	if err := db.Read(t.Context()).Raw("EXPLAIN "+sql, args...).Scan(&lines).Error; err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

func TestPagesHoldEveryRowOnceInEveryOrder(t *testing.T) {
	t.Parallel()
	db := crowd(t, 500)
	for _, k := range list.Sorts().Keys {
		for _, sort := range []string{k.Key, "-" + k.Key} {
			r := paging.Request{Order: ordered(t, sort), Size: 37}
			seen := map[string]int{}
			for {
				rows, next, err := list.Page(t.Context(), db.Read(t.Context()), list.Filter{}, r)
				if err != nil {
					t.Fatal(err)
				}
				for _, row := range rows {
					seen[row.ExternalID]++
				}
				if next == "" {
					break
				}
				if r.After, err = r.Order.Cursor(next); err != nil {
					t.Fatal(err)
				}
			}
			if len(seen) != 500 {
				t.Errorf("sort %s: %d of 500 rows", sort, len(seen))
			}
			for id, n := range seen {
				if n != 1 {
					t.Errorf("sort %s: %s comes %d times", sort, id, n)
				}
			}
		}
	}
}

func TestEveryNumberOpensExactlyItsRows(t *testing.T) {
	t.Parallel()
	db := crowd(t, 700)
	read := db.Read(t.Context())
	for _, base := range []list.Filter{{}, {Kind: "usage"}, {Search: "customer 1"},
		{Vendor: "microsoft", State: "held"}} {
		p, err := list.ProgressOf(t.Context(), read, base)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, review := range []string{"fail", "warn", "ok", "signed"} {
			f := base
			f.Review, f.Excluded = review, "no"
			if got[review], err = list.Count(t.Context(), read, f, 10_000); err != nil {
				t.Fatal(err)
			}
			n := 0
			err := list.Each(t.Context(), read, f, ordered(t, ""), func(row list.Row) error {
				n++
				if row.Review != review {
					return fmt.Errorf("%s among %s", row.Review, review)
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
