package mapping

import (
	"maps"
	"slices"

	"github.com/google/uuid"
)

// percentOf is a probability as it is shown, rounded down: 100 is never promised.
func percentOf(p float64) int { return min(int(p*100), 99) }

func keysOf(m map[uuid.UUID]string) []uuid.UUID {
	return slices.SortedFunc(maps.Keys(m), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
}
