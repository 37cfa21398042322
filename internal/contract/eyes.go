package contract

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/foureyes"
	"seatledger/internal/words"
)

// endPasses asks for a second person before a contract is deactivated: what stands in it is billed no more, as though
// many were retired.
func (s Service) endPasses(ctx context.Context, tx *gorm.DB, by audit.Actor, c Contract) error {
	var rows []struct {
		ID uuid.UUID
		foureyes.Brings
	}
	err := tx.Raw(`SELECT id, currency, price_period AS period, unit_price, billable_quantity AS seats
		FROM subscriptions WHERE contract_id = ? AND state <> 'inactive' ORDER BY id`, c.ID).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("what a contract brings in: %w", err)
	}
	all := make([]foureyes.Brings, len(rows))
	for i, r := range rows {
		all[i] = r.Brings
	}
	d := foureyes.Ends(all)
	d.ObjectType, d.ObjectID, d.ObjectName = "contract", c.ID.String(), c.Name
	d.Facts = []foureyes.Fact{{Term: "Deed", Value: "deactivate the contract"},
		{Term: "Subscriptions billed no more", Value: words.Count(len(rows))}}
	d.Digest = foureyes.Digest(d.Kind, "contract", c.ID, rows)
	return foureyes.Pass(ctx, tx, s.Clock, by, d)
}
