package list

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/money"
	"seatledger/internal/subscription"
)

// Options are what a person may choose for one subscription.
type Options struct {
	Customer  Named   // that its account is mapped to; without an id where it is not
	Contracts []Named // active ones of the customer that its account is mapped to
	Prices    []Price // of its product in its contract's price list
}

// Price is an item of a price list.
type Price struct {
	ID        uuid.UUID
	UnitPrice decimal.Decimal
	Unit      money.Period
	Currency  string
	Term      string
	Frequency string
	From      clock.Date
	To        clock.Date // first day on which it is no longer in force; zero: open
}

// OptionsOf reads what may be chosen for a subscription.
func OptionsOf(ctx context.Context, db *gorm.DB, id uuid.UUID) (Options, error) {
	var o Options
	err := db.WithContext(ctx).Raw(`SELECT b.id, b.name FROM subscriptions s
		JOIN provider_accounts a ON a.id = s.account_id
		JOIN billing_contracts b ON b.crm_account_id = a.crm_account_id AND b.active WHERE s.id = ?
		ORDER BY lower(b.name)`, id).Scan(&o.Contracts).Error
	if err != nil {
		return o, fmt.Errorf("contracts to choose: %w", err)
	}
	err = db.WithContext(ctx).Raw(`SELECT c.id, c.name FROM subscriptions s
		JOIN provider_accounts a ON a.id = s.account_id JOIN crm_accounts c ON c.id = a.crm_account_id
		WHERE s.id = ?`, id).Scan(&o.Customer).Error
	if err != nil {
		return o, fmt.Errorf("customer of a subscription: %w", err)
	}
	err = db.WithContext(ctx).Raw(`SELECT i.id, i.unit_price, i.unit, l.currency, i.term,
		i.billing_frequency AS frequency, i.effective_from AS "from", i.effective_to AS "to"
		FROM subscriptions s JOIN billing_contracts b ON b.id = s.contract_id
		JOIN price_lists l ON l.id = b.price_list_id AND l.currency = b.currency
		JOIN price_list_items i ON i.price_list_id = l.id AND i.product_id = s.product_id
		WHERE s.id = ? ORDER BY i.term <> s.term, i.billing_frequency <> s.billing_frequency,
			i.effective_from DESC`, id).Scan(&o.Prices).Error
	if err != nil {
		return o, fmt.Errorf("prices to choose: %w", err)
	}
	return o, nil
}

// LatestRun is when a distributor was last read for a subscription, and by which run.
type LatestRun struct {
	RunID uuid.UUID
	At    time.Time
	State string
}

// LastRead is the last finished sync of the provider's subscriptions; false when there was none.
func LastRead(ctx context.Context, db *gorm.DB, s subscription.Subscription) (LatestRun, bool, error) {
	var found []LatestRun
	err := db.WithContext(ctx).Raw(`SELECT id AS run_id, finished_at AS at, state FROM sync_runs
		WHERE provider_id = ? AND kind = 'subscriptions' AND (account_id IS NULL OR account_id = ?)
		AND finished_at IS NOT NULL
		ORDER BY requested_at DESC LIMIT 1`, s.ProviderID, s.AccountID).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return LatestRun{}, false, err
	}
	return found[0], true, nil
}
