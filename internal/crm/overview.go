package crm

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Overview is what hangs on an account.
type Overview struct {
	Account
	Parent    *Choice
	Children  []Choice
	Providers []ProviderAccount
	Contracts []Contract
	Held      int // subscriptions by state
	Active    int
	Inactive  int
}

// ProviderAccount is an account at a distributor that is mapped to this one.
type ProviderAccount struct {
	ID             uuid.UUID
	ProviderID     uuid.UUID
	Provider       string
	ExternalID     string
	Name           string
	ProviderStatus string
	Subscriptions  int
}

// Contract is a billing contract of the account.
type Contract struct {
	ID            uuid.UUID
	Name          string
	Currency      string
	Active        bool
	IsDefault     bool
	Subscriptions int // not inactive
}

// Look reads an account with what hangs on it; errs.NotFound when there is none.
func Look(ctx context.Context, db *gorm.DB, id uuid.UUID) (Overview, error) {
	db = db.WithContext(ctx)
	a, err := Get(ctx, db, id)
	if err != nil {
		return Overview{}, err
	}
	o := Overview{Account: a}
	for _, read := range []func(*gorm.DB) error{o.readFamily, o.readProviders, o.readContracts, o.countSubscriptions} {
		if err := read(db); err != nil {
			return Overview{}, fmt.Errorf("crm account %s: %w", id, err)
		}
	}
	return o, nil
}

func (o *Overview) readFamily(db *gorm.DB) error {
	if o.ParentID.Valid {
		p, err := Get(db.Statement.Context, db, o.ParentID.UUID)
		if err != nil {
			return err
		}
		o.Parent = &Choice{ID: p.ID, Name: p.Name, ExternalID: p.ExternalID}
	}
	return db.Raw(`SELECT id, name, coalesce(external_id, '') AS external_id FROM crm_accounts
		WHERE parent_id = ? ORDER BY lower(name), id`, o.ID).Scan(&o.Children).Error
}

func (o *Overview) readProviders(db *gorm.DB) error {
	return db.Raw(`SELECT a.id, a.provider_id, p.name AS provider, a.external_id, a.name, a.provider_status,
			(SELECT count(*) FROM subscriptions s WHERE s.account_id = a.id) AS subscriptions
		FROM provider_accounts a JOIN providers p ON p.id = a.provider_id
		WHERE a.crm_account_id = ? ORDER BY lower(p.name), a.id`, o.ID).Scan(&o.Providers).Error
}

func (o *Overview) readContracts(db *gorm.DB) error {
	return db.Raw(`SELECT c.id, c.name, c.currency, c.active, c.is_default,
			(SELECT count(*) FROM subscriptions s WHERE s.contract_id = c.id AND s.state <> 'inactive') AS subscriptions
		FROM billing_contracts c WHERE c.crm_account_id = ?
		ORDER BY c.active DESC, lower(c.name), c.id`, o.ID).Scan(&o.Contracts).Error
}

func (o *Overview) countSubscriptions(db *gorm.DB) error {
	return db.Raw(`SELECT count(*) FILTER (WHERE state = 'held'), count(*) FILTER (WHERE state = 'active'),
			count(*) FILTER (WHERE state = 'inactive') FROM subscriptions WHERE crm_account_id = ?`, o.ID).
		Row().Scan(&o.Held, &o.Active, &o.Inactive)
}
