package provider

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// EndTally counts what a provider's records say that their end date means (RULES 2).
type EndTally struct {
	LastDay  int `json:"last_day"`
	DayAfter int `json:"day_after"`
	Untold   int `json:"untold"` // an end, but start and term do not tell
}

// Told is how many records say it.
func (t EndTally) Told() int { return t.LastDay + t.DayAfter }

// fewTold is how many records must say the same before the others are taken so too,
// and mostTold the share of those that say anything, in tenths.
const (
	fewTold  = 5
	mostTold = 9
)

// Seen is what most records say; empty where too few say it, or not alike.
func (t EndTally) Seen() string {
	if t.Told() < fewTold {
		return ""
	}
	switch {
	case 10*t.DayAfter >= mostTold*t.Told():
		return "day_after"
	case 10*t.LastDay >= mostTold*t.Told():
		return "last_day"
	}
	return ""
}

// EndDate is how an end date is read where a record does not tell: as a person set it,
// else as most records of the provider say; empty: nobody has said.
func (p Provider) EndDate() string {
	if p.EndDateMeans != "" {
		return p.EndDateMeans
	}
	return p.EndDateSeen
}

// Tally is what was counted at the end of the last run; false where nothing was.
func (p Provider) Tally() (EndTally, bool) {
	var t EndTally
	return t, len(p.EndDateTally) > 0 && json.Unmarshal(p.EndDateTally, &t) == nil
}

// NoteEndTally keeps what a provider's records say. The same again writes nothing.
func NoteEndTally(tx *gorm.DB, id uuid.UUID, t EndTally) error {
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE providers SET end_date_seen = ?, end_date_tally = ?::jsonb
		WHERE id = ? AND end_date_tally IS DISTINCT FROM ?::jsonb`, t.Seen(), string(text), id, string(text)).Error
}

// SetEndDate writes what a person says of end dates. A form that was opened before is then out of date.
func SetEndDate(tx *gorm.DB, id uuid.UUID, means string) error {
	return tx.Exec(`UPDATE providers SET end_date_means = ?, version = version + 1 WHERE id = ?
		AND end_date_means <> ?`,
		means, id, means).Error
}

// EndDateMeans reads what a person said of end dates.
func EndDateMeans(ctx context.Context, db *gorm.DB, id uuid.UUID) (string, error) {
	p, err := Get(ctx, db, id)
	return p.EndDateMeans, err
}

// TallyWords says a tally in a sentence: "388 of 400 rows say: the day after the last one."
func TallyWords(t EndTally) string {
	all := t.Told() + t.Untold
	switch {
	case all == 0:
		return "No row has an end date."
	case t.Told() == 0:
		return fmt.Sprintf("None of %d rows says by its start and term what its end date means.", all)
	case t.DayAfter >= t.LastDay:
		return fmt.Sprintf("%d of %d rows say: day after.", t.DayAfter, all)
	}
	return fmt.Sprintf("%d of %d rows say: last day.", t.LastDay, all)
}
