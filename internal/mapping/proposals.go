package mapping

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/match"
	"seatledger/internal/postgres"
)

// Proposal is a CRM account that may be the customer of an account, with the reasons
// and with who has it at the same provider already.
type Proposal struct {
	AccountID    uuid.UUID
	Rank         int
	CRMAccountID uuid.UUID `gorm:"column:crm_account_id"`
	CRMAccount   string
	ExternalID   string
	Probability  float64
	Band         match.Band
	Score        float64          // the sum of the evidence
	Doubt        string           // why it is not certain
	Tied         bool             // nearly as good as another
	Chosen       bool             // by the assignment of the whole provider
	Claimant     string           // the unmapped account that fits it better; empty: none
	ClaimantID   uuid.NullUUID    // of that account
	Evidence     []match.Evidence `gorm:"-"`
	Holder       Holder           `gorm:"-"`
}

// Free tells whether nobody at the provider has it.
func (p Proposal) Free() bool { return p.Holder.AccountID == uuid.Nil }

// Percent is the confidence, rounded down: 100 is never promised.
func (p Proposal) Percent() int { return percentOf(p.Probability) }

// Reasons are the sentences that speak for (Weight over 0) or against it, the weightiest first as stored.
func (p Proposal) Reasons() (pro, contra []string) {
	for _, e := range p.Evidence {
		switch {
		case e.Field == "prior" || e.Level == match.Missing:
		case e.Weight > 0:
			pro = append(pro, e.Sentence)
		case e.Weight < 0:
			contra = append(contra, e.Sentence)
		}
	}
	return pro, contra
}

// Twin tells which other CRM accounts look like the same company; empty if none does.
func (p Proposal) Twin() string {
	for _, e := range p.Evidence {
		if e.Field == "twin" {
			return e.Sentence
		}
	}
	return ""
}

type proposalRow struct {
	Proposal
	Doc              string
	HolderID         uuid.NullUUID
	HolderName       string
	HolderExternalID string
	HolderStatus     string
	HolderDecidedBy  string
	GoneName         *string // where it is no proposal but a heritage: the holder is the gone account
}

// proposals are the stored suggestions of accounts ("?"), the best first, without those a person said no to.
const proposals = `SELECT s.account_id, s.rank, s.crm_account_id, c.name AS crm_account, coalesce(c.external_id,
		'') AS external_id,
		s.probability, s.band, s.score, s.doubt, s.tied, s.chosen, coalesce(nullif(k.name, ''), k.external_id,
			'') AS claimant, k.id AS claimant_id, s.evidence::text AS doc,
		h.id AS holder_id, h.name AS holder_name, h.external_id AS holder_external_id,
			h.provider_status AS holder_status, h.decided_by AS holder_decided_by
	FROM mapping_suggestions s JOIN provider_accounts a ON a.id = s.account_id
	JOIN crm_accounts c ON c.id = s.crm_account_id
	LEFT JOIN provider_accounts h ON h.provider_id = a.provider_id AND h.state = 'mapped'
	AND h.crm_account_id = s.crm_account_id
	LEFT JOIN provider_accounts k ON k.id = s.claimed_by AND k.state = 'unmapped'
	WHERE s.account_id = ANY(?::uuid[]) AND NOT EXISTS (SELECT FROM mapping_refusals r
		WHERE r.account_id = s.account_id AND r.crm_account_id = s.crm_account_id AND r.revoked_at IS NULL
		AND r.lapsed_at IS NULL)`

