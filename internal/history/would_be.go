package history

import (
	"maps"
	"slices"

	"github.com/google/uuid"

	"seatledger/internal/clock"
)

// Taking is the history as it would stand with rows of another as copies in their
// origins' places, without those of its own that are set aside, billed from a day on.
func (h History) Taking(other History, rows, aside []uuid.UUID, from clock.Date) History {
	was := h
	h.Rows = slices.DeleteFunc(slices.Clone(h.Rows), func(r Row) bool { return slices.Contains(aside, r.ID) })
	for _, r := range other.Rows {
		if slices.Contains(rows, r.ID) {
			r.ID = uuid.New()
			h.Rows = append(h.Rows, r)
		}
	}
	h.From, h.contracts = from, maps.Clone(h.contracts)
	maps.Copy(h.contracts, other.contracts)
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

// ProductChanges tells whether rows say that it became another product.
func (h History) ProductChanges() bool {
	return slices.ContainsFunc(h.Products, func(p ProductFrom) bool { return !p.On.IsZero() })
}

// Same tells whether both are the same product, kind, term and rhythm, whenever they hold.
func (p ProductFrom) Same(o ProductFrom) bool {
	o.On = p.On
	return p == o
}
