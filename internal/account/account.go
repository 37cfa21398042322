// Package account keeps the provider accounts: each customer as the distributor
// knows it, and its mapping state. A sync changes the distributor's facts here;
// the mapping itself is decided in the mapping room and stored through Decide.
package account

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// State is where the mapping of an account stands.
type State string

// The mapping states.
const (
	Unmapped State = "unmapped"
	Mapped   State = "mapped"
	Excluded State = "excluded"
)

// Status is the account's standing at the distributor, apart from the mapping (RULES 6).
type Status string

// The standings. Gone: a complete listing lacked it.
const (
	Active       Status = "active"
	Discontinued Status = "discontinued"
	Gone         Status = "gone"
)

// Facts are the distributor's; only a sync or, for a manual provider, a person changes them.
type Facts struct {
	Name       string
	Domain     string
	TenantID   string
	Email      string
	Phone      string
	Street     string
	City       string
	State      string `gorm:"column:state_region"`
	PostalCode string
	Country    string
	Status     Status `gorm:"column:provider_status"`
	StatusText string `gorm:"column:provider_status_text"` // the word as received
}

// Account is one customer as the distributor knows it.
type Account struct {
	ID         uuid.UUID
	ProviderID uuid.UUID
	ExternalID string
	Facts      `gorm:"embedded"`
	GoneAt     *time.Time

	Mapping         State `gorm:"column:state"`
	CRMAccountID    uuid.NullUUID
	ExcludeReason   string
	DecidedBy       string
	DecidedAt       *time.Time
	DecidedWhy      string
	DecidedByPerson bool

	Raw         json.RawMessage `gorm:"type:jsonb"`
	RawHash     string          // of the record's meaning, so that the order of its keys does not matter
	RequestID   string
	Version     int
	FirstSeenAt time.Time
	UpdatedAt   time.Time
}

// TableName is the table of provider accounts.
func (Account) TableName() string { return "provider_accounts" }

// Get reads an account; errs.NotFound if there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Account, error) {
	var a Account
	err := db.WithContext(ctx).Where("id = ?", id).Take(&a).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return a, ErrNone
	}
	return a, err
}

// Lock reads an account for a change, and keeps others from changing it until commit.
func Lock(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Account, error) {
	var a Account
	err := tx.WithContext(ctx).Raw(`SELECT * FROM provider_accounts WHERE id = ? FOR UPDATE`, id).Scan(&a).Error
	if err == nil && a.ID == uuid.Nil {
		return a, ErrNone
	}
	return a, err
}

// ErrNone says that there is no such account.
var ErrNone = errs.New(errs.NotFound, "There is no such provider account.")

// LockAll is Lock for several, in the order of their ids, so that two who want the same never wait in a circle.
// Those that are not there are left out.
func LockAll(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]Account, error) {
	var all []Account
	err := tx.WithContext(ctx).Raw(`SELECT * FROM provider_accounts WHERE id = ANY (?::uuid[]) ORDER BY id FOR UPDATE`,
		postgres.IDs(ids)).Scan(&all).Error
	byID := make(map[uuid.UUID]Account, len(all))
	for _, a := range all {
		byID[a.ID] = a
	}
	return byID, err
}

// ByExternalID reads all accounts of a provider, keyed by the distributor's id.
func ByExternalID(ctx context.Context, db *gorm.DB, providerID uuid.UUID) (map[string]Account, error) {
	byID := map[string]Account{}
	var some []Account // a portion at a time, so that they are not held twice
	err := db.WithContext(ctx).Where("provider_id = ?", providerID).Omit("raw").
		FindInBatches(&some, 1000, func(*gorm.DB, int) error {
			for _, a := range some {
				byID[a.ExternalID] = a
			}
			return nil
		}).Error
	return byID, err
}
