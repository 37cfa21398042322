package syncing

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
)

// LateAfter is how long after its hour a night may begin before it counts as missed.
const LateAfter = time.Hour

// LastNight is what came of the last hour of the nightly sync.
type LastNight struct {
	Due       time.Time // the hour; zero: there is no provider to sync
	Runs      []Row     // what began then or later, the newest of each provider and kind, by provider
	Missing   []Due     // active providers for which no run has begun
	Late      bool      // some run began long after the hour
	LateBegan time.Time // the first of them
}

// Due is a provider whose night has not begun.
type Due struct {
	ProviderID uuid.UUID
	Provider   string
}

// lastHour is the last moment up to now that is at o'clock in the zone.
func lastHour(now time.Time, zone *time.Location, at time.Duration) time.Time {
	for day := clock.DateOf(now, zone); ; day = day.AddDays(-1) {
		h, m := int(at.Hours()), int(at.Minutes())%60
		if t := time.Date(day.Year(), day.Month(), day.Day(), h, m, 0, 0, zone); !t.After(now) {
			return t
		}
	}
}

// LastNightOf reads what came of the last night. That it was missed is never written
// down beforehand: the schedule's hour is over and no run stands there.
func LastNightOf(ctx context.Context, db *gorm.DB, now time.Time, zone *time.Location, at time.Duration) (LastNight,
	error) {
	n := LastNight{Due: lastHour(now, zone, at)}
	var active int
	err := db.WithContext(ctx).Raw(`SELECT count(*) FROM providers WHERE active AND connector <> 'manual'`).
		Scan(&active).Error
	if err != nil || active == 0 {
		return LastNight{}, err
	}
	err = db.WithContext(ctx).Raw(rowsOfRuns+`r.trigger = 'nightly' AND r.requested_at >= ?
		ORDER BY p.name, r.provider_id, r.requested_at, r.id`, n.Due).Scan(&n.Runs).Error
	if err != nil {
		return n, fmt.Errorf("read the last night: %w", err)
	}
	n.late()
	n.Runs = newest(n.Runs)
	err = db.WithContext(ctx).Raw(`SELECT p.id AS provider_id, p.name AS provider FROM providers p
		JOIN run_nights s ON s.runs = 'sync_runs' AND s.subject = p.id
		WHERE p.active AND p.connector <> 'manual' AND s.next_at <= ? AND NOT EXISTS (SELECT FROM sync_runs r
			WHERE r.provider_id = p.id AND r.trigger = 'nightly' AND r.requested_at >= s.next_at)
		ORDER BY p.name, p.id`,
		now.Add(-LateAfter)).Scan(&n.Missing).Error
	if err != nil {
		return n, fmt.Errorf("find providers without a night: %w", err)
	}
	return n, nil
}

// late looks whether the first run of a provider was asked for long after the hour.
func (n *LastNight) late() {
	seen := map[uuid.UUID]bool{}
	for _, r := range n.Runs {
		if !seen[r.ProviderID] && r.RequestedAt.Sub(n.Due) > LateAfter {
			if !n.Late || r.RequestedAt.Before(n.LateBegan) {
				n.Late, n.LateBegan = true, r.RequestedAt
			}
		}
		seen[r.ProviderID] = true
	}
}

// newest keeps the last run of each provider and kind: a night that was tried again
// counts as it ended, with the seats and money of all its tries.
func newest(rows []Row) []Row {
	type of struct {
		provider uuid.UUID
		kind     Kind
	}
	last := map[of]int{}
	for i, r := range rows {
		last[of{r.ProviderID, r.Kind}] = i
	}
	var out []Row
	sums := map[of]Figures{}
	for i, r := range rows {
		k := of{r.ProviderID, r.Kind}
		sums[k] = sums[k].plus(r.Figures)
		if last[k] == i {
			r.Figures = sums[k]
			out = append(out, r)
		}
	}
	return out
}

// IDs are those of its runs.
func (n LastNight) IDs() []uuid.UUID {
	ids := make([]uuid.UUID, len(n.Runs))
	for i, r := range n.Runs {
		ids[i] = r.ID
	}
	return ids
}
