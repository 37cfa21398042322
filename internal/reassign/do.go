package reassign

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/elsewhere"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

const longestNote = 1000

func checkNote(note string) error {
	if len(note) > longestNote {
		return errs.Fields{"note": fmt.Sprintf("The note is longer than %d characters.", longestNote)}.Err()
	}
	return nil
}

// DoTx is Do within the caller's transaction.
func (s Service) DoTx(ctx context.Context, tx *gorm.DB, by audit.Actor, m Move) (Record, error) {
	if err := checkNote(m.Note); err != nil {
		return Record{}, err
	}
	both, err := subscription.LockBoth(ctx, tx, m.Source, m.Target)
	if err != nil {
		return Record{}, err
	}
	source, target, err := pick(both, m)
	if err != nil {
		return Record{}, err
	}
	p, err := s.plan(ctx, tx, m, source, target)
	if err != nil {
		return Record{}, err
	}
	if err := refused(p.refusals()); err != nil {
		return Record{}, err
	}
	if m.Seen != "" && m.Seen != p.digest() {
		return Record{}, errs.New(errs.Conflict,
			"One of the two has changed since you looked, and the result would be another. Nothing was moved; "+
				"look at it again.")
	}
	return s.write(ctx, tx, by, p)
}

func pick(both map[uuid.UUID]subscription.Subscription, m Move) (source, target subscription.Subscription, err error) {
	source, known := both[m.Source]
	if !known {
		return source, target, errs.New(errs.NotFound, "There is no such subscription.")
	}
	if target, known = both[m.Target]; !known {
		err := errs.Fields{"target_id": "There is no such subscription; choose the one that the history goes to."}.Err()
		return source, target, err
	}
	return source, target, nil
}

// writing is one move under way.
type writing struct {
	Service
	plan
	by audit.Actor
	id uuid.UUID
}

func (s Service) write(ctx context.Context, tx *gorm.DB, by audit.Actor, p plan) (Record, error) {
	w := writing{Service: s, plan: p, by: by, id: uuid.Must(uuid.NewV7())}
	for _, step := range []func(context.Context, *gorm.DB) error{w.keep, w.marks, w.append, w.keepRoles, w.settle} {
		if err := step(ctx, tx); err != nil {
			return Record{}, err
		}
	}
	all, err := records(ctx, tx, `r.id = ?`, w.id)
	if err != nil || len(all) == 0 {
		return Record{}, err
	}
	all[0].Audit = []audit.Event{w.event()}
	return all[0], nil
}

func (w writing) keep(ctx context.Context, tx *gorm.DB) error {
	before, err := json.Marshal(w.target.History())
	if err != nil {
		return err
	}
	var ended clock.Date
	if w.source.State == subscription.Inactive {
		ended = w.move.On
	}
	err = tx.WithContext(ctx).Exec(`
		INSERT INTO reassignments (id, source_id, target_id, switch_on, taken, floor, copied, aside, adjusted, before,
			note,
			made_at, made_by_id, made_by, ended_on)
		VALUES (?, ?, ?, ?, false, NULL, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?)`,
		w.id, w.source.ID, w.target.ID, w.move.On, len(w.copies), len(w.aside), w.adjusted, string(before), w.move.Note,
		w.Clock.Now(), uuid.NullUUID{UUID: w.by.ID, Valid: w.by.IsPerson()}, w.by.Name, ended).Error
	if err != nil {
		return fmt.Errorf("keep reassignment: %w", err)
	}
	return nil
}

// marks sets the target's own rows aside.
func (w writing) marks(ctx context.Context, tx *gorm.DB) error {
	aside := false
	why := fmt.Sprintf("set aside: the history of %s takes their place", w.source.ExternalID)
	_, err := ledger.Mark{By: w.by, Why: why, Counted: &aside}.Apply(ctx, tx, idsOf(w.aside))
	return err
}

func (w writing) append(ctx context.Context, tx *gorm.DB) error {
	if err := ledger.Take(ctx, tx, w.copies); err != nil {
		return err
	}
	if err := elsewhere.Copy(ctx, tx, w.copies); err != nil {
		return err
	}
	return ledger.Append(ctx, tx, w.origin(w.by, w.move.Course), w.added)
}

func (w writing) keepRoles(ctx context.Context, tx *gorm.DB) error {
	var copies, added []uuid.UUID
	for _, c := range w.copies {
		copies = append(copies, c.ID)
	}
	for _, c := range w.added {
		added = append(added, c.ID)
	}
	for r, ids := range map[role][]uuid.UUID{roleCopy: copies, roleAdjust: added, roleAside: idsOf(w.aside)} {
		if err := keepRows(ctx, tx, w.id, r, ids); err != nil {
			return err
		}
	}
	return nil
}

func (w writing) settle(ctx context.Context, tx *gorm.DB) error {
	if _, err := subscription.SetHistory(ctx, tx, w.act(w.by, w.target.ID, w.move.Course), w.stands); err != nil {
		return err
	}
	return w.refresh(ctx, tx, w.source.ID, w.target.ID)
}

// refresh makes anew what lists and reviews say of both.
func (s Service) refresh(ctx context.Context, tx *gorm.DB, source, target uuid.UUID) error {
	both := []uuid.UUID{source, target}
	if err := subscription.CopyPrices(ctx, tx, both, s.Today()); err != nil {
		return err
	}
	if err := invoice.RefreshThrough(ctx, tx, both); err != nil {
		return err
	}
	return s.Reviews.Refresh(ctx, tx, both)
}

func (w writing) event() audit.Event {
	of := func(h subscription.History) map[string]any {
		return map[string]any{"billable_from": h.BillableFrom.String(), "history_since": h.Since.String()}
	}
	before, after := of(w.target.History()), of(w.stands)
	before["counted_rows"], before["target"] = idsOf(w.aside), w.target.ExternalID
	for k, v := range map[string]any{
		"source": w.source.ExternalID, "source_id": w.source.ID, "target": w.target.ExternalID,
		"switch_on": w.move.On.String(), "copied": len(w.copies), "set_aside": len(w.aside), "adjusted": w.adjusted,
		"note": w.move.Note,
	} {
		after[k] = v
	}
	return audit.Event{
		Action: "subscription.reassigned", ObjectType: "subscription", ObjectID: w.target.ID.String(),
		ObjectName: w.target.Called(), Before: before, After: after,
	}
}

func idsOf(rows []ledger.Entry) []uuid.UUID {
	ids := make([]uuid.UUID, len(rows))
	for i, e := range rows {
		ids[i] = e.ID
	}
	return ids
}
