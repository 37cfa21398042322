// Package listtest holds any list to what every list promises: an index behind each filter and
// sort, pages that hold each record once, figures that open exactly their rows. It knows no list
// of its own.
package listtest

import (
	"encoding/json"
	"testing"

	"gorm.io/gorm"

	"seatledger/internal/listing"
)

// Budget is how many blocks a page may read: those of its rows and their joins, and as many
// again for finding them.
type Budget struct {
	Blocks int
	Values map[string][]string // values to try for each filter
	Of     []any               // the record whose list it is (List.Within)
	Joined []any               // what the joins ask (Query.Joined)
}

// Walk asks how the database carries out the page of every filter in every sort and of every pair
// of filters, and fails for each that reads more than its budget.
func Walk[R any](t *testing.T, db *gorm.DB, l *listing.List[R], b Budget) {
	t.Helper()
	for _, f := range l.Filters {
		if len(b.Values[f.Name]) == 0 {
			t.Errorf("the filter %s is not walked: say values for it", f.Name)
		}
	}
	n, worst := 0, 0
	keys := l.Sorts().Keys
	for i, q := range queries(l, b) {
		sorts, q := keys, q.Of(b.Of...).Joined(b.Joined...)
		if len(q.Values) == 2 { // each pair in one sort each way; the pairs take turns
			sorts = keys[i%len(keys) : i%len(keys)+1]
		}
		for _, k := range sorts {
			for _, sort := range []string{k.Key, "-" + k.Key} {
				order, err := l.Sorts().Parse(sort)
				if err != nil {
					t.Fatal(err)
				}
				q.Page.Order = order
				blocks, plan := read(t, db, l, q)
				n, worst = n+1, max(worst, blocks)
				if blocks > b.Blocks {
					t.Errorf("%s %v sorted by %s reads %d blocks, more than %d\n%s", l.Name, q.Values, sort, blocks,
						b.Blocks, plan)
				}
			}
		}
	}
	t.Logf("%s: %d pages, the worst read %d blocks", l.Name, n, worst)
}

// queries are all of no filter, of one and of two.
func queries[R any](l *listing.List[R], b Budget) []listing.Query {
	out := []listing.Query{l.Ask(nil)}
	for i, f := range l.Filters {
		for _, v := range b.Values[f.Name] {
			out = append(out, l.Ask(listing.Values{f.Name: v}))
			for _, g := range l.Filters[i+1:] {
				for _, w := range b.Values[g.Name] {
					out = append(out, l.Ask(listing.Values{f.Name: v, g.Name: w}))
				}
			}
		}
	}
	return out
}

func read[R any](t *testing.T, db *gorm.DB, l *listing.List[R], q listing.Query) (int, string) {
	t.Helper()
	sql, args := l.Statement(q)
	var text string
	if err := db.WithContext(t.Context()).Raw("EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT JSON) "+sql, args...).
		Row().Scan(&text); err != nil {
		t.Fatalf("%v: %v", q.Values, err)
	}
	var plans []struct {
		Plan struct {
			Hit  int `json:"Shared Hit Blocks"`
			Read int `json:"Shared Read Blocks"`
		}
	}
	if err := json.Unmarshal([]byte(text), &plans); err != nil {
		t.Fatal(err)
	}
	return plans[0].Plan.Hit + plans[0].Plan.Read, text
}
