package review

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// ErrChanged says that what was to be signed is no longer what the person saw.
var ErrChanged = errors.New("review: changed since it was shown")

// Digest names what a signature under all of these subscriptions would stand for:
// which they are, and the ground of each.
func Digest(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (string, error) {
	var d string
	err := db.WithContext(ctx).Raw(`
		SELECT encode(sha256(convert_to(coalesce(string_agg(i.id::text || ':' || coalesce(v.fingerprint, ''), ' '
		ORDER BY i.id), ''), 'UTF8')), 'hex')
		FROM unnest(?::uuid[]) AS i (id) LEFT
		JOIN subscription_reviews v ON v.subscription_id = i.id`, postgres.IDs(ids)).Scan(&d).Error
	return d, err
}

func unchanged(ctx context.Context, tx *gorm.DB, ids []uuid.UUID, digest string) error {
	if digest == "" {
		return nil
	}
	now, err := Digest(ctx, tx, ids)
	if err != nil || now == digest {
		return err
	}
	return errs.Because(errs.Conflict,
		"Some of these subscriptions have changed since the page was opened. Nothing was signed. "+
			"Look at the list again and sign what it says now.", ErrChanged)
}
