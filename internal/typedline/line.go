package typedline

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
)

// Every is how often a line is billed.
type Every string

// The ways.
const (
	Once  Every = "once"
	Cycle Every = "cycle" // its amount once for each cycle that has a day of it, never a part
)

// Line is what a person typed.
type Line struct {
	ID         uuid.UUID
	ContractID uuid.UUID
	Text       string
	Quantity   decimal.Decimal
	UnitAmount decimal.Decimal
	Currency   string
	TaxCode    string // empty: the contract's
	Every      Every
	FromOn     clock.Date // of once: its day
	UntilOn    clock.Date // first day no longer its own; zero: open
	CreatedAt  time.Time
	CreatedBy  string
	Cost       decimal.NullDecimal // to the reseller, of all of it; not known of what a person typed
	SetAsideAt *time.Time
	SetAsideBy string
	Version    int
}

// Amount is what it comes to each time, rounded to the smallest coin.
func (l Line) Amount() decimal.Decimal {
	return money.Round(l.Quantity.Mul(l.UnitAmount), l.Currency)
}

// Listed is a line with what stands of it on invoices.
type Listed struct {
	Line
	Times  int // how often it stands on live invoices, drafts too
	Billed decimal.Decimal
}

// Of lists the lines of a contract in the order in which they were typed.
func Of(ctx context.Context, db *gorm.DB, contract uuid.UUID) ([]Listed, error) {
	var all []Listed
	err := db.WithContext(ctx).Raw(`
		SELECT t.*, s.times, s.billed FROM typed_lines t CROSS JOIN LATERAL (
			SELECT count(*) FILTER (WHERE l.standing
			AND l.kind = 'typed') AS times, coalesce(sum(l.amount), 0) AS billed
			FROM invoice_lines l WHERE l.typed_line_id = t.id AND l.live) s
		WHERE t.contract_id = ? ORDER BY t.seq`, contract).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("typed lines of contract %s: %w", contract, err)
	}
	return all, nil
}

// Get reads a line of a contract; errs.NotFound when it has no such line.
func Get(ctx context.Context, db *gorm.DB, contract, id uuid.UUID) (Line, error) {
	var found []Line
	if err := db.WithContext(ctx).Raw(`SELECT * FROM typed_lines WHERE id = ? AND contract_id = ?`, id,
		contract).Scan(&found).Error; err != nil {
		return Line{}, fmt.Errorf("typed line %s: %w", id, err)
	}
	if len(found) == 0 {
		return Line{}, errs.New(errs.NotFound, "This contract has no such line. Nothing was changed.")
	}
	return found[0], nil
}
