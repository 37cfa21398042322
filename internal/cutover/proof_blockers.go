package cutover

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
}

// blockers are the gaps, doubles, undecided and waiting days and the changes nobody
// has acknowledged, worst first. None: the proof allows the run to be finished.
func blockers(ctx context.Context, tx *gorm.DB, runID uuid.UUID, today clock.Date) ([]Blocker, error) {
	return blockersOf(ctx, tx, runID, nil, today)
}

// blockersOf is blockers of some customers; none: of all.
func blockersOf(ctx context.Context, tx *gorm.DB, runID uuid.UUID, customers []uuid.UUID, today clock.Date) ([]Blocker, error) {
	run, err := Get(ctx, tx, runID)
	if err != nil {
		return nil, err
	}
	var out []Blocker
	err = EachProof(ctx, tx, run, ProofFilter{Customers: customers}, today, func(c CustomerProof) error {
		out = append(out, c.Blockers()...)
		return nil
	})
	slices.SortStableFunc(out, func(a, b Blocker) int { return a.Verdict.rank() - b.Verdict.rank() })
	return out, err
}

// Blockers are what of a customer's proof keeps the run from being finished, in the order of days.
func (c CustomerProof) Blockers() []Blocker {
	var out []Blocker
	for _, p := range c.Products {
		for _, s := range p.Segments {
			if !s.Verdict.Blocks() {
				continue
			}
			b := Blocker{CRMAccountID: c.CRMAccountID, CRMAccount: c.CRMAccount, PartNumber: p.Key, Verdict: s.Verdict, From: s.From, To: s.To, Says: s.Why}
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
