package reassign

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

// RetireTx is Retire within the caller's transaction. A source that has ended already
// stays as it is, and the target is released. errs.Conflict when no move of it stands.
func (s Service) RetireTx(ctx context.Context, tx *gorm.DB, by audit.Actor, e Ending) (Record, error) {
	r, err := standing(ctx, tx, e.Source)
	if err != nil {
		return r, err
	}
	if r.SourceID != e.Source {
		return r, errs.New(errs.Conflict,
			"No history was reassigned from this subscription, so there is nothing to take its place. "+
				"Reassign it first, or deactivate it by itself; nothing was changed.")
	}
	was, err := subscription.Get(ctx, tx, r.SourceID)
	if err != nil {
		return r, err
	}
	if was.State != subscription.Inactive {
		if was, err = s.end(ctx, tx, by, &r, e); err != nil {
			return r, err
		}
	}
	return s.settle(ctx, tx, by, r, was)
}

// end closes the source, with No refund: its days from the switch on are the target's.
func (s Service) end(
	ctx context.Context, tx *gorm.DB, by audit.Actor, r *Record, e Ending,
) (subscription.Subscription, error) {
	if err := e.complete(ctx, tx, *r); err != nil {
		return subscription.Subscription{}, err
	}
	course := ledger.FromPerson
	if e.By == subscription.ByCutover {
		course = ledger.FromCutover
	}
	was, err := subscription.Get(ctx, tx, r.SourceID)
	if err != nil {
		return was, err
	}
	end := subscription.Ending{By: e.By, On: e.On, Note: e.Note}
	now, err := subscription.Deactivate(ctx, tx, s.act(by, r.SourceID, course), end)
	if said := errs.FieldsOf(err)["effective_at"]; said != "" {
		err = errs.Newf(errs.Conflict, "%s cannot end on %s: %s Nothing was changed.", r.SourceExt, e.On, said)
	}
	r.Audit = append(r.Audit, audit.Event{
		Action: "subscription.deactivated", ObjectType: "subscription", ObjectID: r.SourceID.String(),
		ObjectName: r.SourceName,
		Before:     map[string]any{"state": was.State, "seats": was.LedgerQuantity},
		After: map[string]any{
			"state": now.State, "seats": 0, "effective_at": e.On.String(), "refund": "no",
			"history_went_to": r.TargetExt, "note": e.Note,
		},
	})
	return now, err
}

// complete fills in what was not said: the source ends where the target's days begin.
func (e *Ending) complete(ctx context.Context, tx *gorm.DB, r Record) error {
	if e.By == "" {
		e.By = subscription.ByPerson
	}
	if !e.On.IsZero() {
		return nil
	}
	h, err := history.One(ctx, tx, r.TargetID)
	e.On = clock.Later(r.SwitchOn, h.FirstDay())
	return err
}

// settle releases the target of a move whose source has ended.
func (s Service) settle(
	ctx context.Context, tx *gorm.DB, by audit.Actor, r Record, source subscription.Subscription,
) (Record, error) {
	target, err := subscription.Get(ctx, tx, r.TargetID)
	if err != nil {
		return r, err
	}
	h := target.History()
	h.TwinHold, h.CutoverHold = false, false
	if end := source.DeactivatedOn; !h.BillableFrom.IsZero() && end.Before(h.BillableFrom) &&
		source.DeactivatedBy == subscription.ByPerson {
		h.BillableFrom = end // a person ended it before the switch day: no day between is nobody's
	}
	now, err := subscription.SetHistory(ctx, tx, s.act(by, r.TargetID, ""), h)
	if err != nil {
		return r, err
	}
	here := (r.EndedHere || r.EndedOn.IsZero()) && source.DeactivatedBy != subscription.ByProvider
	if err := keepEnd(ctx, tx, r.ID, source.DeactivatedOn, here); err != nil {
		return r, err
	}
	r.EndedOn, r.EndedHere = source.DeactivatedOn, here
	r.Audit = append(r.Audit, audit.Event{
		Action: "subscription.released", ObjectType: "subscription", ObjectID: r.TargetID.String(),
		ObjectName: r.TargetName,
		Before:     map[string]any{"state": target.State, "hold_reason": target.HoldReason},
		After: map[string]any{"state": now.State, "hold_reason": now.HoldReason,
			"billable_from": now.BillableFrom.String(),
			"history_of":    r.SourceExt},
	})
	return r, s.refresh(ctx, tx, r.SourceID, r.TargetID)
}

