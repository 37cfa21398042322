package mapping

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/match"
)

// state says in short what both sides of a provider's matching are: it differs as
// soon as anything differs that suggestions rest on.
type state struct {
	Sum         string    // of the rules, the data, what people refused or opened again, and the settings
	Decisions   int64     // taken so far; each takes two records out of the search
	LastDecided time.Time // zero: none
}

// stateOf counts versions, which no write leaves as they were; what a decision adds to them is taken off.
func stateOf(ctx context.Context, db *gorm.DB, providerID uuid.UUID) (state, error) {
	var s state
	err := db.WithContext(ctx).Raw(`
		WITH d AS (SELECT count(*) AS n, count(*) FILTER (WHERE d.to_state = 'unmapped') AS opened, max(d.at) AS at
			FROM mapping_decisions d JOIN provider_accounts a ON a.id = d.account_id WHERE a.provider_id = @provider)
		SELECT concat_ws(' ',
			(SELECT concat(count(*), '/', sum(version)) FROM crm_accounts),
			(SELECT concat(count(*), '/', sum(version) - (SELECT n FROM d), '/', (SELECT opened FROM d))
			FROM provider_accounts WHERE provider_id = @provider),
			(SELECT concat(count(*), '/', count(revoked_at)) FROM mapping_refusals r
			JOIN provider_accounts a ON a.id = r.account_id WHERE a.provider_id = @provider),
			coalesce((SELECT version FROM settings WHERE name = 'general'), 0)) AS sum,
			d.n AS decisions, coalesce(d.at, '0001-01-01') AS last_decided
			FROM d`, map[string]any{"provider": providerID}).Scan(&s).Error
	if err != nil {
		return s, fmt.Errorf("state of the matching: %w", err)
	}
	s.Sum = fmt.Sprintf("rules %d %s", match.Rules, s.Sum)
	return s, nil
}

// Freshness is when the suggestions of a provider were made, and whether anything has changed since.
type Freshness struct {
	ComputedAt time.Time // zero: never
	Stale      bool      // both sides are being looked at again
}

// FreshnessOf reads how fresh the suggestions of a provider are.
func FreshnessOf(ctx context.Context, db *gorm.DB, providerID uuid.UUID) (Freshness, error) {
	now, err := stateOf(ctx, db, providerID)
	if err != nil {
		return Freshness{}, err
	}
	r, err := refreshOf(ctx, db, providerID)
	if err != nil || r.ComputedAt == nil {
		return Freshness{Stale: true}, err
	}
	return Freshness{ComputedAt: *r.ComputedAt, Stale: r.Computed != now.Sum}, nil
}

type refreshRow struct {
	Computed   string
	Decisions  int64
	ComputedAt *time.Time
}

func refreshOf(ctx context.Context, db *gorm.DB, providerID uuid.UUID) (refreshRow, error) {
	var r refreshRow
	err := db.WithContext(ctx).Raw(`SELECT computed, decisions, computed_at FROM mapping_refreshes
		WHERE provider_id = ?`, providerID).Scan(&r).Error
	return r, err
}

// noteFresh remembers what was looked at; nothing is written when it is the same as before.
func noteFresh(tx *gorm.DB, w *sides, at time.Time, took time.Duration) error {
	return tx.Exec(`INSERT INTO mapping_refreshes AS r (provider_id, computed, decisions, computed_at, took_ms)
		VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (provider_id) DO UPDATE
		SET computed = excluded.computed, decisions = excluded.decisions, computed_at = excluded.computed_at,
			took_ms = excluded.took_ms
		WHERE (r.computed, r.decisions) IS DISTINCT FROM (excluded.computed, excluded.decisions)`,
		w.providerID, w.state.Sum, w.state.Decisions, at, took.Milliseconds()).Error
}
