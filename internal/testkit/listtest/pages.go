package listtest

import (
	"slices"
	"testing"

	"gorm.io/gorm"

	"seatledger/internal/listing"
)

// Pages reads all pages of a list in every sort, from the first to the last and back, and fails
// where a record of want is missing, stands twice, or stands elsewhere on the way back.
func Pages[R any](t *testing.T, db *gorm.DB, l *listing.List[R], q listing.Query, want int, id func(R) string) {
	t.Helper()
	for _, k := range l.Sorts().Keys {
		for _, sort := range []string{k.Key, "-" + k.Key} {
			order, err := l.Sorts().Parse(sort)
			if err != nil {
				t.Fatal(err)
			}
			q.Page.Order, q.Page.Size, q.Page.After, q.Page.Before = order, 7, nil, nil
			there, end := forwards(t, db, l, q, id)
			back := backwards(t, db, l, end, id)
			if len(there) != want || !slices.Equal(there[:len(back)], back) {
				t.Errorf("%s by %s: %d rows of %d, and back %d", l.Name, sort, len(there), want, len(back))
			}
			slices.Sort(there)
			if n := len(slices.Compact(there)); n != want {
				t.Errorf("%s by %s: %d different rows of %d", l.Name, sort, n, want)
			}
		}
	}
}

// forwards reads to the last page, and tells how it was asked for.
func forwards[R any](t *testing.T, db *gorm.DB, l *listing.List[R], q listing.Query, id func(R) string) ([]string,
	listing.Query) {
	t.Helper()
	var ids []string
	for {
		p, err := l.Page(t.Context(), db, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Rows {
			ids = append(ids, id(r))
		}
		if p.Next == "" {
			return ids, q
		}
		if q.Page.After, err = q.Page.Order.Cursor(p.Next); err != nil {
			t.Fatal(err)
		}
	}
}

// backwards reads what stands before a page, to the first.
func backwards[R any](t *testing.T, db *gorm.DB, l *listing.List[R], q listing.Query, id func(R) string) []string {
	t.Helper()
	var ids []string
	for {
		p, err := l.Page(t.Context(), db, q)
		if err != nil {
			t.Fatal(err)
		}
		if q.Page.After == nil {
			for _, r := range slices.Backward(p.Rows) {
				ids = append(ids, id(r))
			}
		}
		if p.Prev == "" {
			slices.Reverse(ids)
			return ids
		}
		q.Page.After = nil
		if q.Page.Before, err = q.Page.Order.Cursor(p.Prev); err != nil {
			t.Fatal(err)
		}
	}
}
