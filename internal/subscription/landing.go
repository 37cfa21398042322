package subscription

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/subscription/plan"
)

// ground is a contract that subscriptions may land in.
type ground struct {
	ID           uuid.UUID
	CRMAccountID uuid.UUID
	Name         string
	PriceListID  uuid.NullUUID
	Currency     string
	BillFrom     clock.Date
	Active       bool
}

const groundColumns = `id, crm_account_id, name, price_list_id, currency, bill_from, active`

// defaultGround is the one active contract of a customer that is marked default;
// nil when there is none, or when several leave the choice to a person (RULES 6).
func defaultGround(ctx context.Context, db *gorm.DB, crmAccountID uuid.UUID) (*ground, error) {
	var found []ground
	err := db.WithContext(ctx).Raw(`SELECT `+groundColumns+` FROM billing_contracts
		WHERE crm_account_id = ? AND active AND is_default LIMIT 2`, crmAccountID).Scan(&found).Error
	if err != nil || len(found) != 1 {
		return nil, err
	}
	return &found[0], nil
}

func groundOf(ctx context.Context, db *gorm.DB, contractID uuid.UUID) (*ground, error) {
	var found []ground
	err := db.WithContext(ctx).Raw(`SELECT `+groundColumns+` FROM billing_contracts WHERE id = ?`,
		contractID).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// item is a price list item as far as landing needs it.
type item struct {
	N         int
	ID        uuid.UUID
	UnitPrice decimal.Decimal
	Unit      money.Period
	Currency  string
	TakeList  bool // the contract takes the list's price at a renewal
}

func (i item) price() ledger.Amount {
	return ledger.Amount{Value: decimal.NewNullDecimal(i.UnitPrice), Period: i.Unit, Currency: i.Currency}
}

// fill is the price as it is entered by itself.
func (i item) fill() *plan.Fill { return &plan.Fill{Price: i.price(), ItemID: i.ID} }

// pricing asks for the item of a product, term and frequency that is in force on a
// day, in a contract's list and currency (RULES 5).
type pricing struct {
	N          int           `json:"n"`
	ContractID uuid.UUID     `json:"contract_id"`
	ProductID  uuid.NullUUID `json:"product_id"`
	Term       string        `json:"term"`
	Frequency  string        `json:"frequency"`
	On         string        `json:"day"`
}

// pricingOf asks for a subscription's item as of the start of its current term; as
// of today where no start is known.
func pricingOf(n int, contractID uuid.UUID, s Subscription, today clock.Date) pricing {
	on := s.TermStart
	if on.IsZero() {
		on = today
	}
	return pricing{N: n, ContractID: contractID, ProductID: s.ProductID, Term: string(s.Term),
		Frequency: string(s.Frequency), On: on.String()}
}

// itemsInForce answers all askings in one query, by their number; what has no item is not among the answers.
func itemsInForce(ctx context.Context, db *gorm.DB, asked []pricing) (map[int]item, error) {
	if len(asked) == 0 {
		return nil, nil
	}
	doc, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	var found []item
	err = db.WithContext(ctx).Raw(`
		SELECT DISTINCT ON (w.n) w.n, i.id, i.unit_price, i.unit, l.currency, b.renewal = 'list' AS take_list
		FROM jsonb_to_recordset(?::jsonb) AS w (n integer, contract_id uuid, product_id uuid, term text, frequency text,
			day date)
		JOIN billing_contracts b ON b.id = w.contract_id
		JOIN price_lists l ON l.id = b.price_list_id AND l.currency = b.currency
		JOIN price_list_items i ON i.price_list_id = l.id AND i.product_id = w.product_id AND i.term = w.term
		AND i.billing_frequency = w.frequency
		WHERE i.effective_from <= w.day AND (i.effective_to IS NULL OR i.effective_to > w.day)
		ORDER BY w.n, i.effective_from DESC`, string(doc)).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("prices in force: %w", err)
	}
	byN := make(map[int]item, len(found))
	for _, i := range found {
		byN[i.N] = i
	}
	return byN, nil
}
