package contract

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// ErrStale is the cause of a conflict where somebody else saved first.
var ErrStale = errors.New("contract: stale version")

// Service writes contracts, each change in one transaction of its own.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
	Zone  *time.Location // of billing days; nil: UTC
	// Touched runs in the transaction of a change, with the subscriptions that stand
	// in the contract, so that their review is made again. It may be nil.
	Touched func(tx *gorm.DB, subscriptions []uuid.UUID) error
	// Opened runs in the transaction that made or changed a contract: what waits for a
	// default contract of the customer may land now. It may be nil.
	Opened func(tx *gorm.DB, by audit.Actor, crmAccount uuid.UUID) error
	// Moved runs in the transaction that moved the first day of a contract: prices that
	// were filled on it follow. It may be nil.
	Moved func(tx *gorm.DB, by audit.Actor, contract uuid.UUID) error
	// Emptied takes all subscriptions out of a contract that is taken back; they wait for
	// another as before. It may be nil.
	Emptied func(tx *gorm.DB, by audit.Actor, contract uuid.UUID) error
}

func (s Service) today() clock.Date {
	if s.Zone == nil {
		return clock.Today(s.Clock, time.UTC)
	}
	return clock.Today(s.Clock, s.Zone)
}

// Get reads one contract; errs.NotFound when there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Contract, error) {
	return get(db.WithContext(ctx), id, "")
}

func get(db *gorm.DB, id uuid.UUID, lock string) (Contract, error) {
	var found []Contract
	err := db.Raw(`SELECT * FROM billing_contracts WHERE id = ? `+lock, id).Scan(&found).Error
	if err != nil {
		return Contract{}, fmt.Errorf("contract %s: %w", id, err)
	}
	if len(found) == 0 {
		return Contract{}, errs.New(errs.NotFound, "There is no such billing contract.")
	}
	return found[0], nil
}

// DefaultFor gives the contract in which a customer's subscriptions land by
// themselves: the one active contract marked default (RULES 6). None or several: false.
func DefaultFor(db *gorm.DB, crmAccount uuid.UUID) (Contract, bool, error) {
	var found []Contract
	err := db.Raw(`SELECT * FROM billing_contracts WHERE crm_account_id = ? AND active AND is_default LIMIT 2`,
		crmAccount).Scan(&found).Error
	if err != nil {
		return Contract{}, false, fmt.Errorf("default contract of %s: %w", crmAccount, err)
	}
	if len(found) != 1 {
		return Contract{}, false, nil
	}
	return found[0], true, nil
}

// Create makes a contract. What is wrong with the form is errs.Invalid, field by field.
func (s Service) Create(ctx context.Context, by audit.Actor, in Input) (Contract, error) {
	var made Contract
	err := s.DB.InTx(ctx, func(tx *gorm.DB) (err error) {
		made, err = s.createIn(tx, by, in)
		return err
	})
	return made, err
}

func (s Service) createIn(tx *gorm.DB, by audit.Actor, in Input) (Contract, error) {
	terms, err := checked(tx, in, uuid.NullUUID{})
	if err != nil {
		return Contract{}, err
	}
	now := s.Clock.Now()
	made := Contract{ID: uuid.Must(uuid.NewV7()), Terms: terms, Active: true, Version: 1, CreatedAt: now,
		UpdatedAt: now}
	if err := insert(tx, made); err != nil {
		return made, err
	}
	if err := s.opened(tx, by, made); err != nil {
		return made, err
	}
	return made, audit.Record(tx.Statement.Context, tx, s.Clock, by,
		event("contract.created", made, nil, values(made.Terms)))
}

func insert(tx *gorm.DB, c Contract) error {
	return tx.Exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing,
		billing_day,
			price_list_id, start_date, end_date, bill_from, refunds, payment_terms, tax_code, purchase_order,
				recipients, language, renewal, usage_rule, end_refund, is_default, bill_together, active, version,
				created_at,
				updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, c.CRMAccountID, c.Name, c.Currency, c.BillingFrequency, c.Timing, c.BillingDay,
		c.PriceListID, c.StartDate, c.EndDate, c.BillFrom, c.Refunds, c.PaymentTerms, c.TaxCode,
		c.PurchaseOrder, c.Recipients, c.Language, c.Renewal, c.UsageRule, c.EndRefund, c.IsDefault, c.BillTogether,
		c.Active, c.Version, c.CreatedAt, c.UpdatedAt).Error
}

