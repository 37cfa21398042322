package review

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// SignOff asks to sign subscriptions. Seen may carry, per id, the fingerprint that
// the person had before their eyes; one that has changed meanwhile is refused.
type SignOff struct {
	IDs  []uuid.UUID
	Seen map[uuid.UUID]string
	Note string
}

// Refused is a subscription that was not signed, and why.
type Refused struct {
	ID         uuid.UUID
	ExternalID string
	Why        string
}

// Sign puts a person's signature under the standing verdict of each subscription. Those
// that fail, are ended or have changed are refused one by one; the others are signed.
// Signing what is signed already changes nothing.
func (r Reviewer) Sign(ctx context.Context, tx *gorm.DB, by audit.Actor, s SignOff) (signed int, refused []Refused, err error) {
	ids := sorted(s.IDs)
	if err := lock(tx, ids); err != nil {
		return 0, nil, err
	}
	if err := r.Refresh(ctx, tx, ids); err != nil {
		return 0, nil, err
	}
	facts, err := factsOf(ctx, tx, clock.Today(r.Clock, r.Zone), ids)
	if err != nil {
		return 0, nil, err
	}
	have, err := standings(ctx, tx, ids)
	if err != nil {
		return 0, nil, err
	}
	for _, f := range facts {
		if why := mayNotSign(f, s.Seen[f.SubscriptionID]); why != "" {
			refused = append(refused, Refused{f.SubscriptionID, f.ExternalID, why})
			continue
		}
		if have[f.SubscriptionID].SignedID.Valid {
			continue
		}
		if err := r.sign(tx, by, f, s.Note); err != nil {
			return 0, nil, err
		}
		signed++
	}
	if len(facts) < len(ids) {
		return 0, nil, errs.New(errs.NotFound, "One of these subscriptions does not exist. Nothing was signed.")
	}
	return signed, refused, r.trail(ctx, tx, by, signed, s.Note, ids)
}

func sorted(ids []uuid.UUID) []uuid.UUID {
	out := slices.Clone(ids)
	slices.SortFunc(out, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(out)
}

func lock(tx *gorm.DB, ids []uuid.UUID) error {
	return tx.Exec(`SELECT id FROM subscriptions WHERE id = ANY (?::uuid[]) ORDER BY id FOR UPDATE`, postgres.IDs(ids)).Error
}

func mayNotSign(f Facts, seen string) string {
	cs := Judge(f)
	switch {
	case f.State == "inactive":
		return "it is inactive, so there is nothing to sign"
	case seen != "" && seen != GroundOf(f).Fingerprint():
		return "it has changed since you opened the page; look at it again"
	case Worst(cs) == Fail:
		return "it fails: " + firstFailure(cs)
	}
	return ""
}

func firstFailure(cs []Check) string {
	for _, c := range cs {
		if c.Verdict == Fail {
			return c.Says
		}
	}
	return ""
}

func (r Reviewer) sign(tx *gorm.DB, by audit.Actor, f Facts, note string) error {
	ground := GroundOf(f)
	b, err := json.Marshal(ground)
	if err != nil {
		return err
	}
	err = tx.Exec(`INSERT INTO sign_offs (id, subscription_id, fingerprint, facts, contract_id, verdict, signed_by_id, signed_by, signed_at, note)
		VALUES (?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?, ?)`,
		uuid.Must(uuid.NewV7()), f.SubscriptionID, ground.Fingerprint(), string(b), f.ContractID, Worst(Judge(f)),
		uuid.NullUUID{UUID: by.ID, Valid: by.IsPerson()}, by.Name, r.Clock.Now(), note).Error
	if err != nil {
		return fmt.Errorf("sign %s: %w", f.ExternalID, err)
	}
	return tx.Exec(`UPDATE subscriptions SET review = 'signed' WHERE id = ?`, f.SubscriptionID).Error
}

func (r Reviewer) trail(ctx context.Context, tx *gorm.DB, by audit.Actor, signed int, note string, ids []uuid.UUID) error {
	if signed == 0 {
		return nil
	}
	e := audit.Event{Action: "subscription.signed_off", ObjectType: "subscription", ObjectName: fmt.Sprintf("%d subscriptions", signed), After: map[string]any{"signed": signed, "note": note}}
	if len(ids) == 1 {
		e.ObjectID, e.ObjectName = ids[0].String(), "1 subscription"
	}
	return audit.Record(ctx, tx, r.Clock, by, e)
}
