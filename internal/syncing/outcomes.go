package syncing

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// The outcomes that are kept per account; an unchanged account is only counted.
const (
	OutcomeFailed  = "failed"
	OutcomeChanged = "changed"
	OutcomeHeld    = "held"
)

// AccountOutcome is what a run came to for one account.
type AccountOutcome struct {
	ID         uuid.UUID
	RunID      uuid.UUID
	ExternalID string
	AccountID  uuid.NullUUID
	Name       string
	Outcome    string
	Cause      string // in plain words
	Advice     string
	ErrorKind  string
	RequestID  string // the distributor's
	Counts     `gorm:"embedded"`
	At         time.Time
}

// OutcomeCounts counts a run's accounts by outcome.
func OutcomeCounts(ctx context.Context, db *gorm.DB, runID uuid.UUID) (map[string]int, error) {
	var rows []struct {
		Outcome  string
		Accounts int
	}
	err := db.WithContext(ctx).Raw(`SELECT outcome, count(*) AS accounts FROM sync_run_accounts WHERE run_id = ?
		GROUP BY outcome`, runID).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count outcomes of a run: %w", err)
	}
	counts := make(map[string]int, len(rows))
	for _, r := range rows {
		counts[r.Outcome] = r.Accounts
	}
	return counts, nil
}

// Cause is why accounts of a run failed, and how many.
type Cause struct {
	Cause    string
	Advice   string
	Accounts int
}

const causesShown = 20

// Causes groups the failures of a run, or of several together, the most frequent first.
func Causes(ctx context.Context, db *gorm.DB, runs ...uuid.UUID) ([]Cause, error) {
	var rows []Cause
	err := db.WithContext(ctx).Raw(`SELECT cause, advice, count(*) AS accounts FROM sync_run_accounts
		WHERE run_id IN (?)
		AND outcome = 'failed'
		GROUP BY cause, advice ORDER BY accounts DESC, cause LIMIT ?`, runs, causesShown).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("group failures of a run: %w", err)
	}
	return rows, nil
}

// Names are what a run's page calls the records it is about; empty where it is about none.
type Names struct {
	Provider string
	Account  string
	Contract string
}

// NamesOf reads them.
func NamesOf(ctx context.Context, db *gorm.DB, r Run) (Names, error) {
	var n Names
	err := db.WithContext(ctx).Raw(`SELECT p.name AS provider,
			coalesce((SELECT coalesce(nullif(a.name, ''), a.external_id) FROM provider_accounts a
			WHERE a.id = ?), '') AS account,
			coalesce((SELECT c.name FROM billing_contracts c WHERE c.id = ?), '') AS contract
		FROM providers p WHERE p.id = ?`, r.AccountID, r.ContractID, r.ProviderID).Scan(&n).Error
	if err != nil {
		return n, fmt.Errorf("name what a run is about: %w", err)
	}
	return n, nil
}
