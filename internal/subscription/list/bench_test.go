package list_test

import (
	"testing"

	"gorm.io/gorm"

	"seatledger/internal/paging"
	"seatledger/internal/subscription/list"
)

func BenchmarkList(b *testing.B) {
	db := crowd(b, 100_000)
	order, _ := list.Sorts().Parse("")
	filters := map[string]list.Filter{"all": {}, "review": {Review: "warn"}, "search": {Search: "customer 77"},
		"vendor": {Vendor: "rare vendor"}}
	for name, f := range filters {
		b.Run("page/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := list.Page(b.Context(), db.Read(b.Context()), f,
					paging.Request{Order: order}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("count/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := list.Count(b.Context(), db.Read(b.Context()), f, 10_000); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("progress/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := list.ProgressOf(b.Context(), db.Read(b.Context()), f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("each", func(b *testing.B) {
		for b.Loop() {
			err := db.Snapshot(b.Context(), func(tx *gorm.DB) error {
				return list.Each(b.Context(), tx, list.Filter{}, order, func(list.Row) error { return nil })
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
