package selection

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/runs"
)

// Job is the queue's task to work a run. It carries the id alone.
type Job struct {
	RunID uuid.UUID `json:"run_id"`
}

// headStart is how long the queue lets the request that asked for a work begin with it (Go).
const headStart = 3 * time.Second

// Kind names the job in the queue.
func (Job) Kind() string { return "bulk" }

func (s *Service) desk() *runs.Desk {
	return &runs.Desk{Table: runs.Table{Name: "bulk_runs", Subject: "work_id", Noun: "bulk work",
		Kept: "What was done until then is kept.", GoesOn: "it goes on by itself at the next record."},
		DB: s.DB, Clock: s.Clock, Zone: s.Zone, Log: s.Log, Meter: s.Meter, About: s.about,
		Ended: s.ended, Holder: s.Holder,
		Enqueue: func(ctx context.Context, tx *gorm.DB, id uuid.UUID, delay time.Duration) error {
			return s.Enqueue(ctx, tx, Job{id}, max(delay, headStart))
		}}
}

// run asks for what is left of a work to be carried out.
func (s *Service) run(ctx context.Context, tx *gorm.DB, by audit.Actor, work uuid.UUID) error {
	_, _, err := s.desk().RequestIn(ctx, tx, work, func(tx *gorm.DB) (uuid.UUID, error) {
		h := runs.NewHead(s.Clock, by, runs.ByPerson)
		return h.ID, tx.Exec(`INSERT INTO bulk_runs (id, work_id, trigger, state, requested_by_id, requested_by,
			requested_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			h.ID, work, h.Trigger, h.State, h.RequestedByID, h.RequestedBy, h.RequestedAt).Error
	})
	return err
}

// ended leaves nothing of a work waiting without a run: what one that failed or was cancelled did not come to
// is told as left alone.
func (s *Service) ended(ctx context.Context, tx *gorm.DB, h runs.Head, out runs.Outcome) error {
	var work uuid.UUID
	if err := tx.Raw(`SELECT work_id FROM bulk_runs WHERE id = ?`, h.ID).Row().Scan(&work); err != nil {
		return err
	}
	if out.State != runs.Succeeded {
		return tx.Exec(`UPDATE bulk_items SET why = ?,
				state = CASE state WHEN 'waiting' THEN 'skipped' WHEN 'undoing' THEN 'kept' ELSE 'wont' END
			WHERE work_id = ? AND state IN ('waiting', 'undoing', 'unseen')`, out.Message, work).Error
	}
	var left bool
	err := tx.Raw(`SELECT EXISTS (SELECT FROM bulk_items WHERE work_id = ?
		AND state IN ('unseen', 'waiting', 'undoing'))`, work).Row().Scan(&left)
	if err != nil || !left {
		return err
	}
	return s.run(ctx, tx, audit.System, work) // asked for after the run had found nothing left
}

func (s *Service) about(ctx context.Context, h runs.Head, ended bool) []any {
	db := s.DB.Read(ctx)
	var work uuid.UUID
	if err := db.Raw(`SELECT work_id FROM bulk_runs WHERE id = ?`, h.ID).Row().Scan(&work); err != nil {
		return nil
	}
	w, err := Get(ctx, db, work)
	if err != nil {
		return nil
	}
	line := []any{"work", work, "kind", w.Deed, "step", w.Step}
	if c, err := CountsOf(ctx, db, work); err == nil && ended {
		line = append(line, "records", c.Total(), "done", c.Did(), "skipped", c.Skipped, "undone", c.Undone, "kept",
			c.Kept, "left", c.Left())
	}
	return line
}

// Watch finds runs whose worker is gone and lets another go on. Any replica may call it at any time.
func (s *Service) Watch(ctx context.Context) error { return s.desk().Watch(ctx) }

// TakeOver lets go of every run. Only for a process that knows it is the only one.
func (s *Service) TakeOver(ctx context.Context) error { return s.desk().TakeOver(ctx) }

const previewsKept = 7 * 24 * time.Hour

// Sweep throws away previews that nobody confirmed, and ticks that nobody has used for a day.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.Clock.Now()
	return errors.Join(
		s.DB.Read(ctx).Exec(`DELETE FROM bulk_works w WHERE step = 'look' AND at < ?
			AND NOT EXISTS (SELECT FROM bulk_runs r WHERE r.work_id = w.id
				AND r.state IN ('queued', 'running', 'interrupted'))`, now.Add(-previewsKept)).Error,
		s.DB.Read(ctx).Exec(`DELETE FROM kept_ticks WHERE at < ?`, now.Add(-ticksKept)).Error)
}

// Running tells whether a run is at a work now.
func (s *Service) Running(ctx context.Context, work uuid.UUID) (bool, error) {
	id, err := s.desk().Table.Unfinished(ctx, s.DB.Read(ctx), work)
	return id != uuid.Nil, err
}

// Prune takes away old runs; the last of each work stays, as the work does.
func (s *Service) Prune(ctx context.Context) (int, error) {
	return s.desk().Prune(ctx, runs.Pruning{Alike: "true"})
}

// Run is how a work's latest run stands.
type Run struct {
	ID      uuid.UUID
	State   runs.State
	Message string
	Advice  string
}

// LastRun reads a work's latest run.
func LastRun(ctx context.Context, db *gorm.DB, work uuid.UUID) (Run, error) {
	var all []Run
	err := db.WithContext(ctx).Raw(`SELECT id, state, message, advice FROM bulk_runs WHERE work_id = ?
		ORDER BY requested_at DESC, id DESC LIMIT 1`, work).Scan(&all).Error
	if err != nil || len(all) == 0 {
		return Run{}, err
	}
	return all[0], nil
}

// Cancel ends a work's run; what it did until then stays, and can be taken back.
func (s *Service) Cancel(ctx context.Context, by audit.Actor, work uuid.UUID) error {
	run, err := s.desk().Table.Unfinished(ctx, s.DB.Read(ctx), work)
	if err != nil {
		return err
	}
	if run == uuid.Nil {
		return errs.New(errs.Conflict, "This has ended already. Nothing was changed.")
	}
	return s.desk().Cancel(ctx, by, run)
}

// Execute works a run: a number of records, one transaction. What is refused is noted with its
// reason, and the rest goes through. runs.ErrBusy: another works at it.
func (s *Service) Execute(ctx context.Context, run uuid.UUID) error { return s.work(ctx, run, 0) }

// Go works at a piece of work for as long as an answer waits; what is left is the queue's.
func (s *Service) Go(ctx context.Context, work uuid.UUID) error {
	run, err := s.desk().Table.Unfinished(ctx, s.DB.Read(ctx), work)
	if err != nil || run == uuid.Nil {
		return err
	}
	if err = s.work(ctx, run, s.Waits); errors.Is(err, runs.ErrBusy) {
		return s.await(ctx, work) // the queue was quicker
	}
	return err
}

// await waits until the queue has ended a work, no longer than an answer waits.
func (s *Service) await(ctx context.Context, work uuid.UUID) error {
	if s.Waits > 0 {
		var done context.CancelFunc
		ctx, done = context.WithTimeout(ctx, s.Waits)
		defer done()
	}
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
		run, err := s.desk().Table.Unfinished(ctx, s.DB.Read(ctx), work)
		if ctx.Err() == nil && (err != nil || run == uuid.Nil) {
			return err
		}
	}
}

func (s *Service) work(ctx context.Context, run uuid.UUID, limit time.Duration) error {
	return s.desk().Work(ctx, run, func(ctx context.Context, h *runs.Hold) runs.Outcome {
		var work uuid.UUID
		err := s.DB.Read(ctx).Raw(`SELECT work_id FROM bulk_runs WHERE id = ?`, run).Row().Scan(&work)
		began := time.Duration(0)
		for more := err == nil; more && err == nil; {
			if limit > 0 && began >= limit {
				return runs.Outcome{State: runs.Interrupted, HandOver: true}
			}
			at := s.Clock.Now()
			more, err = s.chunk(ctx, h, work)
			began += s.Clock.Now().Sub(at)
		}
		if err != nil {
			return s.desk().Failure(err)
		}
		return runs.Outcome{State: runs.Succeeded}
	})
}

// chunk carries out the next records of a work, in one transaction.
func (s *Service) chunk(ctx context.Context, h *runs.Hold, work uuid.UUID) (more bool, err error) {
	err = h.InTx(ctx, func(tx *gorm.DB) error {
		w, err := Get(ctx, tx, work)
		if err != nil {
			return err
		}
		deed, err := s.Deed(w.Deed)
		if err != nil {
			return err
		}
		items, err := next(tx, w, deed.Chunk())
		if err != nil {
			return err
		}
		if more = len(items) > 0; !more {
			return s.seal(tx, w)
		}
		if err := s.carry(ctx, tx, deed, w, items); err != nil {
			return err
		}
		return h.Progressed(tx)
	})
	return more, err
}

var opens = map[Step]State{Looking: Unseen, Doing: Waiting, Undoing: BeingUndone}

// next are the records whose turn it is. What was done last is taken back first: the later may rest on the earlier.
func next(tx *gorm.DB, w Work, most int) ([]Item, error) {
	order := "place"
	if w.Step == Undoing {
		order = "place DESC"
	}
	var items []Item
	err := tx.Raw(`SELECT `+itemColumns+` FROM bulk_items WHERE work_id = ? AND state = ? ORDER BY `+order+` LIMIT ?
		FOR UPDATE`, w.ID, opens[w.Step], most).Scan(&items).Error
	if err != nil {
		return nil, fmt.Errorf("next records of bulk work: %w", err)
	}
	return items, nil
}

func (s *Service) carry(ctx context.Context, tx *gorm.DB, deed Deed, w Work, items []Item) error {
	var results []Result
	var err error
	good, bad, by := Done, Skipped, w.doer()
	switch w.Step {
	case Looking:
		return look(ctx, tx, deed, w, items)
	case Doing:
		results, err = deed.Do(ctx, tx, by, w, items)
	case Undoing:
		good, bad, by = Undone, Kept, w.undoer()
		results, err = deed.Undo(ctx, tx, by, w, items)
	}
	if err != nil {
		return err
	}
	if err := note(tx, w, results, good, bad); err != nil {
		return err
	}
	var events []audit.Event
	for _, r := range results {
		events = append(events, r.Events...)
	}
	return audit.Record(ctx, tx, s.Clock, by, events...)
}

func note(tx *gorm.DB, w Work, results []Result, good, bad State) error {
	ids, whys, traces := make([]uuid.UUID, len(results)), make([]string, len(results)), make([]string, len(results))
	for i, r := range results {
		ids[i], whys[i], traces[i] = r.ID, r.Refused, r.Trace
	}
	return tx.Exec(`UPDATE bulk_items i SET state = CASE WHEN r.why = '' THEN ? ELSE ? END, why = r.why,
			trace = CASE WHEN r.trace = '' THEN i.trace ELSE r.trace END
		FROM unnest(?::uuid[], ?::text[], ?::text[]) AS r (id, why, trace)
		WHERE i.work_id = ? AND i.record_id = r.id`,
		good, bad, postgres.IDs(ids), postgres.Texts(whys), postgres.Texts(traces), w.ID).Error
}

// Each carries a deed out one record at a time. What is refused leaves nothing behind and is told with its reason.
func Each(tx *gorm.DB, items []Item, do func(tx *gorm.DB, i Item) (Result, error)) ([]Result, error) {
	out := make([]Result, 0, len(items))
	for _, i := range items {
		if err := tx.Exec("SAVEPOINT record").Error; err != nil {
			return nil, err
		}
		r, err := do(tx, i)
		why, refused := refusal(err)
		switch {
		case err != nil && !refused:
			return nil, err
		case refused:
			r = Result{Refused: why}
			err = tx.Exec("ROLLBACK TO SAVEPOINT record").Error
		}
		if err != nil {
			return nil, err
		}
		if err := tx.Exec("RELEASE SAVEPOINT record").Error; err != nil {
			return nil, err
		}
		r.ID = i.RecordID
		out = append(out, r)
	}
	return out, nil
}

// refusal is what a rule says against a deed. What is no refusal is a failure of the whole.
func refusal(err error) (string, bool) {
	if err == nil {
		return "", false
	}
	err = postgres.Translate(err)
	switch errs.KindOf(err) {
	case errs.Conflict, errs.NotFound:
		return errs.Public(err), true
	case errs.Invalid:
		for _, said := range errs.FieldsOf(err) {
			return said, true
		}
		return errs.Public(err), true
	}
	return "", false
}
