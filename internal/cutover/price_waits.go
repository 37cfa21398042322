package cutover

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/cutover/proof"
	"seatledger/internal/postgres"
)

// PricesTouched notes which new twins wait with a price that another one took the place
// of over the switch and that nobody has acknowledged (RULES 7): invoices leave their
// lines out. It is told of every subscription whose review is made again, as a price
// cannot change without that.
func PricesTouched(clk clock.Clock, zone *time.Location) func(ctx context.Context, tx *gorm.DB,
	touched []uuid.UUID) error {
	return func(ctx context.Context, tx *gorm.DB, touched []uuid.UUID) error {
		var concerned []struct {
			CutoverID    uuid.UUID
			CRMAccountID uuid.UUID `gorm:"column:crm_account_id"`
		}
		err := tx.WithContext(ctx).Raw(`SELECT DISTINCT c.cutover_id, c.crm_account_id FROM cutover_pairs p
			JOIN cutover_customers c ON c.id = p.customer_id
			JOIN cutovers r ON r.id = c.cutover_id AND r.state = 'open'
			WHERE p.kind = 'twin' AND p.undone_at IS NULL
			AND (p.old_subscription_id = ANY (CAST(@ids AS uuid[]))
			OR p.new_subscription_id = ANY (CAST(@ids AS uuid[])))
			ORDER BY 1, 2`, map[string]any{"ids": postgres.IDs(touched)}).Scan(&concerned).Error
		if err != nil {
			return fmt.Errorf("cut-overs of prices: %w", err)
		}
		for _, c := range concerned {
			if err := notePricesThatWait(ctx, tx, c.CutoverID, c.CRMAccountID, clock.Today(clk, zone)); err != nil {
				return err
			}
		}
		return nil
	}
}

// notePricesThatWait stores it for the twins of one customer.
func notePricesThatWait(ctx context.Context, tx *gorm.DB, run, customer uuid.UUID, today clock.Date) error {
	var waiting []uuid.UUID
	err := proof.Each(ctx, tx, run, proof.Filter{Customers: []uuid.UUID{customer}}, today,
		func(c proof.Customer) error {
			for _, p := range c.Products {
				for _, change := range p.Changes {
					if change.By == nil {
						waiting = append(waiting, change.Twins...)
					}
				}
			}
			return nil
		})
	if err != nil {
		return err
	}
	err = tx.WithContext(ctx).Exec(`UPDATE subscriptions s SET price_waits = (s.id = ANY (CAST(@waiting AS uuid[])))
		FROM cutover_pairs p JOIN cutover_customers c ON c.id = p.customer_id
		WHERE c.cutover_id = @run AND c.crm_account_id = @customer AND p.kind = 'twin' AND p.new_subscription_id = s.id
		AND (p.undone_at IS NULL OR s.price_waits) AND s.price_waits <> (s.id = ANY (CAST(@waiting AS uuid[])))`,
		map[string]any{"waiting": postgres.IDs(waiting), "run": run, "customer": customer}).Error
	if err != nil {
		return fmt.Errorf("prices that wait: %w", err)
	}
	return nil
}
