package selection

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Stale says that what a preview showed is no longer so. Nothing was done.
type Stale struct {
	Gone    []Difference // no longer there
	Changed []Difference // stand differently
	Left    []Difference // no longer match the filter
	Came    int          // match the filter now and did not
	cause   error
}

// Difference names a record that differs from what was shown.
type Difference struct {
	ID        uuid.UUID
	Name, Sub string
}

func (e *Stale) Error() string { return e.cause.Error() }

// Unwrap gives the public refusal.
func (e *Stale) Unwrap() error { return e.cause }

// Apply does what a preview has shown, exactly that, known by its digest, or nothing: a *Stale
// names what differs. Who confirms it a second time only learns that it was.
func (s *Service) Apply(ctx context.Context, by audit.Actor, id uuid.UUID, digest string, typed Params) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		w, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		deed, err := s.Deed(w.Deed)
		if err != nil {
			return err
		}
		switch {
		case w.Digest == "" && w.Step == Looking:
			return errs.New(errs.Conflict,
				"The preview is still being made. Nothing was changed; look again in a moment.")
		case w.Digest != digest:
			return errs.New(errs.Conflict, "This confirms another preview than the one that stands here. "+
				"Nothing was changed; look at it again.")
		case w.Step != Looking:
			return nil
		}
		if err := s.unchanged(ctx, tx, deed, w); err != nil {
			return err
		}
		for k, v := range typed {
			w.Params[k] = v
		}
		if err := s.passes(ctx, tx, by, deed, w); err != nil {
			return err
		}
		return s.confirm(ctx, tx, by, w)
	})
}

func (s *Service) confirm(ctx context.Context, tx *gorm.DB, by audit.Actor, w Work) error {
	wanted := tx.Exec(`UPDATE bulk_items SET state = 'waiting' WHERE work_id = ? AND state = 'will'`, w.ID)
	if wanted.Error != nil {
		return wanted.Error
	}
	if wanted.RowsAffected == 0 {
		return errs.New(errs.Conflict, "There is nothing here to do: each record stands with the reason why not. "+
			"Nothing was changed.")
	}
	err := tx.Exec(`UPDATE bulk_items SET state = 'skipped' WHERE work_id = ? AND state = 'wont'`, w.ID).Error
	if err != nil {
		return err
	}
	err = tx.Exec(`UPDATE bulk_works SET step = 'do', params = ?, done_at = ?, done_by = ?, done_by_id = ?
		WHERE id = ?`,
		w.Params, s.Clock.Now(), by.Name, actorID(by), w.ID).Error
	if err != nil {
		return err
	}
	if err := s.run(ctx, tx, by, w.ID); err != nil {
		return err
	}
	return audit.Record(ctx, tx, s.Clock, by, event("bulk.applied", w, int(wanted.RowsAffected)))
}

// unchanged compares every record with how it was shown, and the filter with what it let through then.
func (s *Service) unchanged(ctx context.Context, tx *gorm.DB, deed Deed, w Work) error {
	var shown []Item
	err := tx.Raw(`SELECT record_id, name, sub, mark, why FROM bulk_items WHERE work_id = ? ORDER BY place`, w.ID).
		Scan(&shown).Error
	if err != nil {
		return fmt.Errorf("records of bulk work: %w", err)
	}
	marks, err := deed.Marks(ctx, tx, recordsOf(shown))
	if err != nil {
		return err
	}
	stale := Stale{}
	known := make(map[uuid.UUID]Difference, len(shown))
	for _, i := range shown {
		d := Difference{i.RecordID, i.Name, i.Sub}
		known[i.RecordID] = d
		now, there := marks[i.RecordID]
		switch {
		case there && now != i.Mark:
			stale.Changed = append(stale.Changed, d)
		case !there && i.Why != isGone:
			stale.Gone = append(stale.Gone, d)
		}
	}
	if err := s.compareFilter(ctx, tx, w, known, &stale); err != nil {
		return err
	}
	return stale.err()
}

func (s *Service) compareFilter(ctx context.Context, tx *gorm.DB, w Work, known map[uuid.UUID]Difference,
	stale *Stale) error {
	if w.Filter == nil {
		return nil
	}
	now, err := s.matching(ctx, tx, w.List, *w.Filter)
	if err != nil {
		return err
	}
	matches := make(map[uuid.UUID]bool, len(now))
	for _, id := range now {
		matches[id] = true
		if _, was := known[id]; !was {
			stale.Came++
		}
	}
	told := map[uuid.UUID]bool{}
	for _, d := range append(append([]Difference{}, stale.Gone...), stale.Changed...) {
		told[d.ID] = true
	}
	for id, d := range known {
		if !matches[id] && !told[id] {
			stale.Left = append(stale.Left, d)
		}
	}
	return nil
}

// Count is how many records differ.
func (e *Stale) Count() int { return len(e.Gone) + len(e.Changed) + len(e.Left) + e.Came }

func (e *Stale) err() error {
	if e.Count() == 0 {
		return nil
	}
	says := fmt.Sprintf("%d of these records have changed since the preview was made.", e.Count())
	if e.Count() == 1 {
		says = "One of these records has changed since the preview was made."
	}
	e.cause = errs.New(errs.Conflict,
		says+" Nothing was changed by you; look at it again and confirm what it says now.")
	return e
}

// Again makes a preview of the same selection anew, as things stand now, with what is typed now.
func (s *Service) Again(ctx context.Context, by audit.Actor, id uuid.UUID, params Params) (uuid.UUID, error) {
	db := s.DB.Read(ctx)
	w, err := Get(ctx, db, id)
	if err != nil {
		return uuid.Nil, err
	}
	o := Order{Deed: w.Deed, Params: w.Params, Filter: w.Filter}
	for k, v := range params {
		o.Params[k] = v
	}
	if w.Filter == nil {
		err := db.Raw(`SELECT record_id AS id FROM bulk_items WHERE work_id = ? ORDER BY place`,
			id).Scan(&o.Records).Error
		if err != nil {
			return uuid.Nil, fmt.Errorf("records of bulk work: %w", err)
		}
	}
	return s.Look(ctx, by, o)
}

// Undo takes a work back: every record that nobody has changed since stands as before. The
// others are kept, with the reason. What was kept before is tried again.
func (s *Service) Undo(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		w, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if w.Step == Looking {
			return errs.New(errs.Conflict, "This was only looked at, and so there is nothing to take back.")
		}
		stopped := tx.Exec(`UPDATE bulk_items SET state = 'skipped', why = 'taken back before its turn'
			WHERE work_id = ? AND state = 'waiting'`, id)
		if stopped.Error != nil {
			return stopped.Error
		}
		wanted := tx.Exec(`UPDATE bulk_items SET state = 'undoing', why = '' WHERE work_id = ?
			AND state IN ('done', 'kept')`, id)
		if wanted.Error != nil {
			return wanted.Error
		}
		if wanted.RowsAffected+stopped.RowsAffected == 0 {
			if under, err := s.Running(ctx, id); err != nil || under {
				return err // somebody has just asked for it
			}
			return errs.New(errs.Conflict, "Nothing of this is left to take back. Nothing was changed.")
		}
		err = tx.Exec(`UPDATE bulk_works SET step = 'undo', undo_at = ?, undo_by = ?, undo_by_id = ? WHERE id = ?`,
			s.Clock.Now(), by.Name, actorID(by), id).Error
		if err != nil {
			return err
		}
		if err := s.run(ctx, tx, by, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, event("bulk.taken_back", w, int(wanted.RowsAffected)))
	})
}
