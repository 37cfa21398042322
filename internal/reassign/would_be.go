package reassign

import (
	"maps"
	"slices"

	"github.com/google/uuid"

	"seatledger/internal/clock"
	"seatledger/internal/history"
)

// taking is a history as it would stand with rows of another as copies in their
// origins' places, without those of its own that are set aside, billed from a day on.
func taking(h, other history.History, rows, aside []uuid.UUID, from clock.Date) history.History {
	was := h
	h.Rows = slices.DeleteFunc(slices.Clone(h.Rows), func(r history.Row) bool { return slices.Contains(aside, r.ID) })
	for _, r := range other.Rows {
		if slices.Contains(rows, r.ID) {
			r.ID = uuid.New()
			h.Rows = append(h.Rows, r)
		}
	}
	h.From, h.Terms = from, maps.Clone(h.Terms)
	maps.Copy(h.Terms, other.Terms)
	if other.ProductChanges() {
		h.Products = slices.Clone(other.Products)
		if is := was.ProductOn(from); !is.Same(other.ProductOn(from)) {
			is.On = from
			h.Products = append(h.Products, is)
		}
		for _, p := range was.Products {
			if p.On.After(from) {
				h.Products = append(h.Products, p)
			}
		}
	}
	return h
}
