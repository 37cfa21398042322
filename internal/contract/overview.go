package contract

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// Standings are the subscriptions that stand in a contract, counted.
type Standings struct {
	Active   int
	Held     int
	Inactive int
	Unpriced int // active or held, without a price
	// Monthly is what the active ones cost the customer in a month, by currency;
	// one-time prices are left out (RULES 5).
	Monthly []Amount `gorm:"-"`
}

// Amount is a sum in one currency.
type Amount struct {
	Currency string
	Sum      decimal.Decimal
}

// Standing counts the subscriptions in a contract.
func Standing(db *gorm.DB, contract uuid.UUID) (Standings, error) {
	var s Standings
	err := db.Raw(`SELECT count(*) FILTER (WHERE state = 'active') AS active,
		count(*) FILTER (WHERE state = 'held') AS held,
			count(*) FILTER (WHERE state = 'inactive') AS inactive, count(*) FILTER (WHERE state <> 'inactive'
			AND unit_price IS NULL) AS unpriced
		FROM subscriptions WHERE contract_id = ?`, contract).Scan(&s).Error
	if err != nil {
		return s, fmt.Errorf("subscriptions of contract %s: %w", contract, err)
	}
	err = db.Raw(`SELECT currency, sum(billable_quantity * unit_price /
			CASE price_period WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 WHEN 'year' THEN 12 WHEN 'three_years'
			THEN 36 END) AS sum
		FROM subscriptions WHERE contract_id = ? AND state = 'active' AND unit_price IS NOT NULL
			AND price_period IN ('month', 'quarter', 'year', 'three_years') GROUP BY currency
			ORDER BY currency`, contract).Scan(&s.Monthly).Error
	if err != nil {
		return s, fmt.Errorf("monthly sum of contract %s: %w", contract, err)
	}
	return s, nil
}

// Overview is a contract with what its page shows beside it.
type Overview struct {
	Contract
	CRMAccount    string
	PriceList     string
	OtherDefaults int // other active contracts of the customer marked default
	Older         int // of what stands in it, active or held, began before the first billed day
	Standings     Standings
	Subscriptions []Subscription
}

// Subscription is one that stands in the contract.
type Subscription struct {
	ID          uuid.UUID
	ExternalID  string
	Product     string
	PartNumber  string
	Quantity    int
	UnitPrice   decimal.NullDecimal
	PricePeriod string
	Currency    string
	State       string
	Review      string
}

// shown is how many subscriptions the contract's page lists; the rest is a link.
const shown = 50

// Look reads a contract for its page; errs.NotFound when there is none.
func Look(ctx context.Context, db *gorm.DB, id uuid.UUID) (Overview, error) {
	db = db.WithContext(ctx)
	c, err := get(db, id, "")
	if err != nil {
		return Overview{}, err
	}
	o := Overview{Contract: c}
	if o.Standings, err = Standing(db, id); err != nil {
		return o, err
	}
	err = db.Raw(`SELECT a.name, coalesce(l.name, ''), (SELECT count(*) FROM billing_contracts o
			WHERE o.crm_account_id = c.crm_account_id AND o.id <> c.id AND o.active AND o.is_default),
			(SELECT count(*) FROM subscriptions s WHERE s.contract_id = c.id AND s.state <> 'inactive'
				AND s.start_date < c.bill_from)
		FROM billing_contracts c JOIN crm_accounts a ON a.id = c.crm_account_id LEFT
		JOIN price_lists l ON l.id = c.price_list_id
		WHERE c.id = ?`, id).Row().Scan(&o.CRMAccount, &o.PriceList, &o.OtherDefaults, &o.Older)
	if err != nil {
		return o, fmt.Errorf("contract %s: %w", id, err)
	}
	err = db.Raw(`SELECT s.id, s.external_id, s.product_name AS product, s.part_number, s.quantity, s.unit_price,
		s.price_period, s.currency,
			s.state, coalesce(s.review, '') AS review
		FROM subscriptions s WHERE s.contract_id = ? ORDER BY s.state = 'inactive', lower(s.product_name), s.id
		LIMIT ?`, id, shown).Scan(&o.Subscriptions).Error
	if err != nil {
		return o, fmt.Errorf("subscriptions of contract %s: %w", id, err)
	}
	return o, nil
}
