package proof

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/plan"
)

// subscriptionRow is one subscription of either side, with what was decided about it.
type subscriptionRow struct {
	ID             uuid.UUID
	IsNew          bool
	CRMAccountID   uuid.UUID `gorm:"column:crm_account_id"`
	ExternalID     string
	ProductName    string
	PartNumber     string
	SKU            string `gorm:"column:sku"`
	State          subscription.State
	TwinHold       bool
	CutoverHold    bool
	ProviderStatus distributor.Status
	FrozenFrom     clock.Date
	BillableFrom   clock.Date
	BilledThrough  clock.Date
	UnitPrice      decimal.NullDecimal
	PricePeriod    money.Period
	Currency       string
	PairID         uuid.NullUUID
	PairKind       pairing.Kind
	PairDay        clock.Date
	Takes          bool
	Strayed        bool
	AccountState   account.State
	Whose          string
	Step           pairing.Step
	Since          time.Time // the run began
}

// Subscriptions that the proof looks at: licences of both providers that have not ended
// long ago, and those in a decision, which stay in the proof of the customer that it is
// about, whoever's they are now. Purchases and usage have no seat-days (RULES 4).
const subscriptionRows = `WITH d AS (SELECT p.*, c.crm_account_id AS whose, c.state AS step FROM cutover_pairs p JOIN cutover_customers c ON c.id = p.customer_id WHERE c.cutover_id = @run AND p.undone_at IS NULL)
	SELECT s.id, s.provider_id = r.new_provider_id AS is_new, coalesce(d.whose, s.crm_account_id) AS crm_account_id, s.external_id, s.product_name,
	coalesce(p.part_number, s.part_number) AS part_number, s.sku, s.state, s.twin_hold, s.cutover_hold, s.provider_status,
	s.frozen_from, s.billable_from, s.billed_through, s.unit_price, s.price_period, s.currency,
	d.id AS pair_id, coalesce(d.kind, '') AS pair_kind, d.day AS pair_day,
	EXISTS (SELECT FROM reassignments m WHERE m.target_id = s.id AND m.undone_at IS NULL AND m.taken) AS takes,
	d.id IS NOT NULL AND s.crm_account_id IS DISTINCT FROM d.whose AS strayed, a.state AS account_state, coalesce(w.name, '') AS whose, coalesce(d.step, '') AS step, r.created_at AS since
	FROM cutovers r JOIN subscriptions s ON s.provider_id IN (r.old_provider_id, r.new_provider_id) AND s.id IN (
		SELECT id FROM subscriptions WHERE crm_account_id = ANY (CAST(@customers AS uuid[]))
		UNION SELECT unnest(ARRAY[old_subscription_id, new_subscription_id]) FROM d WHERE d.whose = ANY (CAST(@customers AS uuid[])))
	JOIN provider_accounts a ON a.id = s.account_id LEFT JOIN crm_accounts w ON w.id = s.crm_account_id
	LEFT JOIN products p ON p.id = s.product_id
	LEFT JOIN d ON s.id IN (d.old_subscription_id, d.new_subscription_id)
	WHERE r.id = @run AND s.kind NOT IN ('one_time', 'usage')
	AND (d.id IS NOT NULL OR s.state <> 'inactive' OR s.deactivated_on >= r.created_at::date - 400)
	ORDER BY crm_account_id, lower(s.product_name), s.id`

func load(ctx context.Context, db *gorm.DB, runID uuid.UUID, customers []uuid.UUID) ([]subscriptionRow, map[uuid.UUID]*side, error) {
	var subs []subscriptionRow
	err := db.WithContext(ctx).Raw(subscriptionRows, map[string]any{"run": runID, "customers": postgres.IDs(customers)}).Scan(&subs).Error
	if err != nil {
		return nil, nil, fmt.Errorf("subscriptions of the proof: %w", err)
	}
	ids := make([]uuid.UUID, len(subs))
	sides := make(map[uuid.UUID]*side, len(subs))
	for i, s := range subs {
		ids[i], sides[s.ID] = s.ID, s.side()
	}
	if err := loadRows(ctx, db, ids, sides); err != nil {
		return nil, nil, err
	}
	for _, s := range subs {
		sides[s.ID].current(s.price())
	}
	return subs, sides, loadBilled(ctx, db, ids, sides)
}

func (s subscriptionRow) side() *side {
	// A new one that had ended and that nobody has spoken of was never billable here.
	foreign := s.IsNew && !s.PairID.Valid && s.State == subscription.Inactive && s.BilledThrough.IsZero()
	return &side{ID: s.ID, Number: s.ExternalID, Since: s.Since, Strayed: s.strayed(), Through: s.BilledThrough, From: s.BillableFrom, Frozen: s.FrozenFrom, Held: s.State == subscription.Held || foreign,
		Asks: s.State == subscription.Held && (s.TwinHold || s.CutoverHold), Over: s.State == subscription.Inactive,
		Running: !plan.Ends(s.ProviderStatus), Takes: s.Takes}
}

// strayed says, of one that is no longer the customer's, what to do; else nothing.
func (s subscriptionRow) strayed() string {
	if !s.Strayed {
		return ""
	}
	return pairing.Side{ExternalID: s.ExternalID, ProductName: s.ProductName}.NoLongerTheirs(s.Whose, s.AccountState, s.Step)
}

