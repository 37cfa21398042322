package invoice

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

// Kind is what sort of invoice it is.
type Kind string

// The kinds of invoices.
const (
	FullCycle Kind = "full_cycle"
	ChangeLog Kind = "change_log" // mid-term: what changed since, up to where the contract is billed
	Credit    Kind = "credit"     // money back for lines that can no longer be voided
)

// State is how far an invoice has come.
type State string

// The states.
const (
	Draft  State = "draft"
	Billed State = "billed"
	Paid   State = "paid"
	Void   State = "void"
)

// Invoice is one stored invoice.
type Invoice struct {
	ID           uuid.UUID
	Seq          int64
	NumberText   string // the number as it is written; empty: a draft
	Number       *int64 // given at billing, without gaps; kept by a void
	ContractID   uuid.UUID
	CRMAccountID uuid.UUID `gorm:"column:crm_account_id"`
	Kind         Kind
	State        State
	Currency     string
	Total        decimal.Decimal
	PeriodStart  clock.Date // what its lines cover, to PeriodEnd
	PeriodEnd    clock.Date
	RunTo        clock.Date // day up to which its run billed
	PaymentTerms string
	TaxCode      string
	CreditsID    uuid.NullUUID
	SharedID     uuid.NullUUID // drafts that have the same are billed together
	DocumentOf   uuid.NullUUID // the invoice whose number and document it shares; none: its own
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

// Locked reads an invoice for a change: its contract first, as every run does, so
// that nobody waits for another in a circle. version 0: not asked.
func Locked(ctx context.Context, tx *gorm.DB, id uuid.UUID, version int) (Invoice, error) {
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

// LockContract keeps the contract from another run, and its subscriptions from any change, until commit.
func LockContract(ctx context.Context, tx *gorm.DB, id uuid.UUID) error {
	for _, sql := range []string{
		`SELECT FROM billing_contracts WHERE id = ? FOR NO KEY UPDATE`,
		`SELECT FROM subscriptions WHERE id IN (SELECT subscription_id FROM contract_stays WHERE contract_id = ?
			AND NOT set_aside)
			ORDER BY id FOR NO KEY UPDATE`,
	} {
		if err := tx.WithContext(ctx).Exec(sql, id).Error; err != nil {
			return fmt.Errorf("lock contract %s: %w", id, err)
		}
	}
	return nil
}
