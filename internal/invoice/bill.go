package invoice

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/company"
	"seatledger/internal/document"
	"seatledger/internal/errs"
)

// Bill gives a draft its number and issues it. Numbers have no gaps: the counter's
// lock is held until commit, and a rollback takes the number back.
func (s Service) Bill(ctx context.Context, by audit.Actor, st Step) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		i, err := Locked(ctx, tx, st.ID, st.Version)
		if err != nil {
			return err
		}
		if i.State != Draft {
			return errs.Newf(errs.Conflict, "%s is %s already, so it is not billed again. Nothing was changed.",
				i.Called(), i.State)
		}
		number, err := company.NextNumber(ctx, tx, clock.Today(s.Clock, s.Zone))
		if err != nil {
			return err
		}
		err = tx.Exec(`UPDATE invoices
			SET state = 'billed', number = ?, number_text = ?, number_series = ?, issued_at = ?, version = version + 1
			WHERE id = ?`,
			number.Count, number.Text, number.Series, s.Clock.Now(), i.ID).Error
		if err != nil {
			return fmt.Errorf("bill invoice %s: %w", i.ID, err)
		}
		if err := (document.Desk{Clock: s.Clock, Zone: s.Zone}).Issue(ctx, tx, i.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "invoice.billed", i,
			map[string]any{"state": Billed, "number": number.Text, "total": i.Total.String(), "currency": i.Currency})
	})
}

// Pay notes that a billed invoice was paid.
func (s Service) Pay(ctx context.Context, by audit.Actor, st Step) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		i, err := Locked(ctx, tx, st.ID, st.Version)
		if err != nil {
			return err
		}
		if i.State != Billed {
			return errs.Newf(errs.Conflict, "%s is %s; only a billed invoice can be paid. Nothing was changed.",
				i.Called(), i.State)
		}
		if err := tx.Exec(`UPDATE invoices SET state = 'paid', paid_at = ?, version = version + 1 WHERE id = ?`,
			s.Clock.Now(), i.ID).Error; err != nil {
			return fmt.Errorf("pay invoice %s: %w", i.ID, err)
		}
		return s.record(ctx, tx, by, "invoice.paid", i, map[string]any{"state": Paid})
	})
}
