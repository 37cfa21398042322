package subscription

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
)

// Difference is what a listing would make of one subscription.
type Difference struct {
	Before *Subscription // nil: it would be new
	After  Subscription
	Seen   clock.Date // the day of the reading
}

// Comparison is what a listing would change; nothing of it is written.
type Comparison struct {
	Differences []Difference
	Records     []distributor.Subscription // those that SyncAccount needs to bring this about
	Bad         []distributor.BadRecord
	Twice       []string // ids among the bad that the list has more than once, with unlike facts
	Unchanged   int
	Held        int // of the unchanged
}

// Compare looks at what SyncAccount would change of what is stored. With lock the rows stay as they are until commit,
// so that what was looked at is what is written.
func Compare(ctx context.Context, tx *gorm.DB, l Listing, lock bool) (Comparison, error) {
	w := &work{Listing: l}
	w.read()
	if lock {
		if err := w.holdAccount(ctx, tx); err != nil {
			return Comparison{}, err
		}
		if _, err := stored(ctx, tx, w.Provider.ID, w.ids(), true); err != nil {
			return Comparison{}, err
		}
	}
	if err := w.compare(ctx, tx, false); err != nil {
		return Comparison{}, err
	}
	return w.comparison(), nil
}

func (w *work) comparison() Comparison {
	c := Comparison{Bad: w.bad, Twice: w.twice}
	needed := map[string]bool{}
	for i, p := range w.plans {
		if p.Empty() {
			c.Unchanged++
			if p.Row.State == Held {
				c.Held++
			}
			continue
		}
		needed[w.readings[i].ExternalID] = true
		c.Differences = append(c.Differences, Difference{Before: w.inputs[i].Stored, After: p.Row,
			Seen: w.inputs[i].Today()})
	}
	all := len(w.latecomers()) > 0 || w.catalogue.unwritten()
	c.Records = slices.Clone(w.Records)
	c.Records = slices.DeleteFunc(c.Records, func(d distributor.Subscription) bool {
		return !all && !needed[d.ExternalID]
	})
	return c
}
