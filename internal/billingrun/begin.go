package billingrun

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/runs"
)

// Most is how many contracts one run takes.
const Most = 100_000

// Order asks for a run.
type Order struct {
	Filter
	All       bool // all that match the filter; else those named
	Address   string
	Contracts []Chosen
	Goal      Goal
	Press     uuid.UUID // of the form: who presses it twice asked for one run; zero: none
	Shown     string    // digest of what the form showed; empty: nothing was shown
	Late      bool      // what is unusual or must be confirmed is confirmed, also where the run goes on without a look
	trigger   runs.Trigger
}

// Chosen is a contract that was ticked, with the digest of what was shown of it; empty asks nothing.
type Chosen struct {
	ID     uuid.UUID
	Digest string
}

// Begin makes a run and queues its work. Asked for twice by one form, it is one run. Refused where nothing is due.
func (s *Service) Begin(ctx context.Context, by audit.Actor, o Order) (uuid.UUID, error) {
	if err := s.bounds(&o.Filter); err != nil {
		return uuid.Nil, err
	}
	if !o.Goal.Known() {
		return uuid.Nil, errs.Fields{"step": "Choose draft, bill or send."}.Err()
	}
	var id uuid.UUID
	err := s.DB.InTx(ctx, func(tx *gorm.DB) (err error) {
		id, err = s.begin(ctx, tx, by, o)
		return err
	})
	if postgres.Constraint(err) == "billing_runs_press" {
		return pressed(ctx, s.DB.Read(ctx), o.Press)
	}
	return id, err
}

func pressed(ctx context.Context, db *gorm.DB, press uuid.UUID) (uuid.UUID, error) {
	var ids []uuid.UUID
	err := db.WithContext(ctx).Raw(`SELECT id FROM billing_runs WHERE press = ?`, press).Scan(&ids).Error
	return append(ids, uuid.Nil)[0], err
}

func (s *Service) begin(ctx context.Context, tx *gorm.DB, by audit.Actor, o Order) (uuid.UUID, error) {
	if o.Press != uuid.Nil {
		if id, err := pressed(ctx, tx, o.Press); err != nil || id != uuid.Nil {
			return id, err
		}
	}
	if o.All {
		chosen, err := s.due(ctx, tx, o.Filter)
		if err != nil {
			return uuid.Nil, err
		}
		o.Contracts = chosen
	}
	switch {
	case len(o.Contracts) == 0 && o.All:
		return uuid.Nil, errs.Newf(errs.Conflict, "Nothing is due up to %s that is not drafted already. "+
			"No run was made; choose a later day, or look at the drafts.", o.Day)
	case len(o.Contracts) == 0:
		return uuid.Nil, errs.Fields{"contract_id": "No contract is ticked. Tick at least one, or take all that " +
			"match; " +
			"no run was made."}.Err()
	case len(o.Contracts) > Most:
		return uuid.Nil, errs.Fields{"contract_id": fmt.Sprintf("These are more than %d. Narrow them with a filter; "+
			"no run was made.", Most)}.Err()
	}
	if err := s.confirmedPasses(ctx, tx, by, o); err != nil {
		return uuid.Nil, err
	}
	return s.store(ctx, tx, by, o)
}

