package difference

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// Service compares bills and keeps what is decided about their differences.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
	Zone  *time.Location
	Log   *slog.Logger
	// Enqueue puts the job of a comparison into the queue, in the transaction that asks for it.
	Enqueue func(ctx context.Context, tx *gorm.DB, job Job, delay time.Duration) error
	// Touched runs in the transaction that has changed the ledger of a subscription. It may be nil.
	Touched func(tx *gorm.DB, subscription uuid.UUID) error
}

// Job compares a bill.
type Job struct {
	BillID uuid.UUID `json:"bill_id"`
}

// Kind names the job in the queue.
func (Job) Kind() string { return "compare_bill" }

// Tolerance is what an amount may be off for each seat.
var Tolerance = decimal.RequireFromString("0.01")

func (s Service) today() clock.Date { return clock.Today(s.Clock, s.Zone) }

// Ask has a bill compared, in the transaction that received it, set it aside, or changed what it is compared with.
// The other bills whose days it shares are compared again with it.
func (s Service) Ask(ctx context.Context, tx *gorm.DB, bill uuid.UUID) error {
	var bills []uuid.UUID
	err := tx.WithContext(ctx).Raw(`SELECT o.id FROM supplier_bills b JOIN supplier_bills o
			ON o.id = b.id OR o.aside_at IS NULL AND o.provider_id IS NOT DISTINCT FROM b.provider_id
				AND o.from_on < b.to_on AND o.to_on > b.from_on
		WHERE b.id = ? ORDER BY o.id = b.id DESC, o.id`, bill).Scan(&bills).Error
	if err != nil {
		return fmt.Errorf("bills beside bill %s: %w", bill, err)
	}
	for _, id := range bills {
		if err := s.ask(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

func (s Service) ask(ctx context.Context, tx *gorm.DB, bill uuid.UUID) error {
	err := tx.WithContext(ctx).Exec(`INSERT INTO supplier_comparisons (bill_id, asked_at) VALUES (?, ?)
		ON CONFLICT (bill_id) DO UPDATE SET asked = supplier_comparisons.asked + 1, asked_at = excluded.asked_at`,
		bill, s.Clock.Now()).Error
	if err != nil {
		return fmt.Errorf("ask for the comparison of bill %s: %w", bill, err)
	}
	if s.Enqueue == nil {
		return nil
	}
	return s.Enqueue(ctx, tx, Job{BillID: bill}, 0)
}

// mostWaiting is how many bills one look takes up.
const mostWaiting = 20

// Watch takes up comparisons that were asked for and whose job was lost.
func (s Service) Watch(ctx context.Context) error {
	var bills []uuid.UUID
	err := s.DB.Read(ctx).Raw(`SELECT bill_id FROM supplier_comparisons WHERE done < asked AND asked_at < ?
		ORDER BY asked_at LIMIT ?`, s.Clock.Now().Add(-lostAfter), mostWaiting).Scan(&bills).Error
	if err != nil {
		return fmt.Errorf("bills that wait for their comparison: %w", err)
	}
	var failed []error
	for _, id := range bills {
		failed = append(failed, s.Compare(ctx, id))
	}
	return errors.Join(failed...)
}

// Invoiced has bills compared again on whose days an invoice was made, or voided, since they were: what waited to be
// billed may have been.
func (s Service) Invoiced(ctx context.Context) error {
	var bills []uuid.UUID
	err := s.DB.Read(ctx).Raw(`SELECT c.bill_id FROM supplier_comparisons c JOIN supplier_bills b ON b.id = c.bill_id
		WHERE b.aside_at IS NULL AND c.done = c.asked AND EXISTS (SELECT FROM invoices i
			WHERE greatest(i.drafted_at, i.issued_at, i.voided_at) > c.compared_at AND i.period_start < c.to_on
				AND i.period_end > c.from_on)
		ORDER BY c.compared_at LIMIT ?`, mostWaiting).Scan(&bills).Error
	if err != nil {
		return fmt.Errorf("bills whose days were invoiced: %w", err)
	}
	for _, id := range bills {
		if err := s.DB.InTx(ctx, func(tx *gorm.DB) error { return s.ask(ctx, tx, id) }); err != nil {
			return err
		}
	}
	return nil
}

// lostAfter is how long a job is waited for.
const lostAfter = 2 * time.Minute
