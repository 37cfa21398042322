package billingrun

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/obs"
	"seatledger/internal/postgres"
	"seatledger/internal/runs"
)

// Job is the queue's task to work a billing run. It carries the id of the work alone.
type Job struct {
	TurnID uuid.UUID `json:"turn_id"`
}

// Kind names the job in the queue.
func (Job) Kind() string { return "billing_run" }

// headStart is how long the queue lets the request that asked for work begin with it (Go).
const headStart = 3 * time.Second

// atOnce is how many contracts are worked at a time, each in a transaction of its own; batch, of how many it is read
// beforehand how they were billed last.
const (
	atOnce = 3
	batch  = 100
)

func (s *Service) desk() *runs.Desk {
	return &runs.Desk{Table: runs.Table{Name: "billing_run_turns", Subject: "run_id", Noun: "billing run",
		Kept:   "What was drafted, billed and sent until then stays.",
		GoesOn: "it goes on by itself at the next contract."},
		DB: s.DB, Clock: s.Clock, Zone: s.Zone, Log: s.Log, Meter: s.Meter, Ended: s.ended, Holder: s.Holder,
		About: s.about,
		Enqueue: func(ctx context.Context, tx *gorm.DB, id uuid.UUID, delay time.Duration) error {
			return s.Enqueue(ctx, tx, Job{id}, max(delay, headStart))
		}}
}

