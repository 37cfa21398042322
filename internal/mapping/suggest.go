package mapping

import (
	"context"
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
	done       map[uuid.UUID]bool // mapped in this refresh
	index      *match.Index       // of all CRM accounts
	pairs      []match.Candidate  // the assignment of what is open to what is free
}

func (s *Service) look(ctx context.Context, providerID uuid.UUID) (*sides, error) {
	w := &sides{providerID: providerID, done: map[uuid.UUID]bool{}, refused: map[match.Pair]bool{}}
	db := s.DB.Read(ctx)
	for _, read := range []func(context.Context, *gorm.DB) error{w.readState, w.readSides, w.readRefusals} {
		if err := read(ctx, db); err != nil {
			return nil, err
		}
	}
	w.index = match.NewIndex(w.customers.records)
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

// assign pairs what is open with what is free, once per refresh.
func (w *sides) assign() []match.Candidate {
	if w.pairs != nil {
		return w.pairs
	}
	var open, free []match.Record
	for _, r := range w.accounts.records {
		if w.open(w.accounts.ids[r.ID]) {
			open = append(open, r)
		}
	}
	for _, r := range w.customers.records {
		if _, held := w.accounts.held[w.customers.ids[r.ID]]; !held {
			free = append(free, r)
		}
	}
	w.pairs = append([]match.Candidate{},
		match.Assign(open, free, match.Options{MinProbability: worthALook, Refused: w.refused}).Pairs...)
	return w.pairs
}
