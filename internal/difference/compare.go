package difference

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/reconcile"
)

// Compare compares a bill as it, the ledger and our invoices stand now, and keeps what differs. The same bill beside
// the same records changes nothing. One that was set aside has no differences left but those that were decided.
func (s Service) Compare(ctx context.Context, id uuid.UUID) error {
	err := s.compare(ctx, id)
	if err == nil {
		return nil
	}
	kept := s.DB.InTx(context.WithoutCancel(ctx), func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE supplier_comparisons SET trouble = ?, asked_at = ? WHERE bill_id = ?`, err.Error(),
			s.Clock.Now(), id).Error
	})
	if kept != nil && s.Log != nil {
		s.Log.ErrorContext(ctx, "the trouble with a comparison could not be kept", "bill", id, "error", kept)
	}
	return fmt.Errorf("compare bill %s: %w", id, err)
}

func (s Service) compare(ctx context.Context, id uuid.UUID) error {
	db := s.DB.Read(ctx)
	b, err := readBill(ctx, db, id)
	if err != nil {
		return err
	}
	if err := db.Raw(`SELECT coalesce((SELECT asked FROM supplier_comparisons WHERE bill_id = ?), 0)`,
		id).Row().Scan(&b.asked); err != nil {
		return err
	}
	if b.Aside {
		return s.store(ctx, b, nil, figures{})
	}
	if err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := match(ctx, tx, id); err != nil {
			return err
		}
		return b.credits(ctx, tx)
	}); err != nil {
		return err
	}
	var invoices *reconcile.Sides
	err = s.DB.Snapshot(ctx, func(tx *gorm.DB) (err error) {
		invoices, err = b.sides(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	r, err := invoices.Compare(ctx, Tolerance, nil)
	if err != nil {
		return err
	}
	all, err := s.explain(ctx, b, r.Differences)
	if err != nil {
		return err
	}
	return s.store(ctx, b, all, figures{compared: r.Compared})
}

// figures are what a comparison comes to in all.
type figures struct{ compared, equal, differ, incomparable int }
