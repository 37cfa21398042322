package mapping

import (
	"context"
	"encoding/json"
	"math"
	"slices"

	"github.com/google/uuid"

	"seatledger/internal/match"
)

// suggestion is a row of mapping_suggestions.
type suggestion struct {
	AccountID    uuid.UUID     `json:"account_id"`
	Rank         int           `json:"rank"`
	CRMAccountID uuid.UUID     `json:"crm_account_id" gorm:"column:crm_account_id"`
	Probability  float64       `json:"probability"`
	Band         match.Band    `json:"band"`
	Score        float64       `json:"score"`
	Evidence     string        `json:"evidence"`
	Doubt        string        `json:"doubt"`
	Tied         bool          `json:"tied"`
	Chosen       bool          `json:"chosen"`
	ClaimedBy    uuid.NullUUID `json:"claimed_by"`
}

// nearly is how many bits of evidence make a difference: less is a near tie.
const nearly = 1

// choices are what the assignment of the whole provider chose: for accounts, and who was chosen for a CRM account.
type choices struct {
	of     map[string]*match.Candidate
	claims map[string]uuid.UUID
}

func (w *sides) chosen(ctx context.Context) (choices, error) {
	pairs, err := w.assign(ctx)
	c := choices{make(map[string]*match.Candidate, len(pairs)), make(map[string]uuid.UUID, len(pairs))}
	for i := range pairs {
		p := &pairs[i]
		c.of[p.AccountID], c.claims[p.CRMID] = p, w.accounts.ids[p.AccountID]
	}
	return c, err
}

// candidates are an account's best ones over all CRM accounts, without those it was said no to.
func (w *sides) candidates(id uuid.UUID) []match.Candidate {
	account := id.String()
	all := w.board.Candidates(account, perAccount+w.noes[account])
	return slices.DeleteFunc(all, func(c match.Candidate) bool {
		return c.Probability < worthALook || w.refused[match.Pair{AccountID: account, CRMID: c.CRMID}]
	})
}

// betterTaken is the candidate that fits as well as or better than the one chosen
// for an account, but is taken; nil if there is none.
func (w *sides) betterTaken(c *match.Candidate) *match.Candidate {
	return w.takenBefore(w.board.Candidates(c.AccountID, perAccount), c)
}

func (w *sides) takenBefore(all []match.Candidate, chosen *match.Candidate) *match.Candidate {
	own := math.Inf(-1)
	for _, c := range all {
		if c.CRMID == chosen.CRMID {
			own = c.Score
		}
	}
	for i, c := range all {
		holder, held := w.accounts.held[w.customers.ids[c.CRMID]]
		if held && holder != w.accounts.ids[chosen.AccountID] && c.Score > own-nearly {
			return &all[i]
		}
	}
	return nil
}

// of are the suggestions of one account: first whom the assignment chose, or who is taken and fits better, then the
// others by their own evidence.
func (w *sides) of(id uuid.UUID, all []match.Candidate, c choices) ([]suggestion, error) {
	ordered, chosen := all, c.of[id.String()]
	if chosen != nil {
		best, doubt := *chosen, chosen.Doubt
		if taken := w.takenBefore(all, chosen); taken != nil {
			best.Band, best.Doubt = match.Unclear, "another CRM account fits as well or better, and is taken"
		} else if doubt == "" && len(best.Ties) > 0 {
			best.Doubt = "another CRM account fits nearly as well"
		}
		rest := slices.DeleteFunc(slices.Clone(all), func(c match.Candidate) bool { return c.CRMID == chosen.CRMID })
		at := 0
		if best.Band == match.Unclear && len(rest) > 0 && w.isHeld(rest[0]) {
			at = 1 // who is taken and fits better stands first
		}
		ordered = slices.Insert(rest, at, best)
	}
	var rows []suggestion
	for i, other := range ordered[:min(perAccount, len(ordered))] {
		row, err := w.suggestion(id, i+1, other)
		if err != nil {
			return nil, err
		}
		if chosen != nil && other.CRMID == chosen.CRMID {
			row.Chosen = true
		} else {
			row.yield(chosen, other, c.claims[other.CRMID])
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (w *sides) isHeld(c match.Candidate) bool {
	_, held := w.accounts.held[w.customers.ids[c.CRMID]]
	return held
}

// yield is what an alternative is worth beside the choice of the whole: it is never
// certain, and one that another account fits better is unclear.
func (s *suggestion) yield(chosen *match.Candidate, c match.Candidate, claimant uuid.UUID) {
	if s.Band == match.Certain {
		s.Band = match.Likely
	}
	s.Tied = s.Tied || chosen != nil && slices.Contains(chosen.Ties, c.CRMID)
	if claimant == uuid.Nil || claimant == s.AccountID {
		return
	}
	s.Band, s.ClaimedBy = match.Unclear, uuid.NullUUID{UUID: claimant, Valid: true}
	if s.Doubt == "" {
		s.Doubt = "another account fits this CRM account better"
	}
}

func (w *sides) suggestion(id uuid.UUID, rank int, c match.Candidate) (suggestion, error) {
	evidence, err := json.Marshal(c.Evidence)
	return suggestion{AccountID: id, Rank: rank, CRMAccountID: w.customers.ids[c.CRMID],
		Probability: math.Round(c.Probability*1e4) / 1e4,
		Band:        c.Band, Score: c.Score, Evidence: string(evidence), Doubt: c.Doubt, Tied: len(c.Ties) > 0}, err
}
