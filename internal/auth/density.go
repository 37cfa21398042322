package auth

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// SetDensity keeps how dense a person wants the rows of lists. It is a matter of taste, so
// the trail has nothing of it.
func (s Service) SetDensity(ctx context.Context, user uuid.UUID, compact bool) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE users SET compact_lists = ? WHERE id = ?`, compact, user).Error
	})
}
