package mapping

import (
	"context"
	"runtime"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/match"
	"seatledger/internal/settings"
)

const (
	perAccount      = 9          // as many as there are number keys
	suggestionsLock = 0x5EA7A10D // one writer of suggestions at a time: the run's end and the watcher may come together
	worthALook      = 0.05       // a less probable candidate would only be in the way
)

// Refresh maps what is certain, as far as the settings allow it, and makes the
// suggestions for all other unmapped accounts of a provider anew: chosen one to one
// over the whole provider. What stays as it was is not written. It tells how many
// accounts it mapped.
func (s *Service) Refresh(ctx context.Context, providerID uuid.UUID) (mapped int, err error) {
	began := time.Duration(s.Clock.Now().UnixNano())
	w, err := s.look(ctx, providerID)
	if err != nil {
		return 0, err
	}
	if err := s.lapse(ctx, w); err != nil {
		return 0, err
	}
	mapped, err = s.autoMap(ctx, w)
	if err != nil {
		return mapped, err
	}
	made, err := w.suggestions(ctx)
	if err != nil {
		return mapped, err
	}
	if err := s.storeSuggestions(ctx, w, made); err != nil {
		return mapped, err
	}
	took := time.Duration(s.Clock.Now().UnixNano()) - began
	return mapped, s.noteFresh(ctx, w, took)
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
	done       map[uuid.UUID]bool // mapped in this refresh
	board      *match.Board       // what was open when it was looked at, beside all CRM accounts
	gone       map[string]bool    // accounts and CRM accounts that were paired since
	pairs      []match.Candidate  // the assignment of what is open to what is free
}

func (s *Service) look(ctx context.Context, providerID uuid.UUID) (*sides, error) {
	w := &sides{providerID: providerID, done: map[uuid.UUID]bool{}, refused: map[match.Pair]bool{},
		noes: map[string]int{}, gone: map[string]bool{}}
	db := s.DB.Read(ctx)
	for _, read := range []func(context.Context, *gorm.DB) error{w.readState, w.readSides, w.readRefusals} {
		if err := read(ctx, db); err != nil {
			return nil, err
		}
	}
	return w, w.compare(ctx)
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

// compare lays what is open beside all CRM accounts, on half of the processors: pages
// are asked for meanwhile.
func (w *sides) compare(ctx context.Context) (err error) {
	var open []match.Record
	for _, r := range w.accounts.records {
		if w.open(w.accounts.ids[r.ID]) {
			open = append(open, r)
		}
	}
	held := make(map[string]bool, len(w.accounts.held))
	for id := range w.accounts.held {
		held[id.String()] = true
	}
	w.board, err = match.NewBoard(ctx, open, w.customers.records, match.Options{MinProbability: worthALook,
		Refused: w.refused, Held: held, Workers: max(1, runtime.GOMAXPROCS(0)/2)})
	return err
}

// assign pairs what is open with what is free, once per refresh and after the machine's own decisions.
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
