package selection

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Order asks for a deed to be done to a selection.
type Order struct {
	Deed    string
	Params  Params
	Records []Record
	Filter  *string // the address of the list, for all that match; then there are no records
}

// Look begins a preview: what the order would do to each record. It is made by the run, and
// stands when the work has a digest.
func (s *Service) Look(ctx context.Context, by audit.Actor, o Order) (uuid.UUID, error) {
	return s.begin(ctx, by, o, Looking)
}

// Act does at once what a page of its own has shown to the person, record by record. A record
// that does not stand as it was marked is left alone. errs.NotFound where there is no such record.
func (s *Service) Act(ctx context.Context, by audit.Actor, o Order) (uuid.UUID, error) {
	return s.begin(ctx, by, o, Doing)
}

func (s *Service) begin(ctx context.Context, by audit.Actor, o Order, step Step) (uuid.UUID, error) {
	deed, err := s.Deed(o.Deed)
	if err != nil {
		return uuid.Nil, err
	}
	id := uuid.Must(uuid.NewV7())
	return id, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := checked(ctx, tx, deed, o.Params); err != nil {
			return err
		}
		chosen, err := s.chosen(ctx, tx, deed, o)
		if err != nil {
			return err
		}
		if err := s.store(tx, by, o, Work{ID: id, List: deed.List(), Step: step}, chosen); err != nil {
			return err
		}
		if step == Looking {
			return s.run(ctx, tx, by, id)
		}
		if err := s.named(ctx, tx, deed, id, chosen); err != nil {
			return err
		}
		acted := Work{ID: id, Deed: o.Deed, List: deed.List(), Params: o.Params}
		if err := s.passes(ctx, tx, by, deed, acted); err != nil {
			return err
		}
		if err := s.run(ctx, tx, by, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, event("bulk.applied", Work{ID: id, Deed: o.Deed, Params: o.Params},
			len(chosen)))
	})
}

func checked(ctx context.Context, db *gorm.DB, deed Deed, p Params) error {
	if c, asks := deed.(Checker); asks {
		return c.Check(ctx, db, p)
	}
	return nil
}

func (s *Service) chosen(ctx context.Context, tx *gorm.DB, deed Deed, o Order) ([]Record, error) {
	records := o.Records
	if o.Filter != nil {
		ids, err := s.matching(ctx, tx, deed.List(), *o.Filter)
		if err != nil {
			return nil, err
		}
		records = make([]Record, len(ids))
		for i, id := range ids {
			records[i].ID = id
		}
	}
	if len(records) == 0 {
		return nil, errs.Fields{"id": "Nothing is selected. Tick at least one row; nothing was changed."}.Err()
	}
	if len(records) > Most {
		return nil, errs.Fields{"id": fmt.Sprintf("These are more than %d. Narrow the list with a filter and take "+
			"them in parts; nothing was changed.", Most)}.Err()
	}
	if a, ordered := deed.(Arranger); ordered {
		return records, a.Arrange(ctx, tx, records)
	}
	return records, nil
}

func (s *Service) matching(ctx context.Context, db *gorm.DB, list, address string) ([]uuid.UUID, error) {
	find := s.Lists[list]
	if find == nil {
		return nil, errs.New(errs.NotFound, "There is no such list.")
	}
	return find(ctx, db, address, Most+1)
}

func (s *Service) store(tx *gorm.DB, by audit.Actor, o Order, w Work, records []Record) error {
	now, state := s.Clock.Now(), Unseen
	var doneAt, doneBy, doneByID any = nil, "", nil
	if w.Step == Doing {
		state, doneAt, doneBy, doneByID = Waiting, now, by.Name, actorID(by)
	}
	err := tx.Exec(`INSERT INTO bulk_works (id, deed, list, filter, params, step, at, actor, actor_id, done_at, done_by,
			done_by_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		w.ID, o.Deed, w.List, o.Filter, o.Params, w.Step, now, by.Name, actorID(by), doneAt, doneBy, doneByID).Error
	if err != nil {
		return err
	}
	ids, marks := make([]uuid.UUID, len(records)), make([]string, len(records))
	for i, r := range records {
		ids[i], marks[i] = r.ID, r.Mark
	}
	return tx.Exec(`INSERT INTO bulk_items (work_id, record_id, place, state, mark)
		SELECT DISTINCT ON (r.id) ?::uuid, r.id, r.place, ?, r.mark
		FROM unnest(?::uuid[], ?::text[]) WITH ORDINALITY AS r (id, mark, place) ORDER BY r.id, r.place`,
		w.ID, state, postgres.IDs(ids), postgres.Texts(marks)).Error
}

// named keeps what the records of a work without preview are called, and refuses those that are not there.
func (s *Service) named(ctx context.Context, tx *gorm.DB, deed Deed, id uuid.UUID, records []Record) error {
	w, err := Get(ctx, tx, id)
	if err != nil {
		return err
	}
	seen, err := deed.Look(ctx, tx, w, records)
	if err != nil {
		return err
	}
	there := make(map[uuid.UUID]bool, len(seen))
	for _, x := range seen {
		there[x.ID] = true
	}
	for _, r := range records {
		if !there[r.ID] {
			return errs.New(errs.NotFound, "One of these records does not exist. Nothing was changed.")
		}
	}
	return keep(tx, id, seen, false)
}

func event(action string, w Work, records int) audit.Event {
	return audit.Event{Action: action, ObjectType: "bulk_work", ObjectID: w.ID.String(), ObjectName: w.Deed,
		After: map[string]any{"deed": w.Deed, "records": records, "params": w.Params, "digest": w.Digest}}
}
