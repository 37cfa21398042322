package billingrun

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/invoice"
)

// bill gives a draft its number. One that a fresh one would contradict goes no further; one that somebody has billed
// meanwhile is billed.
func (w *worker) bill(ctx context.Context, tx *gorm.DB, t task) error {
	i, err := w.invoice(ctx, tx, t)
	if err != nil {
		return err
	}
	switch i.State {
	case invoice.Draft:
		if err := w.s.Billing.Fresh(ctx, tx, i); err != nil {
			return err
		}
		why, err := heldBeside(ctx, tx, i)
		if err != nil {
			return err
		}
		if why != "" {
			return tx.Exec(`UPDATE billing_run_contracts SET goal = 'draft', message = ? WHERE run_id = ?
				AND contract_id = ?`, why, t.RunID, t.ContractID).Error
		}
		if err := w.s.Billing.BillIn(ctx, tx, w.actor(t), invoice.Step{ID: i.ID}); err != nil {
			return err
		}
	case invoice.Void:
		return w.gone(tx, t)
	}
	err = tx.Exec(`UPDATE billing_run_contracts SET state = 'billed', message = '' WHERE state = 'drafted'
		AND run_id = ? AND contract_id = ?`, t.RunID, t.ContractID).Error
	if err != nil || !i.SharedID.Valid {
		return err
	}
	// What goes out on the same document is billed with it.
	return tx.Exec(`UPDATE billing_run_contracts SET state = 'billed', message = '' WHERE state = 'drafted'
		AND invoice_id IN (SELECT id FROM invoices WHERE shared_id = ? AND state = 'billed')`, i.SharedID).Error
}

// invoice is that of a contract of the run, its contract locked first as everybody does.
func (w *worker) invoice(ctx context.Context, tx *gorm.DB, t task) (invoice.Invoice, error) {
	var id uuid.UUID
	err := tx.Raw(`SELECT invoice_id FROM billing_run_contracts WHERE run_id = ? AND contract_id = ?`, t.RunID,
		t.ContractID).Row().Scan(&id)
	if err != nil {
		return invoice.Invoice{}, err
	}
	return invoice.Locked(ctx, tx, id, 0)
}

func (w *worker) gone(tx *gorm.DB, t task) error {
	return tx.Exec(`UPDATE billing_run_contracts SET state = 'thrown', goal = 'draft', message = ?
		WHERE run_id = ? AND contract_id = ?`,
		"Somebody voided its invoice. What is due of it stands on the page of what "+
			"is due.", t.RunID, t.ContractID).Error
}

// send puts a billed invoice on its way, once a document.
func (w *worker) send(ctx context.Context, tx *gorm.DB, t task) error {
	i, err := w.invoice(ctx, tx, t)
	switch {
	case err != nil:
		return err
	case i.State == invoice.Void:
		return w.gone(tx, t)
	case w.s.Send == nil:
		return errs.New(errs.Conflict,
			"Nothing can be sent yet: sending by mail is not set up. The invoice is billed; "+
				"hand it over as a PDF.")
	}
	if !i.DocumentOf.Valid {
		if err := w.s.Send(ctx, tx, w.actor(t), i.ID); err != nil {
			return err
		}
	}
	return tx.Exec(`UPDATE billing_run_contracts SET state = 'sent', message = '' WHERE run_id = ? AND contract_id = ?`,
		t.RunID, t.ContractID).Error
}

// throwAway voids a draft; its days can be billed again.
func (w *worker) throwAway(ctx context.Context, tx *gorm.DB, t task) error {
	i, err := w.invoice(ctx, tx, t)
	if err != nil {
		return err
	}
	switch i.State {
	case invoice.Draft:
		err := w.s.Billing.VoidIn(ctx, tx, w.run.stepper(), invoice.Step{ID: i.ID,
			Reason: w.run.Called() + " was thrown away"})
		if err != nil {
			return err
		}
	case invoice.Billed, invoice.Paid:
		return errs.Newf(errs.Conflict, "%s is billed already. Void it, or correct it by a credit.", i.Called())
	}
	return tx.Exec(`UPDATE billing_run_contracts SET state = 'thrown', goal = 'draft', message = ''
		WHERE run_id = ? AND contract_id = ?`, t.RunID, t.ContractID).Error
}

// Redrawn lets a run have the draft that was drawn in the place of one of its own.
func Redrawn(ctx context.Context, tx *gorm.DB, old, fresh uuid.UUID) error {
	return tx.WithContext(ctx).Exec(`UPDATE billing_run_contracts SET invoice_id = ?, message = '',
		lines = (SELECT count(*) FROM invoice_lines WHERE invoice_id = ?)
		WHERE invoice_id = ? AND state = 'drafted'`, fresh, fresh, old).Error
}
