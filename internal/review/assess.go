package review

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// standing is what the database holds of a subscription's review.
type standing struct {
	SubscriptionID uuid.UUID
	Verdict        Verdict
	Checks         string
	Fingerprint    string
	TwinID         uuid.NullUUID
	Review         Verdict // the word beside the subscription
	SignedID       uuid.NullUUID
	SignedPrint    string
	SignedFacts    string
}

func standings(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]standing, error) {
	var rows []standing
	err := db.WithContext(ctx).Raw(`
		SELECT s.id AS subscription_id, coalesce(s.review, '') AS review, v.verdict, v.checks::text AS checks,
			v.fingerprint, v.twin_id,
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

// assessment is a fresh judgement of one subscription beside what stands.
type assessment struct {
	id     uuid.UUID
	have   standing
	judged bool // false: it is out of the review
	finding
	word   Verdict // for lists; empty when it is out of the review
	lapsed string  // why the standing signature lapses; empty: it does not
}

// finding is what a judgement came to, as it is stored.
type finding struct {
	verdict     Verdict
	checks      string
	fingerprint string
	twin        uuid.NullUUID
}

// assess judges subscriptions without writing anything.
func (r Reviewer) assess(ctx context.Context, db *gorm.DB, ids []uuid.UUID) ([]assessment, error) {
	facts, err := factsOf(ctx, db, clock.Today(r.Clock, r.Zone), ids)
	if err != nil {
		return nil, err
	}
	have, err := standings(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	found := make([]assessment, len(facts))
	for i, f := range facts {
		if found[i], err = assessed(f, have[f.SubscriptionID]); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func assessed(f Facts, have standing) (assessment, error) {
	a := assessment{id: f.SubscriptionID, have: have, judged: f.waits()}
	ground := GroundOf(f)
	signed := have.SignedID.Valid && have.SignedPrint == ground.Fingerprint()
	if have.SignedID.Valid && !signed {
		var was Ground
		if err := json.Unmarshal([]byte(have.SignedFacts), &was); err != nil {
			return a, err
		}
		a.lapsed = was.Changes(ground)
	}
	if !a.judged {
		return a, nil
	}
	cs := Judge(f)
	checks, err := json.Marshal(cs)
	a.finding = finding{Worst(cs), string(checks), ground.Fingerprint(), f.twin()}
	a.word = Word(Worst(cs), signed)
	return a, err
}

// Word is how a review is named in lists: a failing one fails also when it was signed.
func Word(v Verdict, signed bool) Verdict {
	if signed && v != Fail {
		return Signed
	}
	return v
}

func (a assessment) differs() bool { return a.stores() || a.drops() || a.renames() || a.lapsed != "" }

func (a assessment) drops() bool { return !a.judged && a.have.Verdict != "" }

func (a assessment) renames() bool { return a.word != a.have.Review }

// codes are those of what fails or warns, each once and in order, and the cause as !code: what the list filters by.
func (a assessment) codes() []string {
	out := []string{}
	var checks []Check
	if !a.judged || json.Unmarshal([]byte(a.checks), &checks) != nil {
		return out
	}
	for _, c := range checks {
		if c.Verdict == Fail || c.Verdict == Warn {
			out = append(out, c.Code)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if cause := a.cause(); cause != "" {
		out = append(out, "!"+cause)
	}
	return out
}

// cause is the code of the failing finding that is to be mended first, in the order of the groups; empty: none fails.
func (a assessment) cause() string {
	var checks []Check
	if !a.judged || json.Unmarshal([]byte(a.checks), &checks) != nil {
		return ""
	}
	for _, c := range checks {
		if c.Verdict == Fail {
			return c.Code
		}
	}
	return ""
}

func (a assessment) stores() bool {
	h := a.have
	return a.judged && (h.Verdict != a.verdict || h.Fingerprint != a.fingerprint || h.TwinID != a.twin ||
		!sameJSON(h.Checks, a.checks))
}

// sameJSON compares findings as they are meant: the database writes jsonb in its own way.
func sameJSON(a, b string) bool {
	var x, y []Check
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	return slices.Equal(x, y)
}
