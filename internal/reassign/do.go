package reassign

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

const longestNote = 1000

// DoTx is Do within the caller's transaction.
func (s Service) DoTx(ctx context.Context, tx *gorm.DB, by audit.Actor, m Move) (Record, error) {
	if len(m.Note) > longestNote {
		return Record{}, errs.Fields{"note": fmt.Sprintf("The note is longer than %d characters.", longestNote)}.Err()
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
		return Record{}, errs.New(errs.Conflict, "One of the two has changed since you looked, and the result would be another. Nothing was moved; look at it again.")
	}
	return s.write(ctx, tx, by, p)
}

func pick(both map[uuid.UUID]subscription.Subscription, m Move) (source, target subscription.Subscription, err error) {
	source, known := both[m.Source]
	if !known {
		return source, target, errs.New(errs.NotFound, "There is no such subscription.")
	}
	if target, known = both[m.Target]; !known {
		return source, target, errs.Fields{"target_id": "There is no such subscription; choose the one that the history goes to."}.Err()
	}
	return source, target, nil
}

// writing is one move under way.
type writing struct {
	ctx context.Context
	tx  *gorm.DB
	by  audit.Actor
	id  uuid.UUID
	plan
}

func (s Service) write(ctx context.Context, tx *gorm.DB, by audit.Actor, p plan) (Record, error) {
	w := writing{ctx: ctx, tx: tx, by: by, id: uuid.Must(uuid.NewV7()), plan: p}
	steps := []func() error{
		func() error { return w.keep(s) },
		w.marks,
		func() error { return ledger.Take(ctx, tx, p.copies) },
		func() error { return billing.CopyElsewhere(ctx, tx, p.copies) },
		func() error { return ledger.Append(ctx, tx, s.origin(by, p.move.Course), p.added) },
		w.rows,
		func() error {
			_, err := subscription.SetHistory(ctx, tx, s.act(by, p.target.ID, p.move.Course), p.history)
			return err
		},
		func() error { return s.Reviews.Refresh(ctx, tx, []uuid.UUID{p.source.ID, p.target.ID}) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
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

func (w writing) keep(s Service) error {
	before, err := json.Marshal(w.target.History())
	if err != nil {
		return err
	}
	var ended clock.Date
	if w.source.State == subscription.Inactive {
		ended = w.move.On
	}
	err = w.tx.WithContext(w.ctx).Exec(`INSERT INTO reassignments (id, source_id, target_id, switch_on, taken, floor, copied, aside, adjusted, before, note, made_at, made_by_id, made_by, ended_on)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?)`, w.id, w.source.ID, w.target.ID, w.move.On, w.taken, w.floor(), len(w.copies), len(w.aside), w.adjusted,
		string(before), w.move.Note, s.Clock.Now(), uuid.NullUUID{UUID: w.by.ID, Valid: w.by.IsPerson()}, w.by.Name, ended).Error
	if err != nil {
		return fmt.Errorf("keep reassignment: %w", err)
	}
	return nil
}

// marks sets the target's own rows aside, and takes the source's open rows off its bill.
func (w writing) marks() error {
	aside, archived := false, ledger.Archived
	why := fmt.Sprintf("set aside: the history of %s takes their place", w.source.ExternalID)
	if _, err := (ledger.Mark{By: w.by, Why: why, Counted: &aside}).Apply(w.ctx, w.tx, idsOf(w.aside)); err != nil {
		return err
	}
	if !w.taken {
		return nil
	}
	why = fmt.Sprintf("taken along to %s, which is billed for it", w.target.ExternalID)
	_, err := ledger.Mark{By: w.by, Why: why, Billing: &archived}.Apply(w.ctx, w.tx, idsOf(w.open))
	return err
}

func (w writing) rows() error {
	var copies, added []uuid.UUID
	for _, c := range w.copies {
		copies = append(copies, c.ID)
	}
	for _, c := range w.added {
		added = append(added, c.ID)
	}
	kept := map[role][]uuid.UUID{roleCopy: copies, roleAdjust: added, roleAside: idsOf(w.aside)}
	if w.taken {
		kept[roleTaken] = idsOf(w.open)
	}
	for r, ids := range kept {
		if err := keepRows(w.ctx, w.tx, w.id, r, ids); err != nil {
			return err
		}
	}
	return nil
}

func (w writing) event() audit.Event {
	told := func(h subscription.History) map[string]any {
		return map[string]any{"billed_through": h.BilledThrough.String(), "billable_from": h.BillableFrom.String(), "history_since": h.Since.String()}
	}
	before, after := told(w.target.History()), told(w.history)
	before["counted_rows"], before["target"] = idsOf(w.aside), w.target.ExternalID
	for k, v := range map[string]any{"source": w.source.ExternalID, "source_id": w.source.ID, "target": w.target.ExternalID, "switch_on": w.move.On.String(), "copied": len(w.copies),
		"set_aside": len(w.aside), "adjusted": w.adjusted, "taken_along": w.taken, "note": w.move.Note} {
		after[k] = v
	}
	return audit.Event{Action: "subscription.reassigned", ObjectType: "subscription", ObjectID: w.target.ID.String(), ObjectName: w.target.Called(), Before: before, After: after}
}

func idsOf(rows []ledger.Entry) []uuid.UUID {
	ids := make([]uuid.UUID, len(rows))
	for i, e := range rows {
		ids[i] = e.ID
	}
	return ids
}