func (s *Service) store(ctx context.Context, tx *gorm.DB, by audit.Actor, o Order) (uuid.UUID, error) {
	id := uuid.Must(uuid.NewV7())
	var address *string
	if o.All {
		address = &o.Address
	}
	if o.trigger == "" {
		o.trigger = runs.ByPerson
	}
	err := tx.Exec(`INSERT INTO billing_runs (id, due_on, filter, press, shown, trigger, at, actor, actor_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, o.Day, address, uuid.NullUUID{UUID: o.Press, Valid: o.Press != uuid.Nil}, o.Shown, o.trigger,
		s.Clock.Now(), by.Name, actorID(by)).Error
	if err != nil {
		return id, err
	}
	ids, digests := make(postgres.IDs, len(o.Contracts)), make(postgres.Texts, len(o.Contracts))
	for i, c := range o.Contracts {
		ids[i], digests[i] = c.ID, c.Digest
	}
	done := tx.Exec(`INSERT INTO billing_run_contracts (run_id, contract_id, place, state, goal, shown, confirmed)
		SELECT ?, k.id, row_number() OVER (ORDER BY lower(a.name), lower(k.name), k.id), 'waiting', ?, max(c.digest), ?
		FROM unnest(CAST(? AS uuid[]), CAST(? AS text[])) AS c (id, digest) JOIN billing_contracts k ON k.id = c.id
		JOIN crm_accounts a ON a.id = k.crm_account_id GROUP BY k.id, a.name, k.name`, id, o.Goal, o.Late, ids, digests)
	if done.Error != nil {
		return id, fmt.Errorf("contracts of a billing run: %w", done.Error)
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	if int(done.RowsAffected) != len(slices.Compact(ids)) {
		return id, errs.New(errs.NotFound, "One of these contracts does not exist. No run was made.")
	}
	if err := s.turn(ctx, tx, by, id, o.trigger); err != nil {
		return id, err
	}
	return id, audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "billing_run.begun", ObjectType: "billing_run",
		ObjectID: id.String(), ObjectName: "Due up to " + o.Day.String(),
		After: map[string]any{"contracts": done.RowsAffected, "step": o.Goal, "due": o.Day.String()}})
}

// due are the contracts that match and have a cycle due, without those that are left out. What of them has nothing to
// bill the run finds out.
func (s *Service) due(ctx context.Context, tx *gorm.DB, f Filter) ([]Chosen, error) {
	found, err := candidates(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, 0, len(found))
	for id := range found {
		ids = append(ids, id)
	}
	if ids, err = s.Billing.DueOn(ctx, tx, ids, f.Day); err != nil {
		return nil, err
	}
	pauses, err := pausesOf(ctx, tx, ids, clock.Today(s.Clock, s.Zone))
	if err != nil {
		return nil, err
	}
	var out []Chosen
	for _, id := range ids {
		if _, left := pauses[id]; !left {
			out = append(out, Chosen{ID: id})
		}
	}
	return out, nil
}

// Ask lets the drafts of a run go on: to be billed, or to be billed and sent. With contracts named only those, with
// usual only what nobody needs to look at. Asked twice it is done once.
func (s *Service) Ask(ctx context.Context, by audit.Actor, a Asked) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		r, err := locked(ctx, tx, a.Run)
		if err != nil {
			return err
		}
		if err := s.askedPasses(ctx, tx, by, r, a); err != nil {
			return err
		}
		where, args := `state = 'drafted' AND goal = 'draft' OR state = 'drafted' AND goal = 'bill' AND @goal = 'send'`,
			map[string]any{"run": a.Run, "goal": a.Goal, "ids": postgres.IDs(a.Contracts), "all": len(a.Contracts) == 0,
				"usual": a.Usual}
		switch a.Goal {
		case ToSend:
			where += ` OR state = 'billed'`
		case ToUndo:
			where = `state IN ('drafted', 'waiting')`
		}
		done := tx.Exec(`UPDATE billing_run_contracts SET goal = @goal, message = '', by_itself = '' WHERE run_id = @run
			AND (`+where+`)
			AND (@all OR contract_id = ANY (CAST(@ids AS uuid[])))
			AND (NOT @usual OR NOT late AND remarks = '[]')`, args)
		if done.Error != nil {
			return fmt.Errorf("billing run: %w", done.Error)
		}
		if done.RowsAffected == 0 {
			if r.Under() {
				return nil // somebody has just asked for it
			}
			return errs.Newf(errs.Conflict, "Nothing of this run is left to %s. Nothing was changed.",
				map[Goal]string{ToBill: "bill", ToSend: "send", ToUndo: "throw away"}[a.Goal])
		}
		if err := s.step(tx, by, a); err != nil {
			return err
		}
		if err := s.turn(ctx, tx, by, a.Run, runs.ByPerson); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "billing_run." + string(a.Goal),
			ObjectType: "billing_run", ObjectID: a.Run.String(), ObjectName: r.Called(),
			After: map[string]any{"contracts": done.RowsAffected, "step": a.Goal}})
	})
}

// Asked is how far which drafts of a run are to go.
type Asked struct {
	Run       uuid.UUID
	Goal      Goal
	Contracts []uuid.UUID // none: all of the run
	Usual     bool        // only what nobody needs to look at
}

func (s *Service) step(tx *gorm.DB, by audit.Actor, a Asked) error {
	if a.Goal == ToUndo {
		err := tx.Exec(`UPDATE billing_run_contracts SET state = 'skipped', goal = 'draft',
			message = 'The run was thrown away before its turn.' WHERE run_id = ? AND state = 'waiting'
			AND goal = 'undo'`,
			a.Run).Error
		if err != nil {
			return err
		}
		return tx.Exec(`UPDATE billing_runs SET step_by = ?, step_by_id = ?, undo_at = ?, undo_by = ? WHERE id = ?`,
			by.Name, actorID(by), s.Clock.Now(), by.Name, a.Run).Error
	}
	return tx.Exec(`UPDATE billing_runs SET step_by = ?, step_by_id = ? WHERE id = ?`, by.Name, actorID(by),
		a.Run).Error
}

func locked(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Run, error) {
	if err := tx.WithContext(ctx).Exec(`SELECT FROM billing_runs WHERE id = ? FOR UPDATE`, id).Error; err != nil {
		return Run{}, err
	}
	return Get(ctx, tx, id)
}
