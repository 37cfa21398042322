package listtest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"seatledger/internal/listing"
	"seatledger/internal/postgres"
)

// Asked is a query of a list as a test words it.
type Asked struct {
	Search, Sort string
	Values       listing.Values
	Size         int
	Of           []any // the record whose list it is
}

// Query makes the query of a list's description.
func Query[R any](t testing.TB, l *listing.List[R], a Asked) listing.Query {
	t.Helper()
	q := l.Ask(a.Values).Of(a.Of...)
	q.Search = a.Search
	order, err := l.Sorts().Parse(a.Sort)
	if err != nil {
		t.Fatal(err)
	}
	q.Page.Order, q.Page.Size = order, a.Size
	return q
}

// Rows reads a query page by page to its end and back, and fails unless both ways, the file and the count agree.
func Rows[R any](t testing.TB, db *postgres.DB, l *listing.List[R], a Asked) []R {
	t.Helper()
	q := Query(t, l, a)
	rows, last := forwards(t, db, l, q)
	back := backwards(t, db, l, last)
	there := IDs(l, rows)
	slices.Reverse(back)
	if !slices.Equal(there, back) {
		t.Errorf("%s %+v: back from the end are other rows: %d, there %d", l.Name, a, len(back), len(there))
	}
	var filed []string
	at := slices.Index(l.Header(), idColumn(l).Key)
	if err := l.Each(t.Context(), db, q, func(fields [][]byte) error {
		filed = append(filed, string(fields[at]))
		return nil
	}); err != nil {
		t.Fatalf("%s %+v: %v", l.Name, a, err)
	}
	if !slices.Equal(there, filed) {
		t.Errorf("%s %+v: the file has other rows: %d, the pages %d", l.Name, a, len(filed), len(there))
	}
	n, err := l.Count(t.Context(), db.Read(t.Context()), q, len(rows)+10)
	if err != nil || n != len(rows) {
		t.Errorf("%s %+v: counted %d, listed %d, %v", l.Name, a, n, len(rows), err)
	}
	return rows
}

// Pages holds every sort of a list, both ways, to its promise: each record once.
func Pages[R any](t *testing.T, db *postgres.DB, l *listing.List[R], want int, of ...any) {
	t.Helper()
	for _, k := range l.Sorts().Keys {
		for _, sort := range []string{k.Key, "-" + k.Key} {
			ids := IDs(l, Rows(t, db, l, Asked{Sort: sort, Size: 37, Of: of}))
			slices.Sort(ids)
			if n := len(slices.Compact(slices.Clone(ids))); n != want || len(ids) != want {
				t.Errorf("%s sorted by %s: %d rows, %d different ones, want %d", l.Name, sort, len(ids), n, want)
			}
		}
	}
}

func forwards[R any](t testing.TB, db *postgres.DB, l *listing.List[R], q listing.Query) (rows []R,
	last listing.Query) {
	t.Helper()
	for {
		p, err := l.Page(t.Context(), db.Read(t.Context()), q)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, p.Rows...)
		if p.Next == "" {
			return rows, q
		}
		if q.Page.After, err = q.Page.Order.Cursor(p.Next); err != nil {
			t.Fatal(err)
		}
	}
}

func backwards[R any](t testing.TB, db *postgres.DB, l *listing.List[R], q listing.Query) (ids []string) {
	t.Helper()
	for {
		p, err := l.Page(t.Context(), db.Read(t.Context()), q)
		if err != nil {
			t.Fatal(err)
		}
		page := IDs(l, p.Rows)
		slices.Reverse(page)
		ids = append(ids, page...)
		if p.Prev == "" {
			return ids
		}
		q.Page.After = nil
		if q.Page.Before, err = q.Page.Order.Cursor(p.Prev); err != nil {
			t.Fatal(err)
		}
	}
}

// IDs are the ids of rows.
func IDs[R any](l *listing.List[R], rows []R) []string {
	into := idColumn(l).Into
	ids := make([]string, len(rows))
	for i := range rows {
		ids[i] = fmt.Sprint(reflect.ValueOf(into(&rows[i])).Elem().Interface())
	}
	return ids
}

func idColumn[R any](l *listing.List[R]) listing.Column[R] {
	i := slices.IndexFunc(l.Columns, func(c listing.Column[R]) bool { return c.SQL == l.ID })
	return l.Columns[max(i, 0)] // else the first says which record it is
}

// One reads one text, as the value to try for a filter.
func One(t testing.TB, db *postgres.DB, sql string) []string {
	t.Helper()
	var s string
	if err := db.Read(t.Context()).Raw(sql).Row().Scan(&s); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return []string{s}
}

// Kept fails when the counts or words that a list keeps are not what its records say.
func Kept[R any](t testing.TB, db *postgres.DB, l *listing.List[R]) {
	t.Helper()
	if counts, rows, err := l.Mend(t.Context(), db); err != nil || counts+rows > 0 {
		t.Errorf("%s: %d counts and %d rows had to be mended, %v", l.Name, counts, rows, err)
	}
}
