package runs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// Nights is when the subjects of a desk are worked by themselves. The schedule stands in the database, so a restart
// neither forgets nor repeats a night, and it moves on only with the night's outcome.
type Nights struct {
	Desk  *Desk
	At    time.Duration // hours and minutes since midnight in the desk's zone
	Until time.Duration // until then a failed night is tried again
}

// again is how long after each failure of one night it is tried again.
func again(tries int) time.Duration {
	waits := []time.Duration{5 * time.Minute, 15 * time.Minute, time.Hour}
	return waits[min(tries, len(waits)-1)]
}

// Next is the first moment after t that is the night's hour. A time of day that a change of clocks skips falls on the
// hour after.
func (n Nights) Next(t time.Time) time.Time { return n.first(t, n.At) }

func (n Nights) first(t time.Time, of time.Duration) time.Time {
	for day := clock.DateOf(t, n.Desk.Zone); ; day = day.AddDays(1) {
		h, m := int(of.Hours()), int(of.Minutes())%60
		if at := time.Date(day.Year(), day.Month(), day.Day(), h, m, 0, 0, n.Desk.Zone); at.After(t) {
			return at.UTC()
		}
	}
}

// mayTry tells whether a try at that moment still belongs to the night that now is in.
func (n Nights) mayTry(now, at time.Time) bool {
	began := n.first(now.Add(-25*time.Hour), n.At)
	for next := n.first(began, n.At); !next.After(now); next = n.first(began, n.At) {
		began = next
	}
	return !at.After(n.first(began, n.Until))
}

// Plan puts a subject on the schedule, where it is not yet.
func (n Nights) Plan(tx *gorm.DB, subject uuid.UUID) error {
	return tx.Exec(`INSERT INTO run_nights (runs, subject, next_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		n.Desk.Table.Name, subject, n.Next(n.Desk.Clock.Now())).Error
}

// follow moves nights to the hour that is set now, earlier or later: a restart may have set another. One that is due,
// or is to be tried again, stays as it is.
func (n Nights) follow(ctx context.Context) error {
	now := n.Desk.Clock.Now()
	next := n.Next(now)
	err := n.Desk.DB.Read(ctx).Exec(`UPDATE run_nights SET next_at = ? WHERE runs = ? AND tries = 0 AND undone = '{}'
		AND next_at > ? AND next_at <> ?`, next, n.Desk.Table.Name, now, next).Error
	if err != nil {
		return fmt.Errorf("hour of the nights of %s: %w", n.Desk.Table.Name, err)
	}
	return nil
}

// Drop takes a subject off the schedule.
func (n Nights) Drop(tx *gorm.DB, subject uuid.UUID) error {
	return tx.Exec(`DELETE FROM run_nights WHERE runs = ? AND subject = ?`, n.Desk.Table.Name, subject).Error
}

// noRun holds for a night while no run works at its subject.
const noRun = `NOT EXISTS (SELECT FROM TABLE r
	WHERE r.SUBJECT = n.subject AND r.state IN ('queued', 'running', 'interrupted'))`

// Due are the subjects whose hour has come and that no run works at.
func (n Nights) Due(ctx context.Context) ([]uuid.UUID, error) {
	if err := n.follow(ctx); err != nil {
		return nil, err
	}
	var due []uuid.UUID
	err := n.Desk.DB.Read(ctx).Raw(n.Desk.sql(`SELECT n.subject FROM run_nights n WHERE n.runs = ? AND n.next_at <= ?
		AND `+noRun+` ORDER BY n.subject`), n.Desk.Table.Name, n.Desk.Clock.Now()).Scan(&due).Error
	if err != nil {
		return nil, fmt.Errorf("nights of %s: %w", n.Desk.Table.Name, err)
	}
	return due, nil
}

// Begin locks a subject's night and gives the kinds of run that failed in it; none: it is the first try. begin is
// false where another replica was first.
func (n Nights) Begin(tx *gorm.DB, subject uuid.UUID) (undone []string, begin bool, err error) {
	var rows []struct{ Undone postgres.Texts }
	err = tx.Raw(n.Desk.sql(`SELECT undone FROM run_nights n WHERE runs = ? AND subject = ? AND next_at <= ?
		AND `+noRun+` FOR UPDATE`), n.Desk.Table.Name, subject, n.Desk.Clock.Now()).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, false, err
	}
	return rows[0].Undone, true, nil
}

// Note keeps, of a run of this night that ended, whether its kind is still to do.
func (n Nights) Note(tx *gorm.DB, subject uuid.UUID, kind string, out Outcome) error {
	undone := out.State == Failed && !out.Final || out.State == Partial && out.Again
	return tx.Exec(`UPDATE run_nights SET undone = CASE WHEN ? THEN array_append(array_remove(undone, ?), ?)
			ELSE array_remove(undone, ?) END WHERE runs = ? AND subject = ?`,
		undone, kind, kind, kind, n.Desk.Table.Name, subject).Error
}

// Settle moves a night on when all its runs have ended: to another try where one failed and there is time, else to the
// next night. It gives the moment of that try.
func (n Nights) Settle(tx *gorm.DB, subject uuid.UUID) (retry *time.Time, err error) {
	var rows []struct {
		Tries  int
		Undone postgres.Texts
	}
	err = tx.Raw(`SELECT tries, undone FROM run_nights WHERE runs = ? AND subject = ? FOR UPDATE`, n.Desk.Table.Name,
		subject).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	now := n.Desk.Clock.Now()
	at := now.Add(again(rows[0].Tries))
	if len(rows[0].Undone) > 0 && n.mayTry(now, at) {
		return &at, tx.Exec(`UPDATE run_nights SET next_at = ?, tries = tries + 1 WHERE runs = ? AND subject = ?`, at,
			n.Desk.Table.Name, subject).Error
	}
	return nil, tx.Exec(`UPDATE run_nights SET next_at = ?, tries = 0, undone = '{}' WHERE runs = ? AND subject = ?`,
		n.Next(now), n.Desk.Table.Name, subject).Error
}

// Left tells whether a kind of run is to do in a night whose earlier tries left undone.
func Left(undone []string, kind string) bool {
	return len(undone) == 0 || slices.Contains(undone, kind)
}

// Tries is how often a subject's night has failed and was given another try.
func (n Nights) Tries(tx *gorm.DB, subject uuid.UUID) (int, error) {
	var tries []int
	err := tx.Raw(`SELECT tries FROM run_nights WHERE runs = ? AND subject = ?`, n.Desk.Table.Name, subject).
		Scan(&tries).Error
	return append(tries, 0)[0], err
}

// DueAt is when a subject's night was due.
func (n Nights) DueAt(tx *gorm.DB, subject uuid.UUID) (time.Time, error) {
	var at []time.Time
	err := tx.Raw(`SELECT next_at FROM run_nights WHERE runs = ? AND subject = ?`, n.Desk.Table.Name, subject).
		Scan(&at).Error
	return append(at, time.Time{})[0], err
}
