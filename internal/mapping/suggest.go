package mapping

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/match"
	"seatledger/internal/postgres"
	"seatledger/internal/runs"
	"seatledger/internal/settings"
	"seatledger/internal/words"
)

const (
	perAccount      = 9          // as many as there are number keys
	suggestionsLock = 0x5EA7A10D // who writes suggestions holds it alone: what waits in the queue follows them
	worthALook      = 0.05       // a less probable candidate would only be in the way
	storedAtOnce    = 100        // accounts in one transaction: whoever decides meanwhile hardly waits
)

// Execute works a run: it maps what is certain, as far as the settings allow it, and makes the suggestions for all
// other unmapped accounts of the provider anew, chosen one to one over the whole provider. Those that stand first in
// the queue are made first, and each portion is seen as soon as it is made. What stays as it was is not written, so
// another attempt goes on where one was broken off. A run that has ended is left alone. runs.ErrBusy: try later.
func (s *Service) Execute(ctx context.Context, runID uuid.UUID) error {
	return s.desk().Work(ctx, runID, func(ctx context.Context, h *runs.Hold) runs.Outcome {
		m := &maker{s: s, hold: h}
		out, err := m.work(ctx)
		if err == nil {
			return out
		}
		if s.Log != nil && postgres.TroubleOf(err) == postgres.None && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "making suggestions failed", "error", err)
		}
		out = s.desk().Failure(err)
		out.Also = m.saveCounts
		return out
	})
}

// maker is one attempt at a run.
type maker struct {
	s    *Service
	hold *runs.Hold
	run  Run // as it stood when the attempt began

	accounts, compared, suggested, mapped atomic.Int64
}

func (m *maker) work(ctx context.Context) (out runs.Outcome, err error) {
	began := m.s.Clock.Now()
	if m.run, err = GetRun(ctx, m.s.DB.Read(ctx), m.hold.ID); err != nil {
		return out, err
	}
	m.mapped.Store(int64(m.run.Mapped)) // what an earlier attempt mapped stays
	stop := m.shown(ctx)
	defer stop()
	w, err := m.look(ctx)
	if err != nil {
		return out, err
	}
	if err = m.lapse(ctx, w); err != nil {
		return out, err
	}
	if err = m.autoMap(ctx, w); err != nil {
		return out, err
	}
	if err = m.suggest(ctx, w); err != nil {
		return out, err
	}
	out = runs.Outcome{State: runs.Succeeded, Also: func(tx *gorm.DB) error {
		if err := m.saveCounts(tx); err != nil {
			return err
		}
		return noteFresh(tx, w, m.s.Clock.Now(), m.s.Clock.Now().Sub(began))
	}}
	if n := int(m.mapped.Load()); n > 0 {
		out.Message = words.Counted(n, "account") + " mapped by Seatledger: what is certain, as the settings allow it."
	}
	return out, nil
}

// shown saves once a second how far the attempt is, until it is told to stop.
func (m *maker) shown(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				_ = m.hold.Save(ctx, m.saveCounts) // what goes wrong with it ends the work itself
			}
		}
	}()
	return func() { cancel(); <-done }
}

func (m *maker) saveCounts(tx *gorm.DB) error {
	return tx.Exec(`UPDATE suggestion_runs SET accounts = ?, compared = ?, suggested = ?, mapped = ? WHERE id = ?`,
		m.accounts.Load(), m.compared.Load(), m.suggested.Load(), m.mapped.Load(), m.hold.ID).Error
}

// sides are all that suggestions are made of.
type sides struct {
	providerID uuid.UUID
	state      state // of both sides, read before them
	settings   settings.Settings
	accounts   distributorSide
	customers  side
	refusals   []refusal
	refused    map[match.Pair]bool
	noes       map[string]int     // how many of an account's CRM accounts are among them
	done       map[uuid.UUID]bool // mapped in this run
	board      *match.Board       // what was open when it was looked at, beside all CRM accounts
	gone       map[string]bool    // accounts and CRM accounts that were paired since
	pairs      []match.Candidate  // the assignment of what is open to what is free
}

func (m *maker) look(ctx context.Context) (*sides, error) {
	w, err := m.read(ctx)
	if err != nil {
		return nil, err
	}
	return w, w.compare(ctx, w.open, func(done, all int) {
		m.accounts.Store(int64(all))
		m.compared.Store(int64(done))
	})
}

