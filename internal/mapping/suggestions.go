package mapping

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/match"
	"seatledger/internal/postgres"
)

// store replaces the suggestions of accounts where they differ. Nobody else writes those of this provider while the
// run is ours, so they are compared before anybody is kept waiting.
func (m *maker) store(ctx context.Context, ids []uuid.UUID, made map[uuid.UUID][]suggestion) error {
	stored, err := storedSuggestions(m.s.DB.Read(ctx), ids)
	if err != nil {
		return err
	}
	var differ []uuid.UUID
	var rows []suggestion
	for _, id := range ids {
		if !slices.EqualFunc(stored[id], made[id], sameSuggestion) {
			differ, rows = append(differ, id), append(rows, made[id]...)
		}
	}
	if len(differ) == 0 {
		return nil
	}
	return m.hold.InTx(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec(`SELECT pg_advisory_xact_lock(?)`, suggestionsLock).Error; err != nil {
			return err
		}
		if err := replaceSuggestions(tx, differ, rows); err != nil {
			return err
		}
		if err := m.saveCounts(tx); err != nil {
			return err
		}
		return m.hold.Progressed(tx)
	})
}

func storedSuggestions(tx *gorm.DB, ids []uuid.UUID) (map[uuid.UUID][]suggestion, error) {
	var rows []suggestion
	err := tx.Raw(`SELECT account_id, rank, crm_account_id, probability, band, score, evidence, doubt, tied, chosen,
		claimed_by
		FROM mapping_suggestions WHERE account_id = ANY(?::uuid[])
		ORDER BY account_id, rank`, postgres.IDs(ids)).Scan(&rows).Error
	byID := map[uuid.UUID][]suggestion{}
	for _, r := range rows {
		byID[r.AccountID] = append(byID[r.AccountID], r)
	}
	return byID, err
}

func sameSuggestion(a, b suggestion) bool {
	var x, y []match.Evidence
	if errors.Join(json.Unmarshal([]byte(a.Evidence), &x), json.Unmarshal([]byte(b.Evidence), &y)) != nil ||
		!slices.Equal(x, y) {
		return false
	}
	a.Evidence, b.Evidence = "", ""
	return a == b
}

func replaceSuggestions(tx *gorm.DB, ids []uuid.UUID, rows []suggestion) error {
	if len(ids) == 0 {
		return nil
	}
	if err := tx.Exec(`DELETE FROM mapping_suggestions WHERE account_id = ANY(?::uuid[])`,
		postgres.IDs(ids)).Error; err != nil || len(rows) == 0 {
		return err
	}
	doc, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO mapping_suggestions (account_id, rank, crm_account_id, probability, band, score,
		evidence, doubt, tied, chosen, claimed_by)
		SELECT account_id, rank, crm_account_id, probability, band, score, evidence::jsonb, doubt, tied, chosen,
			claimed_by
		FROM jsonb_to_recordset(?::jsonb) AS r (account_id uuid, rank integer, crm_account_id uuid, probability numeric,
			band text, score double precision,
			evidence text, doubt text, tied boolean, chosen boolean, claimed_by uuid)`, string(doc)).Error
}
