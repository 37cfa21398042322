package review

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
)

// Report is the review of one subscription as its page shows it, judged afresh.
type Report struct {
	Word        Verdict // empty when it is out of the review
	Checks      []Check // of the groups in their order
	Fingerprint string
	MayNotSign  string // why it cannot be signed off; empty when it can
	Signed      bool
	SignOffs    []Signature // newest first
	Renewal     *Renewal    // what seems to go on under another id; nil: nothing
}

// Renewal is a subscription and the one of the same product, customer and provider
// that begins where it ends.
type Renewal struct {
	OldID, NewID         uuid.UUID
	OldNumber, NewNumber string     // the distributor's ids
	On                   clock.Date // the new one's start
}

// renewal is what seems to go on under another id, where the findings speak of it.
func (f Facts) renewal() *Renewal {
	switch {
	case len(renewed(f)) == 0:
		return nil
	case f.SuccessorID.Valid:
		return &Renewal{OldID: f.SubscriptionID, OldNumber: f.ExternalID, NewID: f.SuccessorID.UUID,
			NewNumber: f.SuccessorExternalID, On: f.SuccessorStart}
	}
	return &Renewal{OldID: f.PredecessorID.UUID, OldNumber: f.PredecessorExternal, NewID: f.SubscriptionID,
		NewNumber: f.ExternalID, On: f.StartDate}
}

// RenewalOf is what a subscription seems to go on as; nil where nothing begins where it ends.
func (r Reviewer) RenewalOf(ctx context.Context, db *gorm.DB, id uuid.UUID) (*Renewal, error) {
	facts, err := factsOf(ctx, db, clock.Today(r.Clock, r.Zone), []uuid.UUID{id})
	if err != nil || len(facts) == 0 {
		return nil, err
	}
	return facts[0].renewal(), nil
}

// Signature is one sign-off, standing or lapsed.
type Signature struct {
	SignedBy      string
	SignedAt      time.Time
	Note          string
	Contract      string
	LapsedAt      *time.Time
	LapsedBecause string
}

// Look judges one subscription without writing anything, and reads its signatures.
func (r Reviewer) Look(ctx context.Context, db *gorm.DB, id uuid.UUID) (Report, error) {
	facts, err := factsOf(ctx, db, clock.Today(r.Clock, r.Zone), []uuid.UUID{id})
	if err != nil {
		return Report{}, err
	}
	if len(facts) == 0 {
		return Report{}, errs.New(errs.NotFound, "There is no such subscription.")
	}
	f := facts[0]
	out := Report{Checks: Judge(f), Fingerprint: GroundOf(f).Fingerprint(), MayNotSign: mayNotSign(f, ""),
		Renewal: f.renewal()}
	if out.SignOffs, err = signatures(ctx, db, id); err != nil {
		return Report{}, err
	}
	out.Signed = len(out.SignOffs) > 0 && out.SignOffs[0].LapsedAt == nil
	if f.waits() {
		out.Word = Word(Worst(out.Checks), out.Signed)
	}
	return out, nil
}

func signatures(ctx context.Context, db *gorm.DB, id uuid.UUID) ([]Signature, error) {
	var all []Signature
	err := db.WithContext(ctx).Raw(`SELECT g.signed_by, g.signed_at, g.note, c.name AS contract, g.lapsed_at,
		g.lapsed_because
		FROM sign_offs g JOIN billing_contracts c ON c.id = g.contract_id WHERE g.subscription_id = ?
		ORDER BY g.signed_at DESC, g.id DESC`, id).Scan(&all).Error
	return all, err
}
