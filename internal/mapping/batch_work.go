package mapping

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// item is one account of a batch, locked for its turn.
type item struct {
	AccountID    uuid.UUID
	CRMAccountID uuid.UUID `gorm:"column:crm_account_id"`
	State        string
	DecisionID   uuid.NullUUID
}

// batchActors are who accepted a batch and who took it back.
type batchActors struct {
	Actor    string
	ActorID  uuid.NullUUID
	UndoBy   string
	UndoByID uuid.NullUUID
}

func (b batchActors) accepted() audit.Actor { return audit.Actor{ID: b.ActorID.UUID, Name: b.Actor} }
func (b batchActors) undid() audit.Actor    { return audit.Actor{ID: b.UndoByID.UUID, Name: b.UndoBy} }

// WorkBatch carries out what is left of a batch or of its undo: one account, one
// transaction. A decision that is refused, as by another operator who was first, is
// noted with its reason, and the rest goes through. It may run several times at once.
func (s *Service) WorkBatch(ctx context.Context, id uuid.UUID) (err error) {
	s.begun(ctx, id)
	defer func() { s.ended(ctx, id, err) }()
	for {
		more, err := s.workItem(ctx, id)
		if err != nil || !more {
			return err
		}
	}
}

// WorkBatchFor is WorkBatch for so long at most; what is left is the queue's.
func (s *Service) WorkBatchFor(ctx context.Context, id uuid.UUID, limit time.Duration) error {
	began := s.Clock.Now()
	for s.Clock.Now().Sub(began) < limit {
		more, err := s.workItem(ctx, id)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

func (s *Service) workItem(ctx context.Context, id uuid.UUID) (more bool, err error) {
	var i item
	var by batchActors
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		i = item{}
		if err := tx.Raw(`SELECT account_id, crm_account_id, state, decision_id FROM mapping_batch_items
			WHERE batch_id = ? AND state IN ('waiting', 'undoing')
			ORDER BY account_id LIMIT 1 FOR UPDATE SKIP LOCKED`, id).Scan(&i).Error; err != nil || i.State == "" {
			return err
		}
		if err := tx.Raw(`SELECT actor, actor_id, undo_by, undo_by_id FROM mapping_batches WHERE id = ?`,
			id).Scan(&by).Error; err != nil {
			return err
		}
		if i.State == "undoing" {
			return s.undoItem(ctx, tx, by.undid(), id, i)
		}
		return s.acceptItem(ctx, tx, by.accepted(), id, i)
	})
	if i.State == "" {
		return false, err
	}
	if errs.KindOf(err) == errs.Conflict || errs.KindOf(err) == errs.NotFound {
		return true, s.noteRefused(ctx, id, i, s.named(ctx, err, i.AccountID, i.CRMAccountID))
	}
	if err != nil {
		return false, fmt.Errorf("batch %s, account %s: %w", id, i.AccountID, err)
	}
	return true, nil
}

func (s *Service) acceptItem(ctx context.Context, tx *gorm.DB, by audit.Actor, batch uuid.UUID, i item) error {
	a, err := s.undecided(ctx, tx, i.AccountID)
	if err != nil {
		return err
	}
	if err := stillSuggested(ctx, tx, a, i.CRMAccountID); err != nil {
		return err
	}
	ch, err := mapTo(ctx, tx, i.CRMAccountID)
	if err != nil {
		return err
	}
	ch.why, ch.batch = "accepted with others", batch
	decision, event, err := s.carry(ctx, tx, by, step{a, ch}, uuid.NullUUID{})
	if err != nil {
		return err
	}
	if err := tx.Exec(`UPDATE mapping_batch_items SET state = 'mapped', decision_id = ? WHERE batch_id = ?
		AND account_id = ?`, decision, batch, i.AccountID).Error; err != nil {
		return err
	}
	return audit.Record(ctx, tx, s.Clock, by, event)
}

// stillSuggested refuses what somebody said no to, or what is suggested otherwise, since the preview.
func stillSuggested(ctx context.Context, tx *gorm.DB, a account.Account, customer uuid.UUID) error {
	var other, no bool
	err := tx.WithContext(ctx).Raw(`SELECT EXISTS (SELECT FROM mapping_suggestions s WHERE s.account_id = ? AND s.chosen
		AND s.crm_account_id <> ?),
		EXISTS (SELECT FROM mapping_refusals r WHERE r.account_id = ? AND r.crm_account_id = ? AND r.revoked_at IS NULL
		AND r.lapsed_at IS NULL)`,
		a.ID, customer, a.ID, customer).Row().Scan(&other, &no)
	switch {
	case err != nil:
		return err
	case no:
		return errs.Newf(errs.Conflict, "Somebody has said no to this CRM account for %s since the preview.", called(a))
	case other:
		return errs.Newf(errs.Conflict, "Another CRM account is suggested for %s since the preview.", called(a))
	}
	return nil
}

func (s *Service) undoItem(ctx context.Context, tx *gorm.DB, by audit.Actor, batch uuid.UUID, i item) error {
	a, err := account.Lock(ctx, tx, i.AccountID)
	if err != nil {
		return err
	}
	last, err := lastDecision(ctx, tx, a)
	if err != nil {
		return err
	}
	if last.ID != i.DecisionID.UUID {
		return overtaken(a)
	}
	ch, err := undoing(ctx, tx, last)
	if err != nil {
		return err
	}
	_, event, err := s.carry(ctx, tx, by, step{a, ch}, uuid.NullUUID{})
	if err != nil {
		return err
	}
	if err := tx.Exec(`UPDATE mapping_batch_items SET state = 'undone' WHERE batch_id = ? AND account_id = ?`, batch,
		i.AccountID).Error; err != nil {
		return err
	}
	return audit.Record(ctx, tx, s.Clock, by, event)
}

func (s *Service) noteRefused(ctx context.Context, batch uuid.UUID, i item, cause error) error {
	to := map[string]string{"waiting": "skipped", "undoing": "kept"}[i.State]
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE mapping_batch_items SET state = ?, why = ? WHERE batch_id = ? AND account_id = ?
			AND state = ?`, to, errs.Public(cause), batch, i.AccountID, i.State).Error
	})
}
