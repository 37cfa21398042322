package review

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Stale says of which of these subscriptions the stored review differs from a fresh one, and how.
func (r Reviewer) Stale(ctx context.Context, db *gorm.DB, ids []uuid.UUID) ([]string, error) {
	found, err := r.assess(ctx, db, ids)
	var out []string
	for _, a := range found {
		if a.differs() {
			out = append(out, fmt.Sprintf("%s: %s %q, fresh %s %q, lapses %q\n%s\n%s", a.id, a.have.Verdict,
				a.have.Review, a.verdict, a.word, a.lapsed, a.have.Checks, a.checks))
		}
		if a.have.SignedID.Valid && a.have.SignedPrint != a.fingerprint {
			out = append(out, fmt.Sprintf("%s: a signature stands on another ground", a.id))
		}
	}
	return out, err
}
