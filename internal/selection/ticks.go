package selection

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

const ticksKept = 24 * time.Hour

// Ticks are what a person has ticked on a list, on every page and under every filter.
type Ticks struct {
	User uuid.UUID
	List string
}

// Keep takes over the ticks of one page: of the records that it showed, those that are ticked now.
func (s *Service) Keep(ctx context.Context, t Ticks, shown, ticked []uuid.UUID) error {
	if len(shown)+len(ticked) > Most {
		return errs.Fields{"id": "These are too many rows for one page."}.Err()
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		err := tx.Exec(`DELETE FROM kept_ticks WHERE user_id = ? AND list = ? AND record_id = ANY (?::uuid[])
			AND record_id <> ALL (?::uuid[])`, t.User, t.List, postgres.IDs(shown), postgres.IDs(ticked)).Error
		if err != nil {
			return err
		}
		err = tx.Exec(`INSERT INTO kept_ticks (user_id, list, record_id, at)
			SELECT DISTINCT ?::uuid, ?, r, ?::timestamptz
			FROM unnest(?::uuid[]) r ON CONFLICT DO NOTHING`, t.User, t.List, s.Clock.Now(), postgres.IDs(ticked)).Error
		if err != nil {
			return err
		}
		// Whoever goes on ticking keeps the others too.
		return tx.Exec(`UPDATE kept_ticks SET at = ? WHERE user_id = ? AND list = ?`, s.Clock.Now(), t.User,
			t.List).Error
	})
}

// TickedJSON are the lists on which a user has ticked something, in a statement that reads users u: a page need not
// ask for ticks on others.
const TickedJSON = `(SELECT coalesce(json_agg(DISTINCT t.list), '[]') FROM kept_ticks t WHERE t.user_id = u.id)`

// Asked is what Kept asks the database, for a page that asks it together with something else.
func (s *Service) Asked(t Ticks) (sql string, args []any) {
	return `SELECT record_id FROM kept_ticks WHERE user_id = ?::uuid AND list = ? AND at >= ?::timestamptz`,
		[]any{t.User, t.List, s.Clock.Now().Add(-ticksKept)}
}

// Kept are the ticks that stand.
func (s *Service) Kept(ctx context.Context, db *gorm.DB, t Ticks) (map[uuid.UUID]bool, error) {
	var ids []uuid.UUID
	sql, args := s.Asked(t)
	if err := db.WithContext(ctx).Raw(sql, args...).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("ticks on %s: %w", t.List, err)
	}
	out := make(map[uuid.UUID]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, nil
}

// Forget takes all ticks of a list off.
func (s *Service) Forget(ctx context.Context, t Ticks) error {
	return s.DB.Read(ctx).Exec(`DELETE FROM kept_ticks WHERE user_id = ? AND list = ?`, t.User, t.List).Error
}
