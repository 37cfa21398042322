package secret

import (
	"context"
	"slices"

	"seatledger/internal/postgres"
)

// Health is what Examine found.
type Health struct {
	Keys    []KeyHealth
	Unknown int     // values sealed with a key that the file lacks
	Broken  []Place // values that do not open
}

// KeyHealth counts the values of one key.
type KeyHealth struct {
	ID      uint32
	Primary bool
	Values  int
}

// Good tells whether every value opens.
func (h Health) Good() bool { return len(h.Broken) == 0 }

// bound tells whether every secret here is bound to its servers by now.
func (s *Sealer) bound(values []stored) bool {
	for _, v := range values {
		if v.Kind == kindCheck {
			plain, err := s.Open(v.place(), v.Sealed)
			return err == nil && plain.Reveal() == checkText
		}
	}
	return false
}

// Examine opens every stored value, tells none, and counts them per key.
func (s *Sealer) Examine(ctx context.Context, db *postgres.DB) (Health, error) {
	values, err := all(ctx, db)
	if err != nil {
		return Health{}, err
	}
	var h Health
	count, bound := map[uint32]int{}, s.bound(values)
	for _, v := range values {
		id, _ := KeyID(v.Sealed)
		count[id]++
		_, err := s.Open(v.place(), v.Sealed)
		if err != nil || bound && v.Kind != kindCheck && v.SentTo == "" {
			h.Broken = append(h.Broken, v.place())
		}
	}
	for _, id := range s.IDs() {
		h.Keys = append(h.Keys, KeyHealth{ID: id, Primary: id == s.PrimaryID(), Values: count[id]})
		delete(count, id)
	}
	for _, n := range count {
		h.Unknown += n
	}
	slices.SortFunc(h.Keys, func(a, b KeyHealth) int { return int(int64(a.ID) - int64(b.ID)) })
	return h, nil
}
