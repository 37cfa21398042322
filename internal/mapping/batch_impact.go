package mapping

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// Gain is what accepting a number of suggestions brings.
type Gain struct {
	Accounts      int
	Subscriptions int
	Seats         int
	Landing       int // subscriptions of customers with exactly one default contract
	Contracts     int
	Without       int       // accounts whose customer has no contract to land in
	Cost          []Monthly `gorm:"-"` // per month, of what is not ended
	Twins         int       // subscriptions that would be held: another provider has the same product there
}

// GainOf counts what a preview would bring.
func GainOf(ctx context.Context, db *gorm.DB, offers []Offer) (Gain, error) {
	g := Gain{Accounts: len(offers)}
	contracts := map[uuid.UUID]bool{}
	accounts, customers := make([]uuid.UUID, len(offers)), make([]uuid.UUID, len(offers))
	for i, o := range offers {
		accounts[i], customers[i] = o.ID, o.CRMAccountID.UUID
		g.Subscriptions += o.Subscriptions
		if o.ContractID.Valid {
			contracts[o.ContractID.UUID] = true
			g.Landing += o.Subscriptions
		} else {
			g.Without++
		}
	}
	g.Contracts = len(contracts)
	if err := g.readSeats(ctx, db, accounts); err != nil {
		return g, err
	}
	err := db.WithContext(ctx).Raw(`SELECT count(*) FROM unnest(?::uuid[], ?::uuid[]) AS w (account_id, crm_account_id)
		JOIN subscriptions s ON s.account_id = w.account_id AND s.state <> 'inactive'
		WHERE NOT s.no_twin AND s.product_id IS NOT NULL
		AND EXISTS (SELECT FROM subscriptions t WHERE t.crm_account_id = w.crm_account_id
		AND t.product_id = s.product_id AND t.provider_id <> s.provider_id AND t.state = 'active')`,
		postgres.IDs(accounts), postgres.IDs(customers)).Scan(&g.Twins).Error
	return g, err
}

func (g *Gain) readSeats(ctx context.Context, db *gorm.DB, accounts []uuid.UUID) error {
	var rows []struct {
		Seats    int
		Currency string
		Amount   decimal.NullDecimal
	}
	err := db.WithContext(ctx).Raw(`SELECT sum(quantity) AS seats, cost_currency AS currency,
			sum(unit_cost * quantity / CASE cost_period WHEN 'quarter' THEN 3 WHEN 'year' THEN 12 WHEN 'three_years'
			THEN 36 ELSE 1 END) FILTER (WHERE cost_period NOT IN ('', 'once')) AS amount
		FROM subscriptions WHERE account_id = ANY(?::uuid[]) AND state <> 'inactive' GROUP BY cost_currency
		ORDER BY cost_currency`, postgres.IDs(accounts)).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("seats of the preview: %w", err)
	}
	for _, r := range rows {
		g.Seats += r.Seats
		if r.Amount.Valid && r.Currency != "" {
			g.Cost = append(g.Cost, Monthly{Currency: r.Currency, Amount: r.Amount.Decimal})
		}
	}
	return nil
}
