package billing

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
)

// Invoice is one stored invoice.
type Invoice struct {
	ID           uuid.UUID
	Seq          int64
	NumberText   string // the number as it is written; empty: a draft
	Number       *int64 // given at billing, without gaps; kept by a void
	ContractID   uuid.UUID
	CRMAccountID uuid.UUID `gorm:"column:crm_account_id"`
	Kind         RunKind
	State        State
	Currency     string
	Total        decimal.Decimal
	PeriodStart  clock.Date // what its lines cover, to PeriodEnd
	PeriodEnd    clock.Date
	RunTo        clock.Date // day up to which its run billed
	PaymentTerms string
	TaxCode      string
	CreditsID    uuid.NullUUID
	Note         string
	DraftedBy    string
	DraftedAt    time.Time
	IssuedAt     *time.Time
	PaidAt       *time.Time
	VoidedAt     *time.Time
	VoidReason   string
	Version      int
}

// Called names the invoice: its number, or that it is a draft.
func (i Invoice) Called() string {
	if i.NumberText == "" {
		return "Draft invoice"
	}
	if i.Kind == Credit || i.Total.IsNegative() {
		return "Credit note " + i.NumberText
	}
	return "Invoice " + i.NumberText
}

// Get reads one invoice; errs.NotFound when there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Invoice, error) {
	return get(ctx, db, id, "")
}

func get(ctx context.Context, db *gorm.DB, id uuid.UUID, lock string) (Invoice, error) {
	var found []Invoice
	if err := db.WithContext(ctx).Raw(`SELECT * FROM invoices WHERE id = ? `+lock, id).Scan(&found).Error; err != nil {
		return Invoice{}, fmt.Errorf("invoice %s: %w", id, err)
	}
	if len(found) == 0 {
		return Invoice{}, errs.New(errs.NotFound, "There is no such invoice.")
	}
	return found[0], nil
}

// locked reads an invoice for a change: its contract first, as every run does, so
// that nobody waits for another in a circle. version 0: not asked.
func locked(ctx context.Context, tx *gorm.DB, id uuid.UUID, version int) (Invoice, error) {
	i, err := Get(ctx, tx, id)
	if err != nil {
		return i, err
	}
	if err := tx.WithContext(ctx).Exec(`SELECT FROM billing_contracts WHERE id = ? FOR NO KEY UPDATE`,
		i.ContractID).Error; err != nil {
		return i, fmt.Errorf("lock contract of invoice %s: %w", id, err)
	}
	if i, err = get(ctx, tx, id, "FOR UPDATE"); err != nil {
		return i, err
	}
	if version != 0 && version != i.Version {
		return i, errs.Newf(errs.Conflict,
			"Somebody changed this invoice while you were at it; it is %s now. Nothing was done.", i.State)
	}
	return i, nil
}
