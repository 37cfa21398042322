package audit

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// foldedFor is how long one row of the trail stands for all that is alike.
const foldedFor = time.Minute

// Folds writes what strangers may do as often as they like: the first time at once, and then once a minute with how
// often it was, so that nobody can fill the trail, nor hold up its lock.
type Folds struct {
	DB    *postgres.DB
	Clock clock.Clock
}

// Note tells of an event, or counts it. Those of one key are alike. After becomes how often.
func (f Folds) Note(ctx context.Context, by Actor, key string, e Event) error {
	folded, err := json.Marshal(fold{By: by.Name, Event: e, From: FromOf(ctx)})
	if err != nil {
		return err
	}
	return f.DB.InTx(ctx, func(tx *gorm.DB) error {
		first := tx.Exec(`INSERT INTO audit_folds (key, told_at, event) VALUES (?, ?, ?::jsonb) ON CONFLICT DO NOTHING`,
			key, f.Clock.Now(), string(folded))
		if first.Error != nil {
			return first.Error
		}
		if first.RowsAffected > 0 {
			return Record(ctx, tx, f.Clock, by, e.times(1))
		}
		return f.again(ctx, tx, by, key, e)
	})
}

func (f Folds) again(ctx context.Context, tx *gorm.DB, by Actor, key string, e Event) error {
	var row struct {
		ToldAt time.Time
		More   int64
	}
	if err := tx.Raw(`SELECT told_at, more FROM audit_folds WHERE key = ? FOR UPDATE`, key).Scan(&row).Error; err != nil {
		return err
	}
	if now := f.Clock.Now(); now.Sub(row.ToldAt) >= foldedFor || now.Before(row.ToldAt) {
		if err := tx.Exec(`UPDATE audit_folds SET told_at = ?, more = 0 WHERE key = ?`, now, key).Error; err != nil {
			return err
		}
		return Record(ctx, tx, f.Clock, by, e.times(row.More+1))
	}
	return tx.Exec(`UPDATE audit_folds SET more = more + 1 WHERE key = ?`, key).Error
}

// fold is an event that waits for others that are alike.
type fold struct {
	By    string
	Event Event
	From  From
}

func (e Event) times(n int64) Event {
	e.After = map[string]any{"times": n}
	return e
}

// Flush tells of what was counted and not told for longer than a minute. A job calls it.
func (f Folds) Flush(ctx context.Context) error {
	return f.DB.InTx(ctx, func(tx *gorm.DB) error {
		var rows []struct {
			More  int64
			Event string
		}
		err := tx.Raw(`DELETE FROM audit_folds WHERE told_at < ? RETURNING more, event::text AS event`,
			f.Clock.Now().Add(-foldedFor)).Scan(&rows).Error
		if err != nil {
			return err
		}
		for _, r := range rows {
			var w fold
			if err := json.Unmarshal([]byte(r.Event), &w); err != nil {
				return err
			}
			if r.More == 0 {
				continue
			}
			err := Record(WithFrom(ctx, w.From), tx, f.Clock, Actor{Name: w.By}, w.Event.times(r.More))
			if err != nil {
				return err
			}
		}
		return nil
	})
}
