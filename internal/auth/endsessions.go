package auth

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// EndSessions ends all sessions of a user, except the one with the hash keep;
// empty ends all. It tells how many.
func (s Service) EndSessions(ctx context.Context, by audit.Actor, id uuid.UUID, keep string) (int64, error) {
	var ended int64
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		u, err := Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if ended, err = endSessions(tx, id, keep); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "user.sessions_ended", u, Change{after: map[string]any{"sessions_ended": ended}})
	})
	return ended, err
}

// EndSession ends one session of a person, by themselves or an administrator; errs.NotFound when it is not theirs.
func (s Service) EndSession(ctx context.Context, by audit.Actor, u User, hash string) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		done := tx.Exec(`DELETE FROM sessions WHERE user_id = ? AND token_hash = ?`, u.ID, hash)
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return errs.New(errs.NotFound, "This session has ended already.")
		}
		return s.record(ctx, tx, by, "user.sessions_ended", u,
			Change{after: map[string]any{"sessions_ended": 1}})
	})
}
