// Package dialect keeps what people correct of our guesses about one provider's wire:
// versions, the dry run of each, which one is in force, and what the last run saw of the
// wire. It decides what a dialect may say. It knows the port and no connector, no record
// of a customer and no screen.
package dialect

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Service is what the room needs beyond a transaction.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
	// Wire says what a connector reads under which names of ours.
	Wire func(connector string) distributor.Wire
	// SetEndDate writes what an end date means to the provider, its one home, in the transaction that takes a version.
	SetEndDate func(tx *gorm.DB, providerID uuid.UUID, means string) error
	// EndDate reads it.
	EndDate func(ctx context.Context, db *gorm.DB, providerID uuid.UUID) (string, error)
}

// Version is one dialect of a provider. Number 0 is our own reading, where nobody has corrected anything.
type Version struct {
	ProviderID uuid.UUID
	Number     int
	Document   json.RawMessage `gorm:"type:jsonb"`
	EndDate    string          // what an end date means where a record does not tell; empty: the records decide
	Note       string
	MadeAt     time.Time
	MadeBy     string
	InForce    bool
	Since      *time.Time // when it was taken last
	TakenBy    string
}

// Dialect is what the version says to a connector.
func (v Version) Dialect() (distributor.Dialect, error) {
	var d distributor.Dialect
	if len(v.Document) == 0 {
		return d, nil
	}
	err := json.Unmarshal(v.Document, &d)
	return d, err
}

const versions = `SELECT d.provider_id, d.number, d.document, d.end_date, d.note, d.made_at, d.made_by,
		u.at AS since, coalesce(u.by_name, '') AS taken_by,
		coalesce(d.number = (SELECT number FROM dialect_uses WHERE provider_id = d.provider_id
			ORDER BY id DESC LIMIT 1), false) AS in_force
	FROM dialects d LEFT JOIN LATERAL (SELECT at, by_name FROM dialect_uses
		WHERE provider_id = d.provider_id AND number = d.number ORDER BY id DESC LIMIT 1) u ON true`

// Versions lists a provider's dialects, the newest first.
func Versions(ctx context.Context, db *gorm.DB, provider uuid.UUID) ([]Version, error) {
	var all []Version
	err := db.WithContext(ctx).Raw(versions+` WHERE d.provider_id = ? ORDER BY d.number DESC`,
		provider).Scan(&all).Error
	return all, err
}

// Get reads one version; errs.NotFound if there is none.
func Get(ctx context.Context, db *gorm.DB, provider uuid.UUID, number int) (Version, error) {
	var found []Version
	err := db.WithContext(ctx).Raw(versions+` WHERE d.provider_id = ? AND d.number = ?`, provider, number).
		Scan(&found).Error
	if err == nil && len(found) == 0 {
		return Version{}, errs.New(errs.NotFound, "There is no such version of the dialect.")
	}
	if err != nil {
		return Version{}, err
	}
	return found[0], nil
}

// InForce is the version that runs read with; number 0 where nobody has corrected anything.
func InForce(ctx context.Context, db *gorm.DB, provider uuid.UUID) (Version, error) {
	var found []Version
	err := db.WithContext(ctx).Raw(versions+` WHERE d.provider_id = ? AND d.number = (SELECT number FROM dialect_uses
		WHERE provider_id = d.provider_id ORDER BY id DESC LIMIT 1)`, provider).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return Version{ProviderID: provider, InForce: true}, err
	}
	return found[0], nil
}
