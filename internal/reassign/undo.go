package reassign

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

// UndoTx is Undo within the caller's transaction. The copies are set aside and the
// target's own rows count again; a source that was ended after the move counts again too.
func (s Service) UndoTx(ctx context.Context, tx *gorm.DB, by audit.Actor, b Back) (Record, error) {
	if err := checkNote(b.Note); err != nil {
		return Record{}, err
	}
	r, err := standing(ctx, tx, b.ID)
	if err != nil {
		return r, err
	}
	if err := undoable(ctx, tx, r); err != nil {
		return r, err
	}
	var events []audit.Event
	if r.EndedHere {
		if r, err = s.reopen(ctx, tx, by, r, b.Note); err != nil {
			return r, err
		}
		events = r.Audit
	}
	if err := restoreRows(ctx, tx, by, r); err != nil {
		return r, err
	}
	if err := s.restoreHistory(ctx, tx, by, r); err != nil {
		return r, err
	}
	now := s.Clock.Now()
	err = tx.WithContext(ctx).Exec(`
		UPDATE reassignments SET undone_at = ?, undone_by_id = ?, undone_by = ?, undo_note = ? WHERE id = ?`,
		now, uuid.NullUUID{UUID: by.ID, Valid: by.IsPerson()}, by.Name, b.Note, r.ID).Error
	if err != nil {
		return r, fmt.Errorf("undo reassignment %s: %w", r.ID, err)
	}
	r.UndoneAt, r.UndoneBy = &now, by.Name
	r.Audit = append(events, undone(r, b))
	return r, s.refresh(ctx, tx, r.SourceID, r.TargetID)
}

// undoable refuses once something rests on the move.
func undoable(ctx context.Context, tx *gorm.DB, r Record) error {
	onward, err := records(ctx, tx, `r.undone_at IS NULL AND r.source_id = ?`, r.TargetID)
	if err != nil {
		return err
	}
	if len(onward) > 0 {
		return errs.Newf(errs.Conflict, "The history has gone on from %s to %s. Undo that first; nothing was changed.",
			r.TargetExt, onward[0].TargetExt)
	}
	if err := unused(ctx, tx, r); err != nil {
		return err
	}
	var elsewhere int
	err = tx.WithContext(ctx).Raw(`SELECT count(*) FROM billed_elsewhere e
		JOIN reassigned_changes m ON m.change_id = e.change_id
		WHERE m.reassignment_id = ? AND m.role IN ('copy', 'adjust')
		AND e.marked_at > ?`, r.ID, r.MadeAt).Row().Scan(&elsewhere)
	switch {
	case err != nil:
		return fmt.Errorf("what rests on reassignment %s: %w", r.ID, err)
	case elsewhere > 0:
		return errs.Newf(errs.Conflict, "%s of this history on %s were marked as billed elsewhere since, "+
			"so the reassignment stays. Nothing was changed.", rows(elsewhere), r.TargetExt)
	}
	return nil
}

// unused refuses once a live invoice of the target was drafted after the move, and names it.
func unused(ctx context.Context, tx *gorm.DB, r Record) error {
	var using []foreignInvoice
	err := tx.WithContext(ctx).Raw(`
		SELECT i.number FROM invoices i
		WHERE i.state <> 'void' AND EXISTS (SELECT FROM invoice_lines l WHERE l.invoice_id = i.id
		AND l.subscription_id = @target)
		  AND i.after_seq >= (SELECT min(c.seq) FROM reassigned_changes m JOIN license_changes c ON c.id = m.change_id
			WHERE m.reassignment_id = @move AND m.role = 'copy')
		ORDER BY i.seq LIMIT 1`, map[string]any{"target": r.TargetID, "move": r.ID}).Scan(&using).Error
	switch {
	case err != nil:
		return fmt.Errorf("invoices that use reassignment %s: %w", r.ID, err)
	case len(using) > 0:
		return errs.Newf(errs.Conflict, "%s is on %s since, which uses the history, so the reassignment stays. "+
			"Void that invoice first; one that is paid is corrected by a credit, and the history stays. "+
			"Nothing was changed.",
			r.TargetExt, using[0].called())
	}
	return nil
}

// restoreRows sets the copies aside, with what corrects them, and counts the target's own rows again.
func restoreRows(ctx context.Context, tx *gorm.DB, by audit.Actor, r Record) error {
	made, err := rowsOf(ctx, tx, r.ID, roleCopy, roleAdjust)
	if err != nil {
		return err
	}
	if made, err = ledger.Descendants(ctx, tx, r.TargetID, made); err != nil {
		return err
	}
	no, yes, archived, none := false, true, ledger.Archived, uuid.NullUUID{}
	why := fmt.Sprintf("the reassignment from %s was undone", r.SourceExt)
	gone := ledger.Mark{By: by, Why: why, Counted: &no, Billing: &archived, Invoice: &none}
	if _, err := gone.Apply(ctx, tx, made); err != nil {
		return err
	}
	own, err := rowsOf(ctx, tx, r.ID, roleAside)
	if err != nil {
		return err
	}
	_, err = ledger.Mark{By: by, Why: why, Counted: &yes}.Apply(ctx, tx, own)
	return err
}

// restoreHistory lets the target be billed from where it was, and wait as it did. Where billing stands is reckoned
// anew.
func (s Service) restoreHistory(ctx context.Context, tx *gorm.DB, by audit.Actor, r Record) error {
	was, err := r.before()
	if err != nil {
		return fmt.Errorf("what stood before reassignment %s: %w", r.ID, err)
	}
	_, err = subscription.SetHistory(ctx, tx, s.act(by, r.TargetID, ""), was)
	return err
}

func undone(r Record, b Back) audit.Event {
	return audit.Event{
		Action: "subscription.reassignment_undone", ObjectType: "subscription", ObjectID: r.TargetID.String(),
		ObjectName: r.TargetName,
		Before: map[string]any{"source": r.SourceExt, "source_id": r.SourceID, "switch_on": r.SwitchOn.String(),
			"copied":  r.Copied,
			"made_by": r.MadeBy, "made_at": r.MadeAt.Format(time.RFC3339)},
		After: map[string]any{"set_aside": r.Copied, "counted_again": r.Aside, "note": b.Note},
	}
}