// Edit is a changed form of a contract: the version it was opened at, and its values.
type Edit struct {
	ID      uuid.UUID
	Version int
	Input   Input
}

// Update saves a changed form. When somebody saved in between it is a conflict
// that wraps ErrStale. A form that changes nothing writes nothing.
func (s Service) Update(ctx context.Context, by audit.Actor, e Edit) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error { return s.updateIn(tx, by, e) })
}

func (s Service) updateIn(tx *gorm.DB, by audit.Actor, e Edit) error {
	before, err := get(tx, e.ID, "FOR UPDATE")
	if err != nil {
		return err
	}
	if before.Version != e.Version {
		return errs.Because(errs.Conflict,
			"Somebody else has saved this contract since you opened it. Your values were not saved; "+
				"compare them and save again.", ErrStale)
	}
	after := before
	if after.Terms, err = edited(tx, before, e.Input); err != nil {
		return err
	}
	was, is := difference(before.Terms, after.Terms)
	if len(is) == 0 {
		return nil
	}
	if err := s.saved(tx, by, after, event("contract.changed", after, was, is)); err != nil {
		return err
	}
	if s.Moved == nil || before.StartDate == after.StartDate && before.BillFrom == after.BillFrom {
		return nil
	}
	return s.Moved(tx, by, after.ID)
}

// edited are the terms that a changed form says, where all rules let it. It writes nothing.
func edited(tx *gorm.DB, before Contract, in Input) (Terms, error) {
	t, err := checked(tx, in, before.PriceListID)
	if err != nil {
		return t, err
	}
	if err := frozen(tx, before, t); err != nil {
		return t, err
	}
	if err := settled(tx, before, t); err != nil {
		return t, err
	}
	return t, ending(tx, before, &t, in.EndRefund)
}

// saved writes the terms, has the subscriptions in the contract reviewed again, and tells the trail.
func (s Service) saved(tx *gorm.DB, by audit.Actor, c Contract, e audit.Event) error {
	err := tx.Exec(`UPDATE billing_contracts
		SET crm_account_id = ?, name = ?, currency = ?, billing_frequency = ?, timing = ?,
			billing_day = ?, price_list_id = ?, start_date = ?, end_date = ?, bill_from = ?, refunds = ?,
				payment_terms = ?,
			tax_code = ?, purchase_order = ?, recipients = ?, language = ?, renewal = ?, usage_rule = ?, end_refund = ?,
				is_default = ?, bill_together = ?, active = ?, deactivated_at = ?, version = version + 1,
				updated_at = ? WHERE id = ?`,
		c.CRMAccountID, c.Name, c.Currency, c.BillingFrequency, c.Timing, c.BillingDay, c.PriceListID, c.StartDate,
		c.EndDate,
		c.BillFrom, c.Refunds, c.PaymentTerms, c.TaxCode, c.PurchaseOrder, c.Recipients, c.Language, c.Renewal,
		c.UsageRule, c.EndRefund, c.IsDefault, c.BillTogether, c.Active, c.DeactivatedAt, s.Clock.Now(), c.ID).Error
	if err != nil {
		return postgres.Translate(err)
	}
	if err := s.touched(tx, c.ID); err != nil {
		return err
	}
	if err := s.opened(tx, by, c); err != nil {
		return err
	}
	return audit.Record(tx.Statement.Context, tx, s.Clock, by, e)
}

func (s Service) opened(tx *gorm.DB, by audit.Actor, c Contract) error {
	if s.Opened == nil {
		return nil
	}
	return s.Opened(tx, by, c.CRMAccountID)
}

func (s Service) touched(tx *gorm.DB, contract uuid.UUID) error {
	if s.Touched == nil {
		return nil
	}
	var subscriptions []uuid.UUID
	err := tx.Raw(`SELECT id FROM subscriptions WHERE contract_id = ? AND state <> 'inactive'`,
		contract).Scan(&subscriptions).Error
	if err != nil {
		return fmt.Errorf("subscriptions of contract %s: %w", contract, err)
	}
	if len(subscriptions) == 0 {
		return nil
	}
	return s.Touched(tx, subscriptions)
}
