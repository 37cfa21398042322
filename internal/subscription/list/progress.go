package list

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/listing"
	"seatledger/internal/subscription"
)

// Progress is how far the review of a filter's subscriptions has come. Inactive ones
// are left out; excluded accounts are counted apart (RULES 6), and so is what waits for a mapping.
type Progress struct {
	Signed, OK, Warn, Fail int
	Unjudged               int // their review is about to be made
	Vanished               int // inactive, but failing until a person confirms that they are gone
	Excluded               int
	Unmapped               int // failing only for want of a mapping: nothing can be mended before
}

// Total is how many there are to sign, in the end.
func (p Progress) Total() int { return p.Signed + p.OK + p.Warn + p.Fail + p.Unjudged }

// Failing is how many rows fail, those included that vanished.
func (p Progress) Failing() int { return p.Fail + p.Vanished }

// ProgressOf counts the verdicts of a query's subscriptions, whatever review it asks for.
func ProgressOf(ctx context.Context, db *gorm.DB, q listing.Query) (Progress, error) {
	q = q.Without("review", "excluded", "unmapped")
	where, args := q.Where()
	from, n := "subscriptions s", "count(*)"
	if kept := All.CountsFor(q); kept != "" {
		from, n = kept, "sum(n)"
	}
	var rows []counted
	err := db.WithContext(ctx).Raw(`SELECT coalesce(s.review, '') AS review, s.state,
			coalesce(s.hold_reason, '') AS hold_reason, s.moved, `+n+` AS n
		FROM `+from+` WHERE `+where+` GROUP BY s.state, s.hold_reason, s.review, s.moved`, args...).Scan(&rows).Error
	if err != nil {
		return Progress{}, fmt.Errorf("review progress: %w", err)
	}
	var p Progress
	for _, r := range rows {
		p.add(r)
	}
	return p, nil
}

// counted is how many subscriptions stand alike.
type counted struct {
	Review     string
	State      subscription.State
	HoldReason subscription.HoldReason
	Moved      bool
	N          int
}

func (p *Progress) add(r counted) {
	switch {
	case r.State == subscription.Inactive && r.Review == "":
	case r.State == subscription.Inactive:
		p.Vanished += r.N
	case r.HoldReason == subscription.HoldExcluded:
		p.Excluded += r.N
	case r.Review == "fail" && r.HoldReason == subscription.HoldUnmapped && !r.Moved:
		p.Unmapped += r.N
	case r.Review == "signed":
		p.Signed += r.N
	case r.Review == "ok":
		p.OK += r.N
	case r.Review == "warn":
		p.Warn += r.N
	case r.Review == "fail":
		p.Fail += r.N
	default:
		p.Unjudged += r.N
	}
}
