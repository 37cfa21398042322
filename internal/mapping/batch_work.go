package mapping

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/runs"
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

// batchDesk keeps the runs that carry batches out.
func (s *Service) batchDesk() *runs.Desk {
	return &runs.Desk{Table: runs.Table{Name: "mapping_batch_runs", Subject: "batch_id", Noun: "batch",
		Kept: "What was decided until then is kept.", GoesOn: "it goes on by itself at the next account."},
		DB: s.DB, Clock: s.Clock, Zone: s.Zone, Log: s.Log, Meter: s.Meter, About: s.aboutBatch,
		Ended: s.batchEnded, Holder: s.Holder,
		Enqueue: func(ctx context.Context, tx *gorm.DB, id uuid.UUID, delay time.Duration) error {
			return s.Enqueue(ctx, tx, BatchJob{id}, delay)
		}}
}

// runBatch asks for what is left of a batch, or of its undo, to be carried out.
func (s *Service) runBatch(ctx context.Context, tx *gorm.DB, by audit.Actor, batch uuid.UUID) error {
	_, _, err := s.batchDesk().RequestIn(ctx, tx, batch, func(tx *gorm.DB) (uuid.UUID, error) {
		h := runs.NewHead(s.Clock, by, runs.ByPerson)
		return h.ID, tx.Exec(`INSERT INTO mapping_batch_runs (id, batch_id, trigger, state, requested_by_id,
			requested_by,
			requested_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			h.ID, batch, h.Trigger, h.State, h.RequestedByID, h.RequestedBy, h.RequestedAt).Error
	})
	return err
}

// batchEnded leaves nothing of a batch waiting without a run: what a failed one did not come to is told as skipped.
func (s *Service) batchEnded(ctx context.Context, tx *gorm.DB, h runs.Head, out runs.Outcome) error {
	if out.State == runs.Succeeded {
		return s.runAgain(ctx, tx, h)
	}
	return tx.Exec(`UPDATE mapping_batch_items SET state = CASE state WHEN 'waiting' THEN 'skipped'
		ELSE 'kept' END, why = ?
		WHERE batch_id = (SELECT batch_id FROM mapping_batch_runs WHERE id = ?) AND state IN ('waiting', 'undoing')`,
		out.Message, h.ID).Error
}

// runAgain goes on with what was asked of a batch after its run had found nothing left to do.
func (s *Service) runAgain(ctx context.Context, tx *gorm.DB, h runs.Head) error {
	var left []uuid.UUID
	err := tx.Raw(`SELECT DISTINCT i.batch_id FROM mapping_batch_items i
		JOIN mapping_batch_runs r ON r.batch_id = i.batch_id
		WHERE r.id = ? AND i.state IN ('waiting', 'undoing')`, h.ID).Scan(&left).Error
	if err != nil || len(left) == 0 {
		return err
	}
	return s.runBatch(ctx, tx, audit.System, left[0])
}

// WatchBatches finds batches whose worker is gone and lets another go on. Any replica may call it at any time.
func (s *Service) WatchBatches(ctx context.Context) error { return s.batchDesk().Watch(ctx) }

// TakeOverBatches lets go of every batch. Only for a process that knows it is the only one.
func (s *Service) TakeOverBatches(ctx context.Context) error { return s.batchDesk().TakeOver(ctx) }

// WorkBatch carries out what is left of a batch or of its undo: one account, one
// transaction. A decision that is refused, as by another operator who was first, is
// noted with its reason, and the rest goes through. runs.ErrBusy: another works at it.
func (s *Service) WorkBatch(ctx context.Context, run uuid.UUID) error {
	return s.workBatch(ctx, run, 0)
}

// WorkBatchFor works a batch for so long at most; what is left is the queue's.
func (s *Service) WorkBatchFor(ctx context.Context, batch uuid.UUID, limit time.Duration) error {
	run, err := s.batchDesk().Table.Unfinished(ctx, s.DB.Read(ctx), batch)
	if err != nil || run == uuid.Nil {
		return err
	}
	if err = s.workBatch(ctx, run, limit); errors.Is(err, runs.ErrBusy) {
		return nil // the queue was quicker
	}
	return err
}

func (s *Service) workBatch(ctx context.Context, run uuid.UUID, limit time.Duration) error {
	return s.batchDesk().Work(ctx, run, func(ctx context.Context, h *runs.Hold) runs.Outcome {
		var batch uuid.UUID
		err := s.DB.Read(ctx).Raw(`SELECT batch_id FROM mapping_batch_runs WHERE id = ?`, run).Row().Scan(&batch)
		more := err == nil
		for began := s.Clock.Now(); more && err == nil; {
			if limit > 0 && s.Clock.Now().Sub(began) >= limit {
				return runs.Outcome{State: runs.Interrupted, HandOver: true}
			}
			more, err = s.workItem(ctx, h, batch)
		}
		if err != nil {
			return s.batchDesk().Failure(err)
		}
		return runs.Outcome{State: runs.Succeeded}
	})
}

func (s *Service) workItem(ctx context.Context, h *runs.Hold, id uuid.UUID) (more bool, err error) {
	var i item
	var by batchActors
	err = h.InTx(ctx, func(tx *gorm.DB) error {
		i = item{}
		if err := tx.Raw(`SELECT account_id, crm_account_id, state, decision_id FROM mapping_batch_items
			WHERE batch_id = ? AND state IN ('waiting', 'undoing')
			ORDER BY account_id LIMIT 1 FOR UPDATE`, id).Scan(&i).Error; err != nil || i.State == "" {
			return err
		}
		if err := tx.Raw(`SELECT actor, actor_id, undo_by, undo_by_id FROM mapping_batches WHERE id = ?`,
			id).Scan(&by).Error; err != nil {
			return err
		}
		work, who := s.acceptItem, by.accepted()
		if i.State == "undoing" {
			work, who = s.undoItem, by.undid()
		}
		return errors.Join(work(ctx, tx, who, id, i), h.Progressed(tx))
	})
	if i.State == "" {
		return false, err
	}
	if errs.KindOf(err) == errs.Conflict || errs.KindOf(err) == errs.NotFound {
		return true, s.noteRefused(ctx, h, id, i, s.named(ctx, err, i.AccountID, i.CRMAccountID))
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

func (s *Service) noteRefused(ctx context.Context, h *runs.Hold, batch uuid.UUID, i item, cause error) error {
	to := map[string]string{"waiting": "skipped", "undoing": "kept"}[i.State]
	return h.InTx(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE mapping_batch_items SET state = ?, why = ? WHERE batch_id = ? AND account_id = ?
			AND state = ?`, to, errs.Public(cause), batch, i.AccountID, i.State).Error
	})
}
