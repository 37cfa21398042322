package syncing

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/postgres"
)

// keepUnread is keepUnreadable in a transaction of its own.
func (w *worker) keepUnread(ctx context.Context, what string, accountID uuid.UUID, bad []distributor.BadRecord,
	complete bool) error {
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		return w.keepUnreadable(ctx, tx, what, accountID, bad, complete)
	})
}

// keepUnreadable keeps records that could not be read for a person, and resolves
// those that a complete listing no longer holds. The same record is kept once.
func (w *worker) keepUnreadable(ctx context.Context, tx *gorm.DB, what string, accountID uuid.UUID,
	bad []distributor.BadRecord, complete bool) error {
	account := uuid.NullUUID{UUID: accountID, Valid: accountID != uuid.Nil}
	open, err := w.openUnreadable(ctx, tx, what, account)
	if err != nil || len(bad) == 0 && len(open) == 0 {
		return err
	}
	still := postgres.IDs{}
	for _, b := range bad {
		id, err := w.keepOne(tx, what, account, b)
		if err != nil {
			return err
		}
		still = append(still, id)
	}
	if !complete {
		return nil
	}
	return tx.Exec(`UPDATE unreadable_records SET resolved_at = ? WHERE provider_id = ? AND what = ?
		AND account_id IS NOT DISTINCT FROM ?
		AND resolved_at IS NULL AND id <> ALL (?::uuid[])`, w.s.Clock.Now(), w.provider.ID, what, account,
		still).Error
}

func (w *worker) openUnreadable(ctx context.Context, db *gorm.DB, what string,
	account uuid.NullUUID) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := db.WithContext(ctx).Raw(`SELECT id FROM unreadable_records WHERE provider_id = ? AND what = ?
		AND account_id IS NOT DISTINCT FROM ? AND resolved_at IS NULL`,
		w.provider.ID, what, account).Scan(&ids).Error
	return ids, err
}

func (w *worker) keepOne(tx *gorm.DB, what string, account uuid.NullUUID, b distributor.BadRecord) (uuid.UUID, error) {
	var known []uuid.UUID
	err := tx.Raw(`SELECT id FROM unreadable_records WHERE provider_id = ? AND what = ? AND account_id IS NOT DISTINCT
		FROM ? AND resolved_at IS NULL
		AND external_id = ? AND reason = ?
		AND raw = ?`, w.provider.ID, what, account, b.ExternalID, b.Reason, string(b.Raw)).Scan(&known).Error
	if err != nil {
		return uuid.Nil, err
	}
	if len(known) > 0 {
		return known[0], nil
	}
	id := uuid.Must(uuid.NewV7())
	return id, tx.Exec(`INSERT INTO unreadable_records (id, provider_id, account_id, external_id, what, reason, raw,
		first_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		id, w.provider.ID, account, b.ExternalID, what, b.Reason, string(b.Raw), w.s.Clock.Now()).Error
}
