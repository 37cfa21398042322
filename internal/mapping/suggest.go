package mapping

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/match"
	"seatledger/internal/settings"
)

const (
	perAccount      = 3          // the best candidate, the runner-up and one more
	suggestionsLock = 0x5EA7A10D // one writer of suggestions at a time: the run's end and the watcher may come together
	worthALook      = 0.05       // a less probable candidate would only be in the way
)

// Refresh maps what is certain, where the settings allow it, and makes the
// suggestions for all other unmapped accounts of a provider anew. What stays as it
// was is not written. It tells how many accounts it mapped.
func (s *Service) Refresh(ctx context.Context, providerID uuid.UUID) (mapped int, err error) {
	customers, err := crmSide(ctx, s.DB.Read(ctx))
	if err != nil {
		return 0, err
	}
	accounts, err := accountSide(ctx, s.DB.Read(ctx), providerID)
	if err != nil {
		return 0, err
	}
	set, err := settings.Load(ctx, s.DB.Read(ctx))
	if err != nil {
		return 0, err
	}
	done := map[uuid.UUID]bool{}
	if set.AutoMap {
		if done, err = s.autoMap(ctx, accounts, customers); err != nil {
			return len(done), err
		}
	}
	return len(done), s.suggest(ctx, accounts.side, customers, func(id uuid.UUID) bool {
		return accounts.byID[id].Mapping == account.Unmapped && !done[id]
	})
}

// autoMap ties what is certain by identity: the same tenant id, or the same domain
// with one candidate on each side. What a person has decided is left alone, and a
// CRM account that somebody holds is not taken.
func (s *Service) autoMap(ctx context.Context, accounts distributorSide, customers side) (map[uuid.UUID]bool, error) {
	done := map[uuid.UUID]bool{}
	for _, pair := range match.CertainByIdentity(accounts.records, customers.records) {
		a, customer := accounts.byID[accounts.ids[pair.AccountID]], customers.ids[pair.CRMID]
		if a.Mapping != account.Unmapped || a.DecidedByPerson || accounts.held[customer] {
			continue
		}
		err := s.Map(ctx, audit.System, Choice{AccountID: a.ID, CRMAccountID: customer, Reason: pair.Reason})
		switch {
		case errs.KindOf(err) == errs.Conflict: // held by another, or decided meanwhile: a person's matter
		case err != nil:
			return done, fmt.Errorf("map account %s: %w", a.ExternalID, err)
		default:
			done[a.ID] = true
		}
	}
	return done, nil
}

// suggestion is a row of mapping_suggestions.
type suggestion struct {
	AccountID    uuid.UUID
	Rank         int
	CRMAccountID uuid.UUID `gorm:"column:crm_account_id"`
	Probability  float64
	Band         match.Band
	Evidence     string
}

func (s *Service) suggest(ctx context.Context, accounts, customers side, open func(uuid.UUID) bool) error {
	index := match.NewIndex(customers.records)
	all := make([]uuid.UUID, 0, len(accounts.records))
	made := map[uuid.UUID][]suggestion{}
	for _, r := range accounts.records {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		id := accounts.ids[r.ID]
		all = append(all, id)
		if !open(id) {
			continue
		}
		for i, c := range index.Candidates(r, perAccount) {
			if c.Probability < worthALook {
				break
			}
			row, err := suggestionOf(id, i+1, c, customers)
			if err != nil {
				return err
			}
			made[id] = append(made[id], row)
		}
	}
	for batch := range slices.Chunk(all, 200) {
		if err := s.storeSuggestions(ctx, batch, made); err != nil {
			return err
		}
	}
	return nil
}

func suggestionOf(id uuid.UUID, rank int, c match.Candidate, customers side) (suggestion, error) {
	evidence, err := json.Marshal(c.Evidence)
	return suggestion{AccountID: id, Rank: rank, CRMAccountID: customers.ids[c.CRMID],
		Probability: math.Round(c.Probability*1e4) / 1e4, Band: c.Band, Evidence: string(evidence)}, err
}

// storeSuggestions replaces the suggestions of a batch of accounts where they differ.
func (s *Service) storeSuggestions(ctx context.Context, ids []uuid.UUID, made map[uuid.UUID][]suggestion) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec(`SELECT pg_advisory_xact_lock(?)`, suggestionsLock).Error; err != nil {
			return err
		}
		stored, err := storedSuggestions(tx, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if slices.EqualFunc(stored[id], made[id], sameSuggestion) {
				continue
			}
			if err := replaceSuggestions(tx, id, made[id]); err != nil {
				return err
			}
		}
		return nil
	})
}

func storedSuggestions(tx *gorm.DB, ids []uuid.UUID) (map[uuid.UUID][]suggestion, error) {
	var rows []suggestion
	err := tx.Raw(`SELECT account_id, rank, crm_account_id, probability, band, evidence FROM mapping_suggestions WHERE account_id IN ? ORDER BY account_id, rank`, ids).Scan(&rows).Error
	byID := map[uuid.UUID][]suggestion{}
	for _, r := range rows {
		byID[r.AccountID] = append(byID[r.AccountID], r)
	}
	return byID, err
}

func sameSuggestion(a, b suggestion) bool {
	var x, y []match.Evidence
	return a.Rank == b.Rank && a.CRMAccountID == b.CRMAccountID && a.Probability == b.Probability && a.Band == b.Band &&
		errors.Join(json.Unmarshal([]byte(a.Evidence), &x), json.Unmarshal([]byte(b.Evidence), &y)) == nil && slices.Equal(x, y)
}

func replaceSuggestions(tx *gorm.DB, id uuid.UUID, rows []suggestion) error {
	if err := tx.Exec(`DELETE FROM mapping_suggestions WHERE account_id = ?`, id).Error; err != nil {
		return err
	}
	for _, r := range rows {
		err := tx.Exec(`INSERT INTO mapping_suggestions (account_id, rank, crm_account_id, probability, band, evidence) VALUES (?, ?, ?, ?, ?, ?::jsonb)`,
			r.AccountID, r.Rank, r.CRMAccountID, r.Probability, r.Band, r.Evidence).Error
		if err != nil {
			return err
		}
	}
	return nil
}
