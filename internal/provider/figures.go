package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Figures are the counts on a provider's page; each is the number of rows that the
// list behind it shows.
type Figures struct {
	Unmapped int // accounts by mapping state
	Mapped   int
	Excluded int
	Held     int // subscriptions by state
	Active   int
	Inactive int
}

// Accounts is the sum of its accounts, gone ones included.
func (f Figures) Accounts() int { return f.Unmapped + f.Mapped + f.Excluded }

// Subscriptions is the sum of its subscriptions in every state.
func (f Figures) Subscriptions() int { return f.Held + f.Active + f.Inactive }

// FiguresOf counts the accounts and subscriptions of a provider.
func FiguresOf(ctx context.Context, db *gorm.DB, id uuid.UUID) (Figures, error) {
	var f Figures
	err := db.WithContext(ctx).Raw(`SELECT a.*, s.* FROM
		(SELECT count(*) FILTER (WHERE state = 'unmapped') AS unmapped,
			count(*) FILTER (WHERE state = 'mapped') AS mapped,
			count(*) FILTER (WHERE state = 'excluded') AS excluded FROM provider_accounts WHERE provider_id = @id) a,
		(SELECT count(*) FILTER (WHERE state = 'held') AS held, count(*) FILTER (WHERE state = 'active') AS active,
			count(*) FILTER (WHERE state = 'inactive') AS inactive FROM subscriptions WHERE provider_id = @id) s`,
		map[string]any{"id": id}).Scan(&f).Error
	if err != nil {
		return f, fmt.Errorf("count what a provider has: %w", err)
	}
	return f, nil
}

// Unreadable is a record of a listing that could not be read and waits for a person.
type Unreadable struct {
	What       string // account or subscription
	ExternalID string
	Account    string // whose listing it stood in; empty for a record of the list of accounts
	AccountID  uuid.NullUUID
	Reason     string
	Raw        string
	FirstSeen  time.Time
}

// UnreadableRecords are the unresolved ones of a provider, newest first, at most limit, and how many there are.
func UnreadableRecords(ctx context.Context, db *gorm.DB, id uuid.UUID, limit int) ([]Unreadable, int, error) {
	var rows []struct {
		Unreadable
		Total int
	}
	err := db.WithContext(ctx).Raw(`SELECT u.what, u.external_id, coalesce(a.name, '') AS account, u.account_id,
		u.reason, u.raw, u.first_seen,
			count(*) OVER () AS total
		FROM unreadable_records u LEFT JOIN provider_accounts a ON a.id = u.account_id
		WHERE u.provider_id = ? AND u.resolved_at IS NULL ORDER BY u.first_seen DESC, u.id
		LIMIT ?`, id, limit).Scan(&rows).Error
	if err != nil {
		return nil, 0, fmt.Errorf("read unreadable records: %w", err)
	}
	out, total := make([]Unreadable, 0, len(rows)), 0
	for _, r := range rows {
		out, total = append(out, r.Unreadable), r.Total
	}
	return out, total, nil
}