// Ended is told by the room that ends subscriptions: of those whose history has gone over, the target is released.
func (s Service) Ended(ctx context.Context, tx *gorm.DB, by audit.Actor, ended []uuid.UUID) ([]audit.Event, error) {
	var events []audit.Event
	for _, id := range ended {
		moves, err := records(ctx, tx, `r.undone_at IS NULL AND r.source_id = ?`, id)
		if err != nil {
			return nil, err
		}
		if len(moves) == 0 {
			continue
		}
		source, err := subscription.Get(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		r, err := s.settle(ctx, tx, by, moves[0], source)
		if err != nil {
			return nil, err
		}
		events = append(events, r.Audit...)
	}
	return events, nil
}

// MayReopen refuses to activate a subscription by itself while its history stands elsewhere.
func (s Service) MayReopen(ctx context.Context, tx *gorm.DB, id uuid.UUID) error {
	moves, err := records(ctx, tx, `r.undone_at IS NULL AND r.source_id = ?`, id)
	if err != nil || len(moves) == 0 {
		return err
	}
	return errs.Newf(errs.Conflict,
		"The history of %s went over to %s, which is billed in its place: both would count. "+
			"Undo the reassignment first; nothing was changed.", moves[0].SourceExt, moves[0].TargetExt)
}

// ReopenTx is Reopen within the caller's transaction.
func (s Service) ReopenTx(ctx context.Context, tx *gorm.DB, by audit.Actor, b Back) (Record, error) {
	r, err := standing(ctx, tx, b.ID)
	if err != nil {
		return r, err
	}
	if r.EndedOn.IsZero() {
		return r, errs.Newf(errs.Conflict,
			"%s was not ended since its history was reassigned, so there is nothing to take back. Nothing was changed.",
			r.SourceExt)
	}
	if err := unused(ctx, tx, r); err != nil {
		return r, err
	}
	if r.EndedHere {
		r, err = s.reopen(ctx, tx, by, r, b.Note)
	} else {
		err = s.hold(ctx, tx, by, r)
	}
	if err != nil {
		return r, err
	}
	return r, s.refresh(ctx, tx, r.SourceID, r.TargetID)
}

// hold lets the target wait again.
func (s Service) hold(ctx context.Context, tx *gorm.DB, by audit.Actor, r Record) error {
	target, err := subscription.Get(ctx, tx, r.TargetID)
	if err != nil {
		return err
	}
	h := target.History()
	h.CutoverHold = true
	_, err = subscription.SetHistory(ctx, tx, s.act(by, r.TargetID, ""), h)
	return err
}

// reopen lets the source count again from the day it ended, and holds the target.
func (s Service) reopen(ctx context.Context, tx *gorm.DB, by audit.Actor, r Record, note string) (Record, error) {
	was, err := subscription.Get(ctx, tx, r.SourceID)
	if err != nil {
		return r, err
	}
	back := subscription.Return{On: r.EndedOn, Note: note}
	now, err := subscription.Activate(ctx, tx, s.act(by, r.SourceID, ""), back)
	if err != nil {
		return r, err
	}
	if err := s.hold(ctx, tx, by, r); err != nil {
		return r, err
	}
	if err := keepEnd(ctx, tx, r.ID, clock.Date{}, false); err != nil {
		return r, err
	}
	r.EndedOn, r.EndedHere = clock.Date{}, false
	r.Audit = append(r.Audit, audit.Event{
		Action: "subscription.activated", ObjectType: "subscription", ObjectID: r.SourceID.String(),
		ObjectName: r.SourceName,
		Before:     map[string]any{"state": was.State, "seats": 0},
		After: map[string]any{"state": now.State, "seats": now.LedgerQuantity, "effective_at": back.On.String(),
			"note": note},
	})
	return r, nil
}