// Proposals reads the stored suggestions of accounts, the best first, without those a
// person said no to.
func Proposals(ctx context.Context, db *gorm.DB, accountIDs []uuid.UUID) (map[uuid.UUID][]Proposal, error) {
	var rows []proposalRow
	err := db.WithContext(ctx).Raw(proposals+` ORDER BY s.account_id, s.rank`, postgres.IDs(accountIDs)).
		Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read suggestions: %w", err)
	}
	out := map[uuid.UUID][]Proposal{}
	for _, r := range rows {
		if err := r.into(out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r proposalRow) into(out map[uuid.UUID][]Proposal) error {
	if err := json.Unmarshal([]byte(r.Doc), &r.Proposal.Evidence); err != nil {
		return fmt.Errorf("evidence for account %s: %w", r.AccountID, err)
	}
	if r.HolderID.Valid {
		r.Proposal.Holder = Holder{AccountID: r.HolderID.UUID, Name: r.HolderName, ExternalID: r.HolderExternalID,
			Status: r.HolderStatus, DecidedBy: r.HolderDecidedBy, CRMAccount: r.CRMAccount}
	}
	out[r.AccountID] = append(out[r.AccountID], r.Proposal)
	return nil
}

// ForRows are the Proposals and Heritages of accounts, in one statement.
func ForRows(ctx context.Context, db *gorm.DB, accountIDs []uuid.UUID) (map[uuid.UUID][]Proposal,
	map[uuid.UUID]Heritage, error) {
	var rows []proposalRow
	ids := postgres.IDs(accountIDs)
	err := db.WithContext(ctx).Raw(`SELECT * FROM (SELECT p.*, NULL AS gone_name FROM (`+proposals+`) p
		UNION ALL SELECT h.account_id, row_number() OVER (ORDER BY h.gone_at, h.gone_id), h.crm_account_id,
			h.crm_account, '', 0, '', 0, '', false, false, '', NULL, '[]', h.gone_id, '', '', '', '', h.gone_name
		FROM (`+heritage+`a.id = ANY(?::uuid[])) h) offers ORDER BY account_id, rank`, ids, ids).Scan(&rows).Error
	if err != nil {
		return nil, nil, fmt.Errorf("read suggestions: %w", err)
	}
	found, heirs := map[uuid.UUID][]Proposal{}, map[uuid.UUID]Heritage{}
	for _, r := range rows {
		if r.GoneName != nil {
			heirs[r.AccountID] = Heritage{AccountID: r.AccountID, GoneID: r.HolderID.UUID, GoneName: *r.GoneName,
				CRMAccountID: r.CRMAccountID, CRMAccount: r.CRMAccount}
			continue
		}
		if err := r.into(found); err != nil {
			return nil, nil, err
		}
	}
	return found, heirs, nil
}

// Heritage is a gone account whose CRM account its successor may take over: both
// have the same tenant id at the same provider (RULES 6).
type Heritage struct {
	AccountID    uuid.UUID // the successor
	GoneID       uuid.UUID
	GoneName     string    // or its external id
	CRMAccountID uuid.UUID `gorm:"column:crm_account_id"`
	CRMAccount   string
}

const heritage = `SELECT a.id AS account_id, g.id AS gone_id, coalesce(nullif(g.name, ''), g.external_id) AS gone_name,
	g.crm_account_id, c.name AS crm_account, g.gone_at
	FROM provider_accounts a JOIN provider_accounts g ON g.provider_id = a.provider_id AND g.id <> a.id
		AND lower(g.tenant_id) = lower(a.tenant_id) AND g.tenant_id <> '' AND g.provider_status = 'gone'
		AND g.state = 'mapped'
	JOIN crm_accounts c ON c.id = g.crm_account_id
	WHERE a.state = 'unmapped' AND a.provider_status <> 'gone' AND `

// Heritages finds, for each of the accounts, the gone one it may take over from.
func Heritages(ctx context.Context, db *gorm.DB, accountIDs []uuid.UUID) (map[uuid.UUID]Heritage, error) {
	rows, err := heritages(ctx, db, "a.id = ANY(?::uuid[])", accountIDs)
	out := make(map[uuid.UUID]Heritage, len(rows))
	for _, r := range rows {
		out[r.AccountID] = r
	}
	return out, err
}

// HeirsOf finds the successors that a gone account has.
func HeirsOf(ctx context.Context, db *gorm.DB, goneID uuid.UUID) ([]Heritage, error) {
	return heritages(ctx, db, "g.id = ANY(?::uuid[])", []uuid.UUID{goneID})
}

func heritages(ctx context.Context, db *gorm.DB, cond string, ids []uuid.UUID) ([]Heritage, error) {
	var rows []Heritage
	err := db.WithContext(ctx).Raw(heritage+cond+" ORDER BY g.gone_at, g.id, a.id", postgres.IDs(ids)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read heritages: %w", err)
	}
	return rows, nil
}
