package billing

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"seatledger/internal/clock"
)

// inherit lets a fresh book go on with the history of one whose rows and unbilled days
// it takes: what was settled there is in no line here.
func (d desk) inherit() desk {
	rows := slices.Clone(d.book.Rows)
	for i := range rows {
		rows[i].Moved, rows[i].Inherited = true, !rows[i].Open
	}
	next := desk{currency: d.currency, book: d.book}
	next.book.Rows, next.book.Began = rows, clock.Date{}
	return next
}

func TestABookThatInheritsBillsWhatItHoldsAndForfeitsOnlyItsOwn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(r)
		w.add(rapid.IntRange(0, 60).Draw(r, "starts"), rapid.IntRange(1, 20).Draw(r, "seats"), true)
		some := func(label string) {
			for range rapid.IntRange(0, 6).Draw(r, label) {
				if rapid.IntRange(0, 2).Draw(r, "step") > 0 {
					w.change(false)
					continue
				}
				w.bill(rapid.IntRange(w.through, 320).Draw(r, "to"))
			}
		}
		some("before")
		source, forfeited := w.desk, w.forfeited
		w.desk = source.inherit()
		some("after")
		w.bill(330)
		if got := source.billed + w.desk.billed; got != w.model.billed {
			r.Fatalf("both billed %d seat-days, the model %d", got, w.model.billed)
		}
		stand := w.book.Stand(w.book.Through, w.desk.billed)
		if stand.Forfeited != w.forfeited-forfeited {
			r.Fatalf("%+v, but %d were forfeited since it took over", stand, w.forfeited-forfeited)
		}
	})
}
