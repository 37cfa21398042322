package supplier

import (
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/imports"
)

// write keeps the bill of a file and sets the replaced one aside.
func (p *plan) write(tx *gorm.DB, k kind, t imports.Table) error {
	switch {
	case p.twin != nil:
		return nil
	case p.bill.Lines == 0:
		return nil
	}
	if p.replaced != nil {
		p.bill.ReplacesID = uuid.NullUUID{UUID: p.replaced.ID, Valid: true}
	}
	return k.keep(tx, p.bill, p.sums(), func(put func(Line) error) error {
		return t.Each(func(from imports.Line, bad *imports.Row) error {
			if bad != nil {
				return nil
			}
			l, _, why := p.said.read(from)
			if why != "" {
				return nil
			}
			return put(l)
		})
	})
}

// keep writes a bill with its lines, sets aside what it replaces, and tells who compares bills.
func (s Service) keep(tx *gorm.DB, b Bill, sums []Sum, each func(put func(Line) error) error) error {
	if b.ReplacesID.Valid {
		if err := s.setAside(tx, b.ReplacesID.UUID, audit.Actor{Name: b.Actor}, "replaced by "+b.Called()); err != nil {
			return err
		}
	}
	err := tx.Exec(`INSERT INTO supplier_bills (id, provider_id, layout, name, number, month, preliminary, from_on, to_on,
			lines, document_total, document_currency, digest, import_id, replaces_id, at, actor, actor_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, b.ID, b.ProviderID, b.Layout, b.Name, b.Number,
		b.Month, b.Preliminary, dateOrNull(b.FromOn), dateOrNull(b.ToOn), b.Lines, b.DocumentTotal, b.DocumentCurrency,
		b.Digest, b.ImportID, b.ReplacesID, b.At, b.Actor, b.ActorID).Error
	if err != nil {
		return fmt.Errorf("keep supplier bill: %w", err)
	}
	if err := copyLines(tx, b.ID, each); err != nil {
		return fmt.Errorf("keep lines of supplier bill: %w", err)
	}
	for _, x := range sums {
		err := tx.Exec(`INSERT INTO supplier_bill_sums (bill_id, currency, lines, amount, tax, usage, once)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, b.ID, x.Currency, x.Lines, x.Amount, x.Tax, x.Usage, x.Once).Error
		if err != nil {
			return fmt.Errorf("keep sums of supplier bill: %w", err)
		}
	}
	return s.received(tx, b.ID)
}

func (s Service) received(tx *gorm.DB, bill uuid.UUID) error {
	if s.Received == nil {
		return nil
	}
	return s.Received(tx, bill)
}

func dateOrNull(d clock.Date) any {
	if d.IsZero() {
		return nil
	}
	return d
}

// setAside lets a bill stand no more.
func (s Service) setAside(tx *gorm.DB, bill uuid.UUID, by audit.Actor, why string) error {
	done := tx.Exec(`UPDATE supplier_bills SET aside_at = ?, aside_by = ?, aside_why = ? WHERE id = ? AND aside_at IS NULL`,
		s.Clock.Now(), by.Name, why, bill)
	switch {
	case done.Error != nil:
		return fmt.Errorf("set supplier bill aside: %w", done.Error)
	case done.RowsAffected == 0:
		return errs.New(errs.Conflict, "This bill has been set aside meanwhile. Nothing was changed; look at it again.")
	case s.SetAside == nil:
		return nil
	}
	return s.SetAside(tx, bill)
}

// stand lets a bill that was replaced stand again.
func (s Service) stand(tx *gorm.DB, bill uuid.UUID) error {
	err := tx.Exec(`UPDATE supplier_bills SET aside_at = NULL, aside_by = '', aside_why = '' WHERE id = ?`, bill).Error
	if err != nil {
		return fmt.Errorf("let supplier bill stand again: %w", err)
	}
	return s.received(tx, bill)
}
