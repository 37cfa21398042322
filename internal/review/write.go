package review

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// write stores what differs, each kind of change in one statement.
func (r Reviewer) write(ctx context.Context, tx *gorm.DB, found []assessment) error {
	var lapses, stores, words []map[string]any
	var drops []uuid.UUID
	for _, a := range found {
		if a.lapsed != "" {
			lapses = append(lapses, map[string]any{"id": a.have.SignedID, "because": a.lapsed})
		}
		if a.drops() {
			drops = append(drops, a.id)
		}
		if a.stores() {
			stores = append(stores, map[string]any{"id": a.id, "verdict": a.verdict,
				"checks": json.RawMessage(a.checks), "fingerprint": a.fingerprint, "twin": a.twin})
		}
		if a.renames() || a.stores() || a.drops() {
			words = append(words, map[string]any{"id": a.id, "word": a.word, "codes": a.codes(),
				"cause": a.cause()})
		}
	}
	w := writer{tx: tx.WithContext(ctx), now: r.Clock.Now()}
	w.rows(lapse, lapses)
	if len(drops) > 0 {
		w.exec(`DELETE FROM subscription_reviews WHERE subscription_id = ANY (?::uuid[])`, postgres.IDs(drops))
	}
	w.rows(store, stores)
	w.rows(rename, words)
	return w.err
}

const (
	lapse = `UPDATE sign_offs g SET lapsed_at = CAST(@now AS timestamptz), lapsed_because = x.because
		FROM jsonb_to_recordset(CAST(@rows AS jsonb)) AS x (id uuid, because text) WHERE g.id = x.id
		AND g.lapsed_at IS NULL`
	store = `INSERT INTO subscription_reviews (subscription_id, verdict, checks, fingerprint, twin_id, refreshed_at)
		SELECT x.id, x.verdict, x.checks, x.fingerprint, x.twin, CAST(@now AS timestamptz)
		FROM jsonb_to_recordset(CAST(@rows AS jsonb)) AS x (id uuid, verdict text, checks jsonb, fingerprint text,
			twin uuid)
		ON CONFLICT (subscription_id) DO UPDATE
		SET verdict = excluded.verdict, checks = excluded.checks, fingerprint = excluded.fingerprint,
			twin_id = excluded.twin_id, refreshed_at = excluded.refreshed_at`
	rename = `UPDATE subscriptions s SET review = nullif(x.word, ''), findings = coalesce(x.codes, s.findings),
			cause = coalesce(x.cause, s.cause)
		FROM jsonb_to_recordset(CAST(@rows AS jsonb)) AS x (id uuid, word text, codes text[], cause text)
		WHERE s.id = x.id
			AND (s.review IS DISTINCT FROM nullif(x.word, '') OR s.findings <> coalesce(x.codes, s.findings)
				OR s.cause <> coalesce(x.cause, s.cause))`
)

// writer runs statements until one fails.
type writer struct {
	tx  *gorm.DB
	now time.Time
	err error
}

func (w *writer) exec(sql string, args ...any) {
	if w.err != nil {
		return
	}
	if err := w.tx.Exec(sql, args...).Error; err != nil {
		w.err = fmt.Errorf("store reviews: %w", err)
	}
}

// rows hands all rows to one statement, as JSON.
func (w *writer) rows(sql string, rows []map[string]any) {
	if len(rows) == 0 {
		return
	}
	b, err := json.Marshal(rows)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.exec(sql, map[string]any{"rows": string(b), "now": w.now})
}
