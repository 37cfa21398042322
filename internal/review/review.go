// Package review checks whether customer, billing contract and pricing of a
// subscription are right, keeps the standing verdict, and keeps the signatures
// that people put under it (RULES 7). It knows no screen and bills nothing.
package review

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// Reviewer judges subscriptions on the billing day of its clock and zone.
type Reviewer struct {
	Clock clock.Clock
	Zone  *time.Location
}

const atOnce = 500 // subscriptions judged by one query

// Refresh judges subscriptions anew in the transaction that changed something a
// verdict reads, and lapses signatures whose ground has changed. What stays as it
// was is not written.
func (r Reviewer) Refresh(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) error {
	ids, err := withTwins(ctx, tx, ids)
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(ids, atOnce) {
		if err := r.refresh(ctx, tx, batch); err != nil {
			return err
		}
	}
	return nil
}

// withTwins adds the subscriptions whose verdict speaks of these as their twin, or
// will: those of the same product and customer under other providers.
func withTwins(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) ([]uuid.UUID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var all []uuid.UUID
	err := tx.WithContext(ctx).Raw(`
		SELECT unnest(@ids::uuid[])
		UNION SELECT subscription_id FROM subscription_reviews WHERE twin_id = ANY (@ids::uuid[])
		UNION SELECT o.id FROM subscriptions s JOIN subscriptions o ON o.crm_account_id = s.crm_account_id AND o.provider_id <> s.provider_id
			AND o.state <> 'inactive' AND (o.product_id = s.product_id OR s.sku <> '' AND o.sku = s.sku)
		WHERE s.id = ANY (@ids::uuid[])
		ORDER BY 1`, map[string]any{"ids": postgres.IDs(ids)}).Scan(&all).Error
	return all, err
}

// standing is what the database holds of a subscription's review.
type standing struct {
	SubscriptionID uuid.UUID
	Verdict        Verdict
	Checks         string
	Fingerprint    string
	TwinID         uuid.NullUUID
	Review         string // subscriptions.review
	SignedID       uuid.NullUUID
	SignedPrint    string
	SignedFacts    string
}

func (r Reviewer) refresh(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) error {
	facts, err := factsOf(ctx, tx, clock.Today(r.Clock, r.Zone), ids)
	if err != nil {
		return err
	}
	have, err := standings(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, f := range facts {
		if err := r.judge(tx, f, have[f.SubscriptionID]); err != nil {
			return err
		}
	}
	return nil
}

func standings(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]standing, error) {
	var rows []standing
	err := tx.WithContext(ctx).Raw(`
		SELECT s.id AS subscription_id, coalesce(s.review, '') AS review, v.verdict, v.checks::text AS checks, v.fingerprint, v.twin_id,
			g.id AS signed_id, g.fingerprint AS signed_print, g.facts::text AS signed_facts
		FROM subscriptions s
		LEFT JOIN subscription_reviews v ON v.subscription_id = s.id
		LEFT JOIN sign_offs g ON g.subscription_id = s.id AND g.lapsed_at IS NULL
		WHERE s.id = ANY (?::uuid[])`, postgres.IDs(ids)).Scan(&rows).Error
	byID := make(map[uuid.UUID]standing, len(rows))
	for _, s := range rows {
		byID[s.SubscriptionID] = s
	}
	return byID, err
}

// judge stores the verdict of one subscription where it differs from what stands.
func (r Reviewer) judge(tx *gorm.DB, f Facts, have standing) error {
	ground := GroundOf(f)
	print := ground.Fingerprint()
	signed := have.SignedID.Valid && have.SignedPrint == print
	if have.SignedID.Valid && !signed {
		if err := r.lapse(tx, have, ground); err != nil {
			return err
		}
	}
	if !f.waits() {
		return r.silence(tx, f.SubscriptionID, have)
	}
	cs := Judge(f)
	checks, err := json.Marshal(cs)
	if err != nil {
		return err
	}
	if err := r.store(tx, f, have, finding{Worst(cs), string(checks), print}); err != nil {
		return err
	}
	return setWord(tx, f.SubscriptionID, have.Review, Word(Worst(cs), signed))
}

// Word is how a review is named in lists: a failing one fails also when it was signed.
func Word(v Verdict, signed bool) Verdict {
	if signed && v != Fail {
		return Signed
	}
	return v
}

// finding is what a judgement came to, as it is stored.
type finding struct {
	verdict     Verdict
	checks      string
	fingerprint string
}

func (r Reviewer) store(tx *gorm.DB, f Facts, have standing, now finding) error {
	if have.Verdict == now.verdict && have.Fingerprint == now.fingerprint && have.TwinID == f.TwinID && sameJSON(have.Checks, now.checks) {
		return nil
	}
	return tx.Exec(`INSERT INTO subscription_reviews (subscription_id, verdict, checks, fingerprint, twin_id, refreshed_at) VALUES (?, ?, ?::jsonb, ?, ?, ?)
		ON CONFLICT (subscription_id) DO UPDATE SET verdict = excluded.verdict, checks = excluded.checks, fingerprint = excluded.fingerprint,
			twin_id = excluded.twin_id, refreshed_at = excluded.refreshed_at`,
		f.SubscriptionID, now.verdict, now.checks, now.fingerprint, f.TwinID, r.Clock.Now()).Error
}

// silence takes an ended subscription out of the review.
func (r Reviewer) silence(tx *gorm.DB, id uuid.UUID, have standing) error {
	if have.Verdict != "" {
		if err := tx.Exec(`DELETE FROM subscription_reviews WHERE subscription_id = ?`, id).Error; err != nil {
			return err
		}
	}
	return setWord(tx, id, have.Review, "")
}

// setWord keeps the verdict beside the subscription, for its lists.
func setWord(tx *gorm.DB, id uuid.UUID, have string, v Verdict) error {
	if have == string(v) {
		return nil
	}
	return tx.Exec(`UPDATE subscriptions SET review = nullif(?, '') WHERE id = ?`, v, id).Error
}

func (r Reviewer) lapse(tx *gorm.DB, have standing, now Ground) error {
	var signed Ground
	if err := json.Unmarshal([]byte(have.SignedFacts), &signed); err != nil {
		return err
	}
	return tx.Exec(`UPDATE sign_offs SET lapsed_at = ?, lapsed_because = ? WHERE id = ? AND lapsed_at IS NULL`,
		r.Clock.Now(), signed.Changes(now), have.SignedID).Error
}

// sameJSON compares findings as they are meant: the database writes jsonb in its own way.
func sameJSON(a, b string) bool {
	var x, y []Check
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	return slices.Equal(x, y)
}