func (s subscriptionRow) price() ledger.Amount {
	return ledger.Amount{Value: s.UnitPrice, Period: s.PricePeriod, Currency: s.Currency}
}

// current ends the row of prices with the standing one, where no ledger row tells of it.
func (s *side) current(p ledger.Amount) {
	if len(s.Prices) == 0 && p.Value.Valid {
		s.Prices = []priceFrom{{Price: p}}
	}
}

type ledgerRow struct {
	SubscriptionID uuid.UUID
	Event          ledger.Event
	Reason         ledger.Reason
	EffectiveAt    clock.Date
	RecordedAt     time.Time
	Delta          int
	BillingState   ledger.BillingState
	UnitPrice      decimal.NullDecimal
	PricePeriod    money.Period
	Currency       string
	Before         string // of a price row, as JSON
	Until          clock.Date
	Copied         bool
}

// loadRows fills in what the counted ledger rows tell.
func loadRows(ctx context.Context, db *gorm.DB, ids []uuid.UUID, sides map[uuid.UUID]*side) error {
	var rows []ledgerRow
	err := db.WithContext(ctx).Raw(`SELECT c.subscription_id, c.event, coalesce(c.reason, '') AS reason, c.effective_at, c.recorded_at, c.delta, st.billing_state,
		c.unit_price, c.price_period, c.currency, CASE WHEN c.event = 'price' THEN coalesce(c.details->'price'->'before', 'null')::text ELSE 'null' END AS before, e.until,
		EXISTS (SELECT FROM reassigned_changes m JOIN reassignments r ON r.id = m.reassignment_id AND r.undone_at IS NULL WHERE m.change_id = c.id AND m.role = 'copy') AS copied
		FROM license_changes c JOIN license_change_status st ON st.change_id = c.id LEFT JOIN billed_elsewhere e ON e.change_id = c.id
		WHERE c.subscription_id = ANY (?::uuid[]) AND st.counted ORDER BY c.effective_at, c.seq`, postgres.IDs(ids)).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("ledgers of the proof: %w", err)
	}
	for _, r := range rows {
		if err := sides[r.SubscriptionID].take(r); err != nil {
			return err
		}
	}
	return nil
}

func (s *side) take(r ledgerRow) error {
	if r.Delta != 0 {
		s.Seats = append(s.Seats, ledger.Point{On: r.EffectiveAt, Delta: r.Delta})
	}
	if r.Delta < 0 && r.BillingState == ledger.Open {
		s.Owed = append(s.Owed, ledger.Point{On: r.EffectiveAt, Delta: r.Delta})
	}
	if r.Delta != 0 && r.BillingState == ledger.Archived && !r.Copied {
		s.Lost = append(s.Lost, ledger.Point{On: r.EffectiveAt, Delta: r.Delta})
	}
	if !r.Until.IsZero() && r.Delta > 0 {
		s.Elsewhere = append(s.Elsewhere, stretch{r.EffectiveAt, r.Until, r.Delta})
	}
	switch {
	case r.Event == ledger.Price:
		return s.takePrice(r)
	case r.Event == ledger.Adjust && r.Delta != 0:
		s.Adjusted = append(s.Adjusted, r.EffectiveAt)
	case r.Event == ledger.Deactivate && (r.Reason == ledger.ByPerson || r.Reason == ledger.ByCutover) && !r.Copied:
		if !r.RecordedAt.Before(s.Since) {
			s.ClosedHere = append(s.ClosedHere, r.EffectiveAt)
		}
	}
	if r.Event == ledger.Deactivate && s.Over {
		s.Refunded = r.BillingState != ledger.Archived
	}
	return nil
}

// takePrice notes a price row. What the first one replaced held before it.
func (s *side) takePrice(r ledgerRow) error {
	var before *struct {
		Amount   decimal.Decimal
		Period   money.Period
		Currency string
	}
	if err := json.Unmarshal([]byte(r.Before), &before); err != nil {
		return fmt.Errorf("price row of %s: %w", r.SubscriptionID, err)
	}
	if len(s.Prices) == 0 && before != nil {
		s.Prices = append(s.Prices, priceFrom{Price: ledger.Amount{Value: decimal.NewNullDecimal(before.Amount), Period: before.Period, Currency: before.Currency}})
	}
	s.Prices = append(s.Prices, priceFrom{r.EffectiveAt, ledger.Amount{Value: r.UnitPrice, Period: r.PricePeriod, Currency: r.Currency}})
	return nil
}

// loadBilled fills in the seat-days on live invoices. A credit takes its line's back.
func loadBilled(ctx context.Context, db *gorm.DB, ids []uuid.UUID, sides map[uuid.UUID]*side) error {
	var rows []struct {
		SubscriptionID uuid.UUID
		FromDate       clock.Date
		ToDate         clock.Date
		Seats          int
	}
	err := db.WithContext(ctx).Raw(`SELECT l.subscription_id, l.from_date, l.to_date, l.seats FROM invoice_lines l LEFT JOIN invoice_lines o ON o.id = l.credits_line_id
		WHERE l.subscription_id = ANY (?::uuid[]) AND l.live AND coalesce(o.kind, l.kind) IN ('cycle', 'catch_up')`, postgres.IDs(ids)).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("invoices of the proof: %w", err)
	}
	for _, r := range rows {
		s := sides[r.SubscriptionID]
		s.Billed = append(s.Billed, stretch{r.FromDate, r.ToDate, r.Seats})
	}
	return nil
}
