package difference

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Agreeing is how many lines of a bill that was compared agree in the plainest way.
func (s Service) Agreeing(ctx context.Context, id uuid.UUID) (n int, err error) {
	err = s.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		b, err := readBill(ctx, tx, id)
		if err != nil {
			return err
		}
		err = b.setPlainApart(ctx, tx)
		n = b.subs.agreeing
		return err
	})
	return n, err
}
