package subscription_test

import (
	"testing"

	"gorm.io/gorm"

	"seatledger/internal/paging"
	"seatledger/internal/subscription"
)

func BenchmarkList(b *testing.B) {
	db := crowd(b, 100_000)
	order, _ := subscription.Sorts().Parse("")
	filters := map[string]subscription.Filter{"all": {}, "review": {Review: "warn"}, "search": {Search: "customer 77"}, "vendor": {Vendor: "rare vendor"}}
	for name, f := range filters {
		b.Run("page/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := subscription.List(b.Context(), db.Read(b.Context()), f, paging.Request{Order: order}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("count/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := subscription.Count(b.Context(), db.Read(b.Context()), f, 10_000); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("progress/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := subscription.ProgressOf(b.Context(), db.Read(b.Context()), f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("each", func(b *testing.B) {
		for b.Loop() {
			err := db.Snapshot(b.Context(), func(tx *gorm.DB) error {
				return subscription.Each(b.Context(), tx, subscription.Filter{}, order, func(subscription.ListRow) error { return nil })
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
