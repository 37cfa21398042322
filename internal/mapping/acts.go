package mapping

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// ActKind is what a person did in the queue.
type ActKind string

// The kinds of acts that an undo takes back.
const (
	ActDecision ActKind = "decision"
	ActRefusal  ActKind = "refusal"
	ActSnooze   ActKind = "snooze"
	ActBatch    ActKind = "batch"
)

// Act is the last thing a person did about mappings that may still be taken back.
type Act struct {
	Kind      ActKind
	ID        uuid.UUID
	AccountID uuid.NullUUID // none with a batch
	Account   string
	Action    string // of a decision
	Customer  string // the CRM account of a decision, or of a no to one
	Count     int    // accounts of a batch
	Until     string // of a snooze
	At        time.Time
}

// LastAct finds what an undo of a person would take back; the zero Act if nothing.
// A batch counts as one act, and so do decisions that were made together.
func LastAct(ctx context.Context, db *gorm.DB, by audit.Actor) (Act, error) {
	var a Act
	err := db.WithContext(ctx).Raw(`
		SELECT x.*, coalesce(nullif(p.name, ''), p.external_id, '') AS account FROM (
			SELECT * FROM (SELECT 'decision' AS kind, d.id, d.account_id, d.action, coalesce(t.name, f.name,
				'') AS customer, 0 AS count, '' AS until, d.at
				FROM mapping_decisions d LEFT JOIN crm_accounts t ON t.id = d.to_crm_account_id LEFT
				JOIN crm_accounts f ON f.id = d.from_crm_account_id
				WHERE d.actor_id = @by AND d.action <> 'undo' AND d.batch_id IS NULL
				AND NOT EXISTS (SELECT FROM mapping_decisions u WHERE u.undoes = d.id)
				ORDER BY d.at DESC, d.id DESC LIMIT 1) d
			UNION ALL SELECT * FROM (SELECT 'refusal', r.act_id, r.account_id, '', CASE
			WHEN EXISTS (SELECT FROM mapping_refusals n WHERE n.act_id = r.act_id AND n.crm_account_id IS NULL) THEN ''
			ELSE c.name END, 0, '', r.at
				FROM mapping_refusals r LEFT JOIN crm_accounts c ON c.id = r.crm_account_id
				WHERE r.actor_id = @by AND r.revoked_at IS NULL AND r.lapsed_at IS NULL ORDER BY r.at DESC, r.id DESC
				LIMIT 1) r
			UNION ALL SELECT * FROM (SELECT 'snooze', z.id, z.account_id, '', '', 0, z.until::text, z.at
			FROM mapping_snoozes z
				WHERE z.actor_id = @by AND z.ended_at IS NULL ORDER BY z.at DESC, z.id DESC LIMIT 1) z
			UNION ALL SELECT * FROM (SELECT 'batch', b.id, NULL::uuid, '', '', (SELECT count(*)::int
			FROM bulk_items i WHERE i.work_id = b.id AND i.state = 'done'), '', b.done_at FROM bulk_works b
				WHERE b.done_by_id = @by AND b.deed IN ('map', 'exclude') AND b.step = 'do'
				ORDER BY b.at DESC, b.id DESC LIMIT 1) b
		) x LEFT JOIN provider_accounts p ON p.id = x.account_id ORDER BY x.at DESC, x.id DESC
		LIMIT 1`, map[string]any{"by": by.ID}).Scan(&a).Error
	if err != nil {
		return a, fmt.Errorf("last act: %w", err)
	}
	return a, nil
}

// TakeBack undoes an act of one: exactly this one, or nothing.
func (s *Service) TakeBack(ctx context.Context, by audit.Actor, a Act) error {
	switch a.Kind {
	case ActRefusal:
		return s.Revoke(ctx, by, a.ID)
	case ActSnooze:
		return s.Wake(ctx, by, a.ID)
	case ActBatch: // bulk work, which selection takes back
	case ActDecision:
		d, err := decisionOf(ctx, s.DB.Read(ctx), a.ID)
		if err != nil {
			return err
		}
		return s.Undo(ctx, by, Choice{AccountID: d.AccountID, DecisionID: a.ID})
	}
	return errs.New(errs.NotFound, "There is nothing of this kind to undo.")
}

func decisionOf(ctx context.Context, db *gorm.DB, id uuid.UUID) (Decision, error) {
	var d Decision
	err := db.WithContext(ctx).Raw(`SELECT id, account_id FROM mapping_decisions WHERE id = ?`, id).Scan(&d).Error
	if err == nil && d.ID == uuid.Nil {
		err = errs.New(errs.NotFound, "There is no such decision.")
	}
	return d, err
}

// AccountOf is the account that an act was about; none with a batch.
func AccountOf(ctx context.Context, db *gorm.DB, a Act) (uuid.NullUUID, error) {
	tables := map[ActKind]string{
		ActDecision: `SELECT account_id FROM mapping_decisions WHERE id = ?`,
		ActRefusal:  `SELECT account_id FROM mapping_refusals WHERE act_id = ? LIMIT 1`,
		ActSnooze:   `SELECT account_id FROM mapping_snoozes WHERE id = ?`,
	}
	query, known := tables[a.Kind]
	if !known {
		return uuid.NullUUID{}, nil
	}
	var ids []uuid.UUID
	if err := db.WithContext(ctx).Raw(query, a.ID).Scan(&ids).Error; err != nil {
		return uuid.NullUUID{}, fmt.Errorf("account of an act: %w", err)
	}
	if len(ids) == 0 {
		return uuid.NullUUID{}, errs.New(errs.NotFound, "There is nothing of this kind to undo.")
	}
	return uuid.NullUUID{UUID: ids[0], Valid: true}, nil
}