// read reads both sides, and lays nothing beside anything yet.
func (m *maker) read(ctx context.Context) (*sides, error) {
	w := &sides{providerID: m.run.ProviderID, done: map[uuid.UUID]bool{}, refused: map[match.Pair]bool{},
		noes: map[string]int{}, gone: map[string]bool{}}
	db := m.s.DB.Read(ctx)
	for _, read := range []func(context.Context, *gorm.DB) error{w.readState, w.readSides, w.readRefusals} {
		if err := read(ctx, db); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *sides) readState(ctx context.Context, db *gorm.DB) (err error) {
	if w.state, err = stateOf(ctx, db, w.providerID); err != nil {
		return err
	}
	w.settings, err = settings.Load(ctx, db)
	return err
}

func (w *sides) readSides(ctx context.Context, db *gorm.DB) (err error) {
	if w.customers, err = crmSide(ctx, db); err != nil {
		return err
	}
	w.accounts, err = accountSide(ctx, db, w.providerID)
	return err
}

// open tells whether an account still waits for a decision.
func (w *sides) open(id uuid.UUID) bool {
	return w.accounts.byID[id].Mapping == account.Unmapped && !w.done[id]
}

// compare lays the accounts that are asked about beside all CRM accounts, on half of the processors: pages are asked
// for meanwhile.
func (w *sides) compare(ctx context.Context, about func(uuid.UUID) bool, progress func(done, all int)) (err error) {
	var open []match.Record
	for _, r := range w.accounts.records {
		if about(w.accounts.ids[r.ID]) && len(w.customers.records) > 0 {
			open = append(open, r)
		}
	}
	held := make(map[string]bool, len(w.accounts.held))
	for id := range w.accounts.held {
		held[id.String()] = true
	}
	w.board, err = match.NewBoard(ctx, open, w.customers.records, match.Options{MinProbability: worthALook,
		Refused: w.refused, Held: held, Workers: max(1, runtime.GOMAXPROCS(0)/2), Progress: progress})
	return err
}

// assign pairs what is open with what is free, once per run and after the machine's own decisions.
func (w *sides) assign(ctx context.Context) ([]match.Candidate, error) {
	if w.pairs != nil {
		return w.pairs, nil
	}
	pairs, err := w.board.Pairs(ctx, w.gone)
	w.pairs = append([]match.Candidate{}, pairs...)
	return w.pairs, err
}

// tied takes a pair out of what is open and free.
func (w *sides) tied(accountID, customer uuid.UUID) {
	w.done[accountID] = true
	w.accounts.held[customer] = accountID
	w.gone[accountID.String()], w.gone[customer.String()] = true, true
	w.pairs = nil // what is left is paired anew
}

// suggest makes and stores the suggestions, some accounts at a time.
func (m *maker) suggest(ctx context.Context, w *sides) error {
	c, err := w.chosen(ctx)
	if err != nil {
		return err
	}
	open := w.inQueueOrder(c)
	m.accounts.Store(int64(len(open)))
	m.compared.Store(int64(len(open)))
	for some := range slices.Chunk(open, storedAtOnce) {
		made := make(map[uuid.UUID][]suggestion, len(some))
		for _, id := range some {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if made[id], err = w.of(id, w.candidates(id), c); err != nil {
				return err
			}
		}
		m.suggested.Add(int64(len(some)))
		if err := m.store(ctx, some, made); err != nil {
			return err
		}
	}
	return m.forget(ctx, w)
}

// inQueueOrder are the open accounts, those first that stand first in the queue.
func (w *sides) inQueueOrder(c choices) []uuid.UUID {
	var open []uuid.UUID
	for _, r := range w.accounts.records {
		if id := w.accounts.ids[r.ID]; w.open(id) {
			open = append(open, id)
		}
	}
	sure := func(id uuid.UUID) float64 {
		if best := c.of[id.String()]; best != nil {
			return best.Probability
		}
		return 0
	}
	slices.SortFunc(open, func(a, b uuid.UUID) int {
		return cmp.Or(cmp.Compare(sure(b), sure(a)), slices.Compare(a[:], b[:]))
	})
	return open
}

// forget takes away the suggestions of accounts that do not wait any more.
func (m *maker) forget(ctx context.Context, w *sides) error {
	var with []uuid.UUID
	err := m.s.DB.Read(ctx).Raw(`SELECT DISTINCT s.account_id FROM mapping_suggestions s
		JOIN provider_accounts a ON a.id = s.account_id WHERE a.provider_id = ? ORDER BY 1`, w.providerID).
		Scan(&with).Error
	if err != nil {
		return fmt.Errorf("accounts with suggestions: %w", err)
	}
	decided := slices.DeleteFunc(with, func(id uuid.UUID) bool {
		_, known := w.accounts.byID[id]
		return !known || w.open(id)
	})
	for some := range slices.Chunk(decided, storedAtOnce) {
		if err := m.store(ctx, some, nil); err != nil {
			return err
		}
	}
	return nil
}
