package mapping

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/match"
	"seatledger/internal/settings"
)

// machinePair is a pair that the machine may tie, with what it rests on.
type machinePair struct {
	account, customer uuid.UUID
	reason            string
	candidate         *match.Candidate
}

// autoMap ties what the settings allow: nothing, what is certain by identity (the
// same tenant id, or the same domain with one candidate on each side, and no doubt
// that a person would have), or all of the band "certain". What a person has decided or said no to is left alone, and
// a CRM account that somebody holds is not taken.
func (m *maker) autoMap(ctx context.Context, w *sides) error {
	if !w.settings.AutoMap {
		return nil
	}
	if err := m.tieAll(ctx, w, w.identical()); err != nil || w.settings.AutoMapScope != settings.AllCertain {
		return err
	}
	pairs, err := w.certain(ctx)
	if err != nil {
		return err
	}
	return m.tieAll(ctx, w, pairs)
}

// MapIdentical maps what is certain by identity among the accounts of a provider, as far as the settings allow it, and
// says how many. A sync of accounts waits for this part of a run alone: what is known for sure takes its subscriptions
// along in the same night. Of what is not identical nothing is compared.
func (s *Service) MapIdentical(ctx context.Context, providerID uuid.UUID) (mapped int, err error) {
	m := &maker{s: s, run: Run{ProviderID: providerID}}
	w, err := m.read(ctx)
	if err != nil || !w.settings.AutoMap {
		return 0, err
	}
	named := map[uuid.UUID]bool{}
	pairs := slices.DeleteFunc(w.identical(), func(p machinePair) bool { return !w.open(p.account) })
	for _, p := range pairs {
		named[p.account] = true
	}
	if len(pairs) == 0 {
		return 0, nil
	}
	if err := w.compare(ctx, func(id uuid.UUID) bool { return named[id] }, nil); err != nil {
		return 0, err
	}
	err = m.tieAll(ctx, w, pairs)
	return int(m.mapped.Load()), err
}

func (w *sides) identical() []machinePair {
	var out []machinePair
	for _, p := range match.CertainByIdentity(w.accounts.records, w.customers.records) {
		if w.refused[match.Pair{AccountID: p.AccountID, CRMID: p.CRMID}] {
			continue
		}
		out = append(out, machinePair{account: w.accounts.ids[p.AccountID], customer: w.customers.ids[p.CRMID],
			reason: p.Reason})
	}
	return out
}

func (w *sides) certain(ctx context.Context) ([]machinePair, error) {
	pairs, err := w.assign(ctx)
	var out []machinePair
	for i := range pairs {
		c := &pairs[i]
		if c.Band != match.Certain || w.betterTaken(c) != nil {
			continue
		}
		out = append(out, machinePair{account: w.accounts.ids[c.AccountID], customer: w.customers.ids[c.CRMID],
			reason: wordsOf(c), candidate: c})
	}
	return out, err
}

// wordsOf says in one line what a pair rests on.
func wordsOf(c *match.Candidate) string {
	var pro []string
	for _, e := range c.Evidence {
		if e.Field != "prior" && e.Weight > 0 {
			pro = append(pro, e.Sentence)
		}
	}
	return fmt.Sprintf("certain, %d %%: %s", percentOf(c.Probability), strings.Join(pro[:min(3, len(pro))], ", "))
}

func (m *maker) tieAll(ctx context.Context, w *sides, pairs []machinePair) error {
	for _, p := range pairs {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		a := w.accounts.byID[p.account]
		if _, held := w.accounts.held[p.customer]; held || a.Mapping != account.Unmapped || a.DecidedByPerson ||
			w.done[a.ID] {
			continue
		}
		if p.candidate == nil {
			p.candidate = w.candidate(a.ID, p.customer)
		}
		if p.candidate != nil && p.candidate.Doubt != "" && !p.candidate.Thin {
			continue // a sister may have the domain: a person's matter
		}
		err := m.s.Map(ctx, audit.System,
			Choice{AccountID: a.ID, CRMAccountID: p.customer, Reason: p.reason, Candidate: p.candidate})
		switch {
		case errs.KindOf(err) == errs.Conflict: // held by another, or decided meanwhile: a person's matter
		case err != nil:
			return fmt.Errorf("map account %s: %w", a.ExternalID, err)
		default:
			w.tied(a.ID, p.customer)
			m.mapped.Add(1)
		}
	}
	return nil
}

// candidate looks a pair up among an account's candidates, for its evidence.
func (w *sides) candidate(accountID, customer uuid.UUID) *match.Candidate {
	for _, c := range w.board.Candidates(accountID.String(), perAccount) {
		if w.customers.ids[c.CRMID] == customer {
			return &c
		}
	}
	return nil
}
