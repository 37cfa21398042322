package proof

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
)

// Blocker is one finding of the proof that keeps a run from being finished.
type Blocker struct {
	CRMAccountID uuid.UUID
	CRMAccount   string
	PartNumber   string
	Verdict      Verdict
	From, To     clock.Date // first day, and the day after the last
	Says         string     // what is wrong and what to do, in a sentence
	Double       string     // of a double: by which a person says that both are real
}

// Blockers are the gaps, doubles, undecided and waiting days and the changes nobody has
// acknowledged of a run's customers, worst first. None: the proof allows the run to be
// finished.
func Blockers(ctx context.Context, tx *gorm.DB, runID uuid.UUID, f Filter, today clock.Date) ([]Blocker, error) {
	var out []Blocker
	err := Each(ctx, tx, runID, f, today, func(c Customer) error {
		out = append(out, c.Blockers()...)
		return nil
	})
	slices.SortStableFunc(out, func(a, b Blocker) int { return a.Verdict.rank() - b.Verdict.rank() })
	return out, err
}

// Blockers are what of a customer's proof keeps the run from being finished, in the order of days.
func (c Customer) Blockers() []Blocker {
	var out []Blocker
	for _, p := range c.Products {
		for _, s := range p.Segments {
			if !s.Verdict.Blocks() {
				continue
			}
			b := Blocker{CRMAccountID: c.CRMAccountID, CRMAccount: c.CRMAccount, PartNumber: p.Key, Verdict: s.Verdict,
				From: s.From, To: s.To, Says: s.Why, Double: s.Double}
			if n := len(out); n > 0 && out[n-1].joins(b) {
				out[n-1].To = b.To
				continue
			}
			out = append(out, b)
		}
	}
	return out
}

// joins: the same finding goes on, with other seats.
func (b Blocker) joins(next Blocker) bool {
	return b.PartNumber == next.PartNumber && b.Verdict == next.Verdict && b.Says == next.Says && b.To == next.From
}
