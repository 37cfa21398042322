package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
)

// Overview is what hangs on an account, for its page.
type Overview struct {
	Account
	Provider       string
	Connector      string
	ProviderActive bool
	CRMAccount     string
	CRMExternalID  string
	Subscriptions  []Holding // at most HoldingsShown, active ones first
	Holdings       int       // how many there are
	Unreadable     []Unreadable
	LastResult     *SyncResult // nil: no run has noted anything about it
	RawText        string      // the record as received, set out for reading
}

// HoldingsShown is how many subscriptions the overview lists.
const HoldingsShown = 50

// Holding is a subscription of the account.
type Holding struct {
	ID           uuid.UUID
	ExternalID   string
	Product      string
	PartNumber   string
	Quantity     int
	State        string
	HoldReason   string
	ContractID   uuid.NullUUID
	Contract     string
	UnitPrice    decimal.NullDecimal
	PricePeriod  string
	Currency     string
	UnitCost     decimal.NullDecimal
	CostPeriod   string
	CostCurrency string
	EndDate      clock.Date
	Review       string
}

// Unreadable is a record of the account's listing that could not be read and waits for a person.
type Unreadable struct {
	ExternalID string
	Reason     string
	Raw        string
	FirstSeen  time.Time
}

// SyncResult is what the last run that noted something about the account came to.
type SyncResult struct {
	RunID     uuid.UUID
	Kind      string
	Outcome   string // changed, failed, held
	Cause     string
	Advice    string
	RequestID string
	Added     int
	Changed   int
	Unchanged int
	Gone      int
	Held      int
	At        time.Time
}

// Look reads an account with what hangs on it; errs.NotFound when there is none.
func Look(ctx context.Context, db *gorm.DB, id uuid.UUID) (Overview, error) {
	db = db.WithContext(ctx)
	a, err := Get(ctx, db, id)
	if err != nil {
		return Overview{}, err
	}
	o := Overview{Account: a}
	for _, read := range []func(*gorm.DB) error{o.readNames, o.readSubscriptions, o.readUnreadable, o.readLastResult} {
		if err := read(db); err != nil {
			return Overview{}, fmt.Errorf("account %s: %w", id, err)
		}
	}
	return o, nil
}

func (o *Overview) readNames(db *gorm.DB) error {
	row := db.Raw(`SELECT p.name, p.connector, p.active, coalesce(c.name, ''), coalesce(c.external_id, ''),
		coalesce(jsonb_pretty(a.raw), '')
		FROM provider_accounts a JOIN providers p ON p.id = a.provider_id LEFT
		JOIN crm_accounts c ON c.id = a.crm_account_id WHERE a.id = ?`, o.ID).Row()
	return row.Scan(&o.Provider, &o.Connector, &o.ProviderActive, &o.CRMAccount, &o.CRMExternalID, &o.RawText)
}

func (o *Overview) readSubscriptions(db *gorm.DB) error {
	err := db.Raw(`SELECT s.id, s.external_id, s.product_name AS product, s.part_number, s.quantity, s.state,
		coalesce(s.hold_reason, '') AS hold_reason,
			s.contract_id, coalesce(b.name, '') AS contract, s.unit_price, s.price_period, s.currency, s.unit_cost,
				s.cost_period, s.cost_currency,
			s.end_date, coalesce(s.review, '') AS review
		FROM subscriptions s LEFT JOIN billing_contracts b ON b.id = s.contract_id WHERE s.account_id = ?
		ORDER BY s.state = 'inactive', lower(s.product_name), s.id
		LIMIT ?`, o.ID, HoldingsShown).Scan(&o.Subscriptions).Error
	if err != nil {
		return err
	}
	return db.Raw(`SELECT count(*) FROM subscriptions WHERE account_id = ?`, o.ID).Scan(&o.Holdings).Error
}

func (o *Overview) readUnreadable(db *gorm.DB) error {
	return db.Raw(`SELECT external_id, reason, raw, first_seen FROM unreadable_records
		WHERE provider_id = ? AND resolved_at IS NULL AND (account_id = ? OR account_id IS NULL AND external_id = ?)
		ORDER BY first_seen DESC, id LIMIT 50`, o.ProviderID, o.ID, o.ExternalID).Scan(&o.Unreadable).Error
}

func (o *Overview) readLastResult(db *gorm.DB) error {
	var found []SyncResult
	err := db.Raw(`SELECT x.run_id, r.kind, x.outcome, x.cause, x.advice, x.request_id, x.added, x.changed, x.unchanged,
		x.gone, x.held, x.at
		FROM sync_run_accounts x JOIN sync_runs r ON r.id = x.run_id WHERE x.account_id = ? ORDER BY x.at DESC
		LIMIT 1`, o.ID).Scan(&found).Error
	if len(found) > 0 {
		o.LastResult = &found[0]
	}
	return err
}
