package review

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription"
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
	Name       string
	ExternalID string
	Why        string // the end of a sentence
}

// Outcome is what a sign-off came to.
type Outcome struct {
	Signed  int
	Already int // signatures that stood before
	Refused []Refused

	signatures map[uuid.UUID]uuid.UUID // given now, by subscription
	before     []uuid.UUID
}

// LongestNote is how many bytes a note may have.
const LongestNote = 1000

// SignOff puts a person's signature under the standing verdict of each subscription, in one transaction.
func (r Reviewer) SignOff(ctx context.Context, db *postgres.DB, by audit.Actor, s SignOff) (out Outcome, err error) {
	err = db.InTx(ctx, func(tx *gorm.DB) (err error) {
		out, err = r.Sign(ctx, tx, by, s)
		return err
	})
	return out, err
}

// Sign is SignOff in a transaction that is open: those that fail, are ended or have
// changed are refused one by one; the others are signed.
// Signing what is signed already changes nothing.
func (r Reviewer) Sign(ctx context.Context, tx *gorm.DB, by audit.Actor, s SignOff) (Outcome, error) {
	if len(s.Note) > LongestNote {
		return Outcome{}, errs.Fields{"note": fmt.Sprintf("The note is longer than %d characters.", LongestNote)}.Err()
	}
	ids := sorted(s.IDs)
	if err := r.Refresh(ctx, tx, ids); err != nil {
		return Outcome{}, err
	}
	var out Outcome
	var signed []Facts
	for batch := range slices.Chunk(ids, atOnce) {
		facts, err := r.signBatch(ctx, tx, by, s, batch, &out)
		if err != nil {
			return Outcome{}, err
		}
		signed = append(signed, facts...)
	}
	if err := r.Refresh(ctx, tx, ended(signed)); err != nil {
		return Outcome{}, err
	}
	return out, r.trail(ctx, tx, by, signed, s.Note)
}

// ended are those that had come to their end unsigned: once signed, they are out of the review.
func ended(signed []Facts) []uuid.UUID {
	var ids []uuid.UUID
	for _, f := range signed {
		if f.cameToItsEnd() {
			ids = append(ids, f.SubscriptionID)
		}
	}
	return ids
}

func (r Reviewer) signBatch(ctx context.Context, tx *gorm.DB, by audit.Actor, s SignOff, ids []uuid.UUID,
	out *Outcome) ([]Facts, error) {
	facts, err := factsOf(ctx, tx, clock.Today(r.Clock, r.Zone), ids)
	if err != nil {
		return nil, err
	}
	if len(facts) < len(ids) {
		return nil, errs.New(errs.NotFound, "One of these subscriptions does not exist. Nothing was signed.")
	}
	have, err := standings(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var good []Facts
	for _, f := range facts {
		switch why := mayNotSign(f, s.Seen[f.SubscriptionID]); {
		case why != "":
			out.Refused = append(out.Refused, Refused{f.SubscriptionID, f.called(), f.ExternalID, why})
		case have[f.SubscriptionID].SignedID.Valid:
			out.Already, out.before = out.Already+1, append(out.before, f.SubscriptionID)
		default:
			good = append(good, f)
		}
	}
	out.Signed += len(good)
	return good, r.sign(ctx, tx, by, s.Note, good, out)
}

func (f Facts) called() string {
	if f.ProductName != "" {
		return f.ProductName
	}
	return f.ExternalID
}

func sorted(ids []uuid.UUID) []uuid.UUID {
	out := slices.Clone(ids)
	slices.SortFunc(out, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(out)
}

const failing = "its review fails: "

func mayNotSign(f Facts, seen string) string {
	cs := Judge(f)
	switch {
	case f.vanished():
		return "it is gone at the distributor; confirm that instead"
	case f.State == subscription.Inactive && !f.endedUnsigned():
		return "it is inactive, so there is nothing to sign"
	case seen != "" && seen != GroundOf(f).Fingerprint():
		return "it has changed since you opened the page; look at it again"
	case Worst(cs) == Fail:
		return failing + firstFailure(cs)
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

func (r Reviewer) sign(ctx context.Context, tx *gorm.DB, by audit.Actor, note string, facts []Facts,
	out *Outcome) error {
	if out.signatures == nil {
		out.signatures = map[uuid.UUID]uuid.UUID{}
	}
	rows := make([]map[string]any, len(facts))
	words := make([]map[string]any, len(facts))
	for i, f := range facts {
		ground, id := GroundOf(f), uuid.Must(uuid.NewV7())
		out.signatures[f.SubscriptionID] = id
		rows[i] = map[string]any{
			"id": id, "subscription_id": f.SubscriptionID, "fingerprint": ground.Fingerprint(),
			"facts": ground, "contract_id": f.ContractID,
			"verdict": Worst(Judge(f)), "by_id": uuid.NullUUID{UUID: by.ID, Valid: by.IsPerson()}, "by_name": by.Name,
			"note": note,
		}
		words[i] = map[string]any{"id": f.SubscriptionID, "word": Signed}
	}
	w := writer{tx: tx.WithContext(ctx), now: r.Clock.Now()}
	w.rows(signature, rows)
	w.rows(rename, words)
	return w.err
}

const signature = `INSERT INTO sign_offs (id, subscription_id, fingerprint, facts, contract_id, verdict, signed_by_id,
	signed_by, signed_at, note)
	SELECT x.id, x.subscription_id, x.fingerprint, x.facts, x.contract_id, x.verdict, x.by_id, x.by_name,
		CAST(@now AS timestamptz), x.note
	FROM jsonb_to_recordset(CAST(@rows AS jsonb))
		AS x (id uuid, subscription_id uuid, fingerprint text, facts jsonb, contract_id uuid, verdict text, by_id uuid,
			by_name text, note text)`

// trail tells the audit: one event for what one person signed at once. Which
// subscriptions they were stands in sign_offs.
func (r Reviewer) trail(ctx context.Context, tx *gorm.DB, by audit.Actor, signed []Facts, note string) error {
	if len(signed) == 0 {
		return nil
	}
	e := audit.Event{Action: "subscription.signed_off", ObjectType: "subscription",
		ObjectName: fmt.Sprintf("%d subscriptions", len(signed)),
		After:      map[string]any{"signed": len(signed), "note": note}}
	if len(signed) == 1 {
		e.ObjectID, e.ObjectName = signed[0].SubscriptionID.String(), signed[0].called()
	}
	return audit.Record(ctx, tx, r.Clock, by, e)
}
