//go:build !faults

package history

import "github.com/shopspring/decimal"

// What stands here is as the rules say. Built with the tag faults each may be turned
// wrong, to see that the campaigns of internal/oracle find it.

// inOrder is the order of recording.
func inOrder(a, b step) int { return a.place.Compare(b.place) }

// placeOf is the place of a row that stands where the first of its line stood.
func placeOf(first, _ storedRow) Place { return Place{Seq: first.Seq} }

// rounded divides parts and rounds half away from zero.
func rounded(parts decimal.Decimal, places int32) decimal.Decimal {
	return parts.DivRound(denominator, places)
}

func refundColumn() string { return `c.refund` }

func standingColumn() string { return `l.standing AND l.kind <> 'credit'` }

func goodwillColumn() string { return `l.kind = 'credit' AND NOT l.again` }
