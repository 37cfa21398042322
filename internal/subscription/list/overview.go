package list

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/subscription"
)

// Overview is what the dashboard says of all subscriptions. All of it is kept, so that no figure is counted on a page.
type Overview struct {
	All       int
	Progress  Progress
	Held      map[subscription.HoldReason]int // unmapped ones without those that moved
	Moved     int                             // held as unmapped, though the account they moved to is mapped
	Ends      map[int]int                     // active ones that end within so many days
	Proposals int
	Orphans   []Orphans
}

// OverviewOf reads it. horizons are the numbers of days that Ends is asked about.
func OverviewOf(ctx context.Context, db *gorm.DB, today clock.Date, horizons ...int) (Overview, error) {
	o := Overview{Held: map[subscription.HoldReason]int{}, Ends: map[int]int{}}
	if err := o.count(db.WithContext(ctx)); err != nil {
		return o, fmt.Errorf("overview of subscriptions: %w", err)
	}
	if err := o.tally(db.WithContext(ctx), today, horizons); err != nil {
		return o, fmt.Errorf("overview of subscriptions: %w", err)
	}
	return o, nil
}

func (o *Overview) count(db *gorm.DB) error {
	var rows []struct {
		Alike counted `gorm:"embedded"`
	}
	err := db.Raw(`SELECT review, state, hold_reason, moved, sum(n) AS n FROM subscription_counts GROUP BY 1, 2, 3, 4`).
		Scan(&rows).Error
	for _, r := range rows {
		o.All += r.Alike.N
		o.Progress.add(r.Alike)
		switch {
		case r.Alike.State != subscription.Held:
		case r.Alike.Moved:
			o.Moved += r.Alike.N
		default:
			o.Held[r.Alike.HoldReason] += r.Alike.N
		}
	}
	return err
}

// tallied is one line of what migration 62 keeps.
type tallied struct {
	Tally  string
	Word   string
	Day    *time.Time
	N      int
	Amount decimal.Decimal
}

func (o *Overview) tally(db *gorm.DB, today clock.Date, horizons []int) error {
	o.Orphans = []Orphans{{Reason: subscription.HoldUnmapped}, {Reason: subscription.HoldUnmapped, Moved: true},
		{Reason: subscription.HoldExcluded}}
	last := 0
	for _, days := range horizons {
		last = max(last, days)
	}
	var rows []tallied
	err := db.Raw(`SELECT tally, word, day, sum(n) AS n, sum(amount) AS amount FROM subscription_tallies
		WHERE tally <> 'ends' OR day BETWEEN ? AND ? GROUP BY tally, word, day HAVING sum(n) <> 0 ORDER BY tally, word`,
		today, today.AddDays(last)).Scan(&rows).Error
	for _, r := range rows {
		switch r.Tally {
		case "ends":
			for _, days := range horizons {
				if !clock.DateOf(*r.Day, time.UTC).After(today.AddDays(days)) {
					o.Ends[days] += r.N
				}
			}
		case "proposal":
			o.Proposals = r.N
		case "orphan":
			o.orphan(r)
		}
	}
	return err
}

func (o *Overview) orphan(r tallied) {
	why, currency, _ := strings.Cut(r.Word, " ")
	at := &o.Orphans[map[string]int{"unmapped": 0, "moved": 1, "excluded": 2}[why]]
	at.Count += r.N
	if currency == "" {
		at.Uncosted += r.N
		return
	}
	at.Monthly = append(at.Monthly, Monthly{Currency: currency, Sum: r.Amount})
}
