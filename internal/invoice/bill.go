package invoice

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/company"
	"seatledger/internal/document"
	"seatledger/internal/errs"
)

// Bill gives a draft its number and issues it. Numbers have no gaps: the counter's
// lock is held until commit, and a rollback takes the number back. Drafts that go out
// together get one number and one document.
func (s Service) Bill(ctx context.Context, by audit.Actor, st Step) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := s.billPasses(ctx, tx, by, st); err != nil {
			return err
		}
		return s.BillIn(ctx, tx, by, st)
	})
}

// BillIn is Bill as a part of a larger step.
func (s Service) BillIn(ctx context.Context, tx *gorm.DB, by audit.Actor, st Step) error {
	i, err := Locked(ctx, tx, st.ID, st.Version)
	if err != nil {
		return err
	}
	if i.State != Draft {
		return errs.Newf(errs.Conflict, "%s is %s already, so it is not billed again. Nothing was changed.",
			i.Called(), i.State)
	}
	all, err := sharing(ctx, tx, i)
	if err != nil {
		return err
	}
	if err := stillFit(ctx, tx, all); err != nil {
		return err
	}
	doc, err := document.Desk{Clock: s.Clock, Zone: s.Zone}.Prepare(ctx, tx, all[0].ID)
	if err != nil {
		return err
	}
	number, err := company.NextNumber(ctx, tx, doc.IssuedOn)
	if err != nil {
		return err
	}
	for n, part := range all {
		of := uuid.NullUUID{UUID: all[0].ID, Valid: n > 0}
		err = tx.Exec(`UPDATE invoices SET state = 'billed', number = ?, number_text = ?, number_series = ?,
				document_of = ?, issued_at = ?, version = version + 1 WHERE id = ?`,
			number.Count, number.Text, number.Series, of, doc.At, part.ID).Error
		if err != nil {
			return fmt.Errorf("bill invoice %s: %w", part.ID, err)
		}
		if err := s.record(ctx, tx, by, "invoice.billed", part, map[string]any{"state": Billed,
			"number": number.Text, "total": part.Total.String(), "currency": part.Currency}); err != nil {
			return err
		}
	}
	return doc.Issue(ctx, tx, number.Text)
}