// turn asks for what is left of a run to be worked.
func (s *Service) turn(ctx context.Context, tx *gorm.DB, by audit.Actor, run uuid.UUID, why runs.Trigger) error {
	_, _, err := s.desk().RequestIn(ctx, tx, run, func(tx *gorm.DB) (uuid.UUID, error) {
		h := runs.NewHead(s.Clock, by, why)
		return h.ID, tx.Exec(`INSERT INTO billing_run_turns (id, run_id, trigger, state, requested_by_id, requested_by,
			requested_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			h.ID, run, h.Trigger, h.State, h.RequestedByID, h.RequestedBy, h.RequestedAt).Error
	})
	return err
}

// ended leaves nothing of a run waiting without work: what a cancelled or failed one did not come to is told so.
func (s *Service) ended(ctx context.Context, tx *gorm.DB, h runs.Head, out runs.Outcome) error {
	var run uuid.UUID
	if err := tx.Raw(`SELECT run_id FROM billing_run_turns WHERE id = ?`, h.ID).Row().Scan(&run); err != nil {
		return err
	}
	if out.State == runs.Succeeded || out.State == runs.Partial {
		var left bool
		err := tx.Raw(`SELECT EXISTS (SELECT FROM billing_run_contracts WHERE run_id = ? AND `+open+`)`, run).Row().
			Scan(&left)
		if err != nil {
			return err
		}
		if !left && h.Trigger == runs.ByNight {
			return s.tell(ctx, tx, run)
		}
		if !left {
			return nil
		}
		return s.turn(ctx, tx, audit.System, run, h.Trigger) // asked for after the work had found nothing left
	}
	return tx.Exec(`UPDATE billing_run_contracts SET message = ?, goal = 'draft',
			state = CASE state WHEN 'waiting' THEN 'skipped' ELSE state END
		WHERE run_id = ? AND `+open, out.Message, run).Error
}

func (s *Service) about(ctx context.Context, h runs.Head, ended bool) []any {
	db := s.DB.Read(ctx)
	var run uuid.UUID
	if db.Raw(`SELECT run_id FROM billing_run_turns WHERE id = ?`, h.ID).Row().Scan(&run) != nil {
		return nil
	}
	line := []any{"billing_run", run}
	if c, err := CountsOf(ctx, db, run); err == nil && ended {
		line = append(line, "contracts", c.Total(), "drafted", c.Drafted, "billed", c.Billed, "sent", c.Sent,
			"refused", c.Refused)
	}
	return line
}

// Watch finds work whose worker is gone and lets another go on. Any replica may call it at any time.
func (s *Service) Watch(ctx context.Context) error { return s.desk().Watch(ctx) }

// TakeOver lets go of every run. Only for a process that knows it is the only one.
func (s *Service) TakeOver(ctx context.Context) error { return s.desk().TakeOver(ctx) }

// Prune takes away the records of work that ended longer ago than the setting keeps them; the last of each run stays,
// as the run does.
func (s *Service) Prune(ctx context.Context) (int, error) {
	return s.desk().Prune(ctx, runs.Pruning{Alike: "true"})
}

// Cancel ends the work at a run between two contracts.
func (s *Service) Cancel(ctx context.Context, by audit.Actor, run uuid.UUID) error {
	if _, err := Get(ctx, s.DB.Read(ctx), run); err != nil {
		return err
	}
	id, err := s.desk().Table.Unfinished(ctx, s.DB.Read(ctx), run)
	if err != nil {
		return err
	}
	if id == uuid.Nil {
		return errs.New(errs.Conflict, "This run has ended already. Nothing was changed.")
	}
	return s.desk().Cancel(ctx, by, id)
}

// Execute works what is left of a run. runs.ErrBusy: another works at it.
func (s *Service) Execute(ctx context.Context, turn uuid.UUID) error { return s.work(ctx, turn, 0) }

// Go works at a run for so long at most; what is left is the queue's.
func (s *Service) Go(ctx context.Context, run uuid.UUID, limit time.Duration) error {
	turn, err := s.desk().Table.Unfinished(ctx, s.DB.Read(ctx), run)
	if err != nil || turn == uuid.Nil {
		return err
	}
	if err = s.work(ctx, turn, limit); errors.Is(err, runs.ErrBusy) {
		return nil // the queue was quicker
	}
	return err
}

func (s *Service) work(ctx context.Context, turn uuid.UUID, limit time.Duration) error {
	return s.desk().Work(ctx, turn, func(ctx context.Context, h *runs.Hold) runs.Outcome {
		var run uuid.UUID
		err := s.DB.Read(ctx).Raw(`SELECT run_id FROM billing_run_turns WHERE id = ?`, turn).Row().Scan(&run)
		began := s.Clock.Now()
		for more := err == nil; more && err == nil; {
			if limit > 0 && s.Clock.Now().Sub(began) >= limit {
				return runs.Outcome{State: runs.Interrupted, HandOver: true}
			}
			more, err = s.some(ctx, h, run)
		}
		if err != nil {
			return s.desk().Failure(err)
		}
		return s.outcome(ctx, run)
	})
}

func (s *Service) outcome(ctx context.Context, run uuid.UUID) runs.Outcome {
	c, err := CountsOf(ctx, s.DB.Read(ctx), run)
	switch {
	case err != nil:
		return s.desk().Failure(err)
	case c.Refused > 0:
		return runs.Outcome{State: runs.Partial, Message: fmt.Sprintf("%d of %d contracts could not be billed; the "+
			"reasons stand beside them.", c.Refused, c.Total())}
	}
	return runs.Outcome{State: runs.Succeeded}
}

// task is one contract of a run with what is to be done to it.
type task struct {
	RunID      uuid.UUID
	ContractID uuid.UUID
	State      State
	Goal       Goal
	ByItself   string // who has set that it is billed by itself, where it is
}

// some works the next contracts of a run: all drafts before anything is billed, so that what goes out together is
// whole, and all bills before anything is sent.
func (s *Service) some(ctx context.Context, h *runs.Hold, run uuid.UUID) (more bool, err error) {
	var next []task
	err = s.DB.Read(ctx).Raw(`SELECT run_id, contract_id, state, goal, by_itself
		FROM (SELECT *, min(phase) OVER () AS first
			FROM (SELECT *, CASE state WHEN 'waiting' THEN 1 WHEN 'drafted' THEN 2 ELSE 3 END AS phase
			FROM billing_run_contracts WHERE run_id = ? AND `+open+`) o) p WHERE phase = first ORDER BY place LIMIT ?`,
		run, batch).Scan(&next).Error
	if err != nil || len(next) == 0 {
		return false, err
	}
	r, err := Get(ctx, s.DB.Read(ctx), run)
	if err != nil {
		return false, err
	}
	w := &worker{s: s, h: h, run: r}
	if next[0].State == Waiting {
		if err := w.prepare(ctx, next); err != nil {
			return false, err
		}
	} else if err := s.compareShown(ctx, h, r); err != nil {
		return false, err
	}
	return true, w.all(ctx, next)
}

// worker works contracts of one run.
type worker struct {
	s    *Service
	h    *runs.Hold
	run  Run
	last map[uuid.UUID]lastInvoice
}

// prepare reads how contracts were billed last.
func (w *worker) prepare(ctx context.Context, next []task) (err error) {
	ids := make([]uuid.UUID, len(next))
	for i, t := range next {
		ids[i] = t.ContractID
	}
	w.last, err = lastInvoices(ctx, w.s.DB.Read(ctx), ids)
	return err
}

// all works contracts, some at a time. A failed one stops no other; what stops the whole is no fault of a contract.
func (w *worker) all(ctx context.Context, next []task) error {
	todo, failed := make(chan task), make(chan error, atOnce)
	var busy sync.WaitGroup
	for range atOnce {
		busy.Go(func() {
			for t := range todo {
				if err := w.one(ctx, t); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	err := feed(ctx, todo, failed, next)
	close(todo)
	busy.Wait()
	select {
	case late := <-failed:
		err = errors.Join(err, late)
	default:
	}
	return err
}

func feed(ctx context.Context, todo chan<- task, failed <-chan error, next []task) error {
	for _, t := range next {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case err := <-failed:
			return err
		case todo <- t:
		}
	}
	return nil
}

// one takes a contract one step further, in one transaction. What is refused leaves nothing but its reason.
func (w *worker) one(ctx context.Context, t task) error {
	err := w.h.InTx(ctx, func(tx *gorm.DB) error {
		still, err := locksStill(ctx, tx, t)
		if err != nil || !still {
			return err
		}
		if err := w.step(ctx, tx, t); err != nil {
			return err
		}
		return w.h.Progressed(tx)
	})
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil || errors.Is(err, runs.ErrLost) || postgres.TroubleOf(err) != postgres.None:
		return err
	}
	return w.refuse(ctx, t, postgres.Translate(err))
}

// locksStill locks a contract of a run where it stands as it did: who was here before has done it.
func locksStill(ctx context.Context, tx *gorm.DB, t task) (bool, error) {
	var there []State
	err := tx.WithContext(ctx).Raw(`SELECT state FROM billing_run_contracts WHERE run_id = ? AND contract_id = ?
		AND state = ? AND goal = ? FOR UPDATE`, t.RunID, t.ContractID, t.State, t.Goal).Scan(&there).Error
	return len(there) > 0, err
}

func (w *worker) step(ctx context.Context, tx *gorm.DB, t task) error {
	switch {
	case t.State == Waiting:
		return w.draft(ctx, tx, t)
	case t.State == Drafted && t.Goal == ToUndo:
		return w.throwAway(ctx, tx, t)
	case t.State == Drafted:
		return w.bill(ctx, tx, t)
	}
	return w.send(ctx, tx, t)
}

// refuse keeps why a contract goes no further, with what to do.
func (w *worker) refuse(ctx context.Context, t task, why error) error {
	if errs.KindOf(why) == errs.Internal && w.s.Log != nil {
		w.s.Log.ErrorContext(obs.WithRun(ctx, w.h.ID.String()), "a contract of a billing run failed",
			"contract", t.ContractID, "error", why)
	}
	return w.h.InTx(ctx, func(tx *gorm.DB) error {
		state := t.State
		if state == Waiting {
			state = Refused
			if errors.Is(why, billing.ErrNothing) {
				state = Skipped
			}
		}
		err := tx.Exec(`UPDATE billing_run_contracts SET state = ?, goal = 'draft', message = ?
			WHERE run_id = ? AND contract_id = ? AND state = ?`, state, said(why), t.RunID, t.ContractID, t.State).Error
		if err != nil {
			return err
		}
		return w.h.Progressed(tx)
	})
}

// drafter is who asked for the run; stepper, for the step that is at work.
func (r Run) drafter() audit.Actor { return audit.Actor{ID: r.ActorID.UUID, Name: r.Actor} }

func (r Run) stepper() audit.Actor {
	if r.StepBy == "" {
		return r.drafter()
	}
	return audit.Actor{ID: r.StepID.UUID, Name: r.StepBy}
}

// actor is who takes a step at a contract: a person, or the setting by which it goes by itself.
func (w *worker) actor(t task) audit.Actor {
	if t.ByItself != "" {
		return settingOf(t.ByItself)
	}
	return w.run.stepper()
}

func (w *worker) draft(ctx context.Context, tx *gorm.DB, t task) error {
	pauses, err := pausesOf(ctx, tx, []uuid.UUID{t.ContractID}, clock.Today(w.s.Clock, w.s.Zone))
	if err != nil {
		return err
	}
	if p, left := pauses[t.ContractID]; left {
		return errs.New(errs.Conflict, p.says()+". Take it in again on the page of what is due.")
	}
	run, due, err := w.s.Billing.DueRun(ctx, tx, t.ContractID, w.run.DueOn)
	if err != nil {
		return err
	}
	if !due {
		return w.nothing(tx, t, nil)
	}
	id, p, err := w.s.Billing.DraftIn(ctx, tx, w.run.drafter(), billing.Order{Run: run, Late: true, Growth: true})
	if errs.KindOf(err) == errs.Conflict && p.Contract.ID == t.ContractID && p.Empty() {
		return w.nothing(tx, t, err)
	}
	if err != nil {
		return err
	}
	return w.drafted(tx, t, id, p)
}

// nothing says why nothing of a contract is drafted: it is already, or nothing is due of it. What keeps it from being
// billed as a whole is a refusal.
func (w *worker) nothing(tx *gorm.DB, t task, refused error) error {
	var drafted bool
	err := tx.Raw(`SELECT EXISTS (SELECT FROM invoices WHERE contract_id = ? AND state = 'draft'
		AND kind = 'full_cycle')`, t.ContractID).Row().Scan(&drafted)
	switch {
	case err != nil:
		return err
	case drafted:
		return errs.Because(errs.Conflict, "It is drafted already. Bill its draft, or throw it away.",
			billing.ErrNothing)
	case refused != nil:
		return refused
	}
	return errs.Because(errs.Conflict, fmt.Sprintf("Nothing of it is due up to %s that is not billed already.",
		w.run.DueOn), billing.ErrNothing)
}

// drafted keeps what was drafted and what is unusual about it. What a person must confirm goes no further unless they
// did, nor does what is not what was shown.
func (w *worker) drafted(tx *gorm.DB, t task, id uuid.UUID, p billing.Plan) error {
	last := w.last[t.ContractID]
	late, _ := p.Late()
	remarks := last.remarks(p)
	holds := heldBack(remarks)
	docs := make([]string, 3)
	for i, v := range []any{leftOut(p), last.changes(p), remarks} {
		doc, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if docs[i] = string(doc); docs[i] == "null" {
			docs[i] = "[]"
		}
	}
	return tx.Exec(`UPDATE billing_run_contracts SET state = 'drafted', invoice_id = @id, lines = @lines,
			digest = @digest, late = @late, left_out = CAST(@left AS jsonb), changes = CAST(@changes AS jsonb),
			remarks = CAST(@remarks AS jsonb),
			goal = CASE WHEN goal = 'undo' OR (confirmed OR NOT @late AND @unusual = '') AND shown IN ('', @digest)
				THEN goal ELSE 'draft' END,
			message = CASE WHEN goal IN ('draft', 'undo') THEN '' WHEN NOT confirmed AND @unusual <> '' THEN @unusual
				WHEN NOT confirmed AND @late THEN @confirm WHEN shown NOT IN ('', @digest) THEN @moved ELSE '' END
		WHERE run_id = @run AND contract_id = @contract`,
		map[string]any{"id": id, "lines": p.Lines(), "digest": p.Digest, "late": late > 0, "left": docs[0],
			"changes": docs[1], "remarks": docs[2], "run": t.RunID, "contract": t.ContractID,
			"unusual": holds,
			"confirm": "It has lines that begin before its cycle or change days that were paid. " +
				"Look at them, then bill it.",
			"moved": "What it bills has changed since it was shown. Look at it, then bill it."}).Error
}

// heldBack says why a draft waits for a look though its run goes on: something about it is unusual. A first bill is
// not, nor is a lapsed sign-off (RULES 7); empty: nothing holds it.
func heldBack(all []Remark) string {
	for _, r := range all {
		if r.Code != FirstBill && r.Code != Lapsed {
			return "It is unusual: " + r.Says + " Look at it, then bill it."
		}
	}
	return ""
}

// compareShown lets nothing of a run go on by itself that is not what its form has shown as a whole.
func (s *Service) compareShown(ctx context.Context, h *runs.Hold, r Run) error {
	if r.Shown == "" {
		return nil
	}
	return h.InTx(ctx, func(tx *gorm.DB) error {
		var rows []struct {
			ContractID uuid.UUID
			Digest     string
		}
		err := tx.Raw(`SELECT contract_id, digest FROM billing_run_contracts WHERE run_id = ?
			AND invoice_id IS NOT NULL`,
			r.ID).Scan(&rows).Error
		if err != nil {
			return err
		}
		digests := map[uuid.UUID]string{}
		for _, c := range rows {
			digests[c.ContractID] = c.Digest
		}
		if digestOf(digests) != r.Shown {
			err := tx.Exec(`UPDATE billing_run_contracts SET goal = 'draft', message = ? WHERE run_id = ?
				AND state = 'drafted' AND goal IN ('bill', 'send')`, "What is due has changed since it was shown. "+
				"Look at the drafts, then bill them.", r.ID).Error
			if err != nil {
				return err
			}
		}
		return tx.Exec(`UPDATE billing_runs SET shown = '' WHERE id = ?`, r.ID).Error
	})
}

// bill gives a draft its number. One that a fresh one would contradict goes no further; one that somebody has billed
// meanwhile is billed.
func (w *worker) bill(ctx context.Context, tx *gorm.DB, t task) error {
	i, err := w.invoice(ctx, tx, t)
	if err != nil {
		return err
	}
	switch i.State {
	case invoice.Draft:
		if err := w.s.Billing.Fresh(ctx, tx, i); err != nil {
			return err
		}
		if err := w.s.Billing.BillIn(ctx, tx, w.actor(t), invoice.Step{ID: i.ID}); err != nil {
			return err
		}
	case invoice.Void:
		return w.gone(tx, t)
	}
	// What goes out on the same document is billed with it.
	return tx.Exec(`UPDATE billing_run_contracts SET state = 'billed', message = '' WHERE state = 'drafted'
		AND (run_id = @run AND contract_id = @contract OR invoice_id IN (SELECT id FROM invoices
			WHERE shared_id = @shared AND state = 'billed'))`,
		map[string]any{"run": t.RunID, "contract": t.ContractID, "shared": i.SharedID}).Error
}

// invoice is that of a contract of the run, its contract locked first as everybody does.
func (w *worker) invoice(ctx context.Context, tx *gorm.DB, t task) (invoice.Invoice, error) {
	var id uuid.UUID
	err := tx.Raw(`SELECT invoice_id FROM billing_run_contracts WHERE run_id = ? AND contract_id = ?`, t.RunID,
		t.ContractID).Row().Scan(&id)
	if err != nil {
		return invoice.Invoice{}, err
	}
	return invoice.Locked(ctx, tx, id, 0)
}

func (w *worker) gone(tx *gorm.DB, t task) error {
	return tx.Exec(`UPDATE billing_run_contracts SET state = 'thrown', goal = 'draft', message = ?
		WHERE run_id = ? AND contract_id = ?`,
		"Somebody voided its invoice. What is due of it stands on the page of what "+
			"is due.", t.RunID, t.ContractID).Error
}

// send puts a billed invoice on its way, once a document.
func (w *worker) send(ctx context.Context, tx *gorm.DB, t task) error {
	i, err := w.invoice(ctx, tx, t)
	switch {
	case err != nil:
		return err
	case i.State == invoice.Void:
		return w.gone(tx, t)
	case w.s.Send == nil:
		return errs.New(errs.Conflict,
			"Nothing can be sent yet: sending by mail is not set up. The invoice is billed; "+
				"hand it over as a PDF.")
	}
	if !i.DocumentOf.Valid {
		if err := w.s.Send(ctx, tx, w.actor(t), i.ID); err != nil {
			return err
		}
	}
	return tx.Exec(`UPDATE billing_run_contracts SET state = 'sent', message = '' WHERE run_id = ? AND contract_id = ?`,
		t.RunID, t.ContractID).Error
}

// throwAway voids a draft; its days can be billed again.
func (w *worker) throwAway(ctx context.Context, tx *gorm.DB, t task) error {
	i, err := w.invoice(ctx, tx, t)
	if err != nil {
		return err
	}
	switch i.State {
	case invoice.Draft:
		err := w.s.Billing.VoidIn(ctx, tx, w.run.stepper(), invoice.Step{ID: i.ID,
			Reason: w.run.Called() + " was thrown away"})
		if err != nil {
			return err
		}
	case invoice.Billed, invoice.Paid:
		return errs.Newf(errs.Conflict, "%s is billed already. Void it, or correct it by a credit.", i.Called())
	}
	return tx.Exec(`UPDATE billing_run_contracts SET state = 'thrown', goal = 'draft', message = ''
		WHERE run_id = ? AND contract_id = ?`, t.RunID, t.ContractID).Error
}

// Redrawn lets a run have the draft that was drawn in the place of one of its own.
func Redrawn(ctx context.Context, tx *gorm.DB, old, fresh uuid.UUID) error {
	return tx.WithContext(ctx).Exec(`UPDATE billing_run_contracts SET invoice_id = ?, message = '',
		lines = (SELECT count(*) FROM invoice_lines WHERE invoice_id = ?)
		WHERE invoice_id = ? AND state = 'drafted'`, fresh, fresh, old).Error
}
