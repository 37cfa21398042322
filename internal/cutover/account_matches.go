package cutover

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/mapping"
	"seatledger/internal/match"
)

// AccountMatch is the mapping of an old account that a new, unmapped one is likely to share.
type AccountMatch struct {
	AccountID     uuid.UUID // of the new provider
	Account       string
	ExternalID    string
	OldAccountID  uuid.UUID
	OldAccount    string
	OldExternalID string
	CRMAccountID  uuid.UUID `gorm:"column:crm_account_id"`
	CRMAccount    string    `gorm:"column:crm_account"`
	By            AgreeBy
	Reason        string // in a sentence
	Taken         bool   // another account of the new provider has the CRM account already
}

// AgreeBy is what two accounts agree in.
type AgreeBy string

// The grounds, strongest first.
const (
	ByTenant AgreeBy = "tenant"
	ByDomain AgreeBy = "domain"
	ByName   AgreeBy = "name"
)

// comparedAccount is an account of either provider, as it is compared.
type comparedAccount struct {
	ID           uuid.UUID
	IsOld        bool
	Name         string
	ExternalID   string
	Domain       string
	TenantID     string
	Email        string
	Street       string
	City         string
	PostalCode   string
	Country      string
	Phone        string
	CRMAccountID uuid.UUID `gorm:"column:crm_account_id"`
	CRMAccount   string    `gorm:"column:crm_account"`
	Taken        bool
}

// MatchAccounts suggests customers for the unmapped accounts of the new provider, from
// the old one's mapping: by tenant id, then domain, then what the matcher finds alike
// in name and address. One that fits several is nobody's.
func MatchAccounts(ctx context.Context, db *gorm.DB, id uuid.UUID) ([]AccountMatch, error) {
	var all []comparedAccount
	err := db.WithContext(ctx).Raw(`SELECT a.id, a.provider_id = r.old_provider_id AS is_old, coalesce(nullif(a.name,
		''), a.external_id) AS name, a.external_id, a.domain, a.tenant_id, a.email,
			a.street, a.city, a.postal_code, a.country, a.phone, coalesce(a.crm_account_id,
				'00000000-0000-0000-0000-000000000000') AS crm_account_id, coalesce(c.name, '') AS crm_account,
			EXISTS (SELECT FROM provider_accounts h WHERE h.provider_id = r.new_provider_id AND h.state = 'mapped'
			AND h.crm_account_id = a.crm_account_id) AS taken
		FROM cutovers r JOIN provider_accounts a ON a.provider_id = r.old_provider_id AND a.state = 'mapped'
		OR a.provider_id = r.new_provider_id AND a.state = 'unmapped' AND a.provider_status <> 'gone'
		LEFT JOIN crm_accounts c ON c.id = a.crm_account_id WHERE r.id = ?
		ORDER BY lower(a.name), a.external_id, a.id`, id).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("mapping to carry over: %w", err)
	}
	var old, fresh []comparedAccount
	for _, a := range all {
		if a.IsOld {
			old = append(old, a)
		} else {
			fresh = append(fresh, a)
		}
	}
	return matchAccounts(old, fresh), nil
}

// matchAccounts finds, for each new account, the old one that is the same company.
func matchAccounts(old, fresh []comparedAccount) []AccountMatch {
	tenant := func(a comparedAccount) string { return strings.ToLower(strings.TrimSpace(a.TenantID)) }
	domain := func(a comparedAccount) string { return strings.ToLower(strings.TrimSpace(a.Domain)) }
	byTenant, byDomain := onlyPairs(old, fresh, tenant), onlyPairs(old, fresh, domain)
	records := make([]match.Record, len(old))
	at := map[string]comparedAccount{}
	for i, o := range old {
		records[i] = o.record()
		at[records[i].ID] = o
	}
	alike := match.NewIndex(records)
	var out []AccountMatch
	for _, n := range fresh {
		o, found := byTenant[n.ID]
		c := AccountMatch{By: ByTenant, Reason: "Same tenant id as the old account."}
		if !found {
			o, found = byDomain[n.ID]
			c = AccountMatch{By: ByDomain, Reason: "Same domain as the old account."}
		}
		if !found {
			if best := alike.Candidates(n.record(), 1); len(best) > 0 && best[0].Band != match.Unclear {
				o, found = at[best[0].CRMID], true
				c = AccountMatch{By: ByName, Reason: reasonOf(best[0])}
			}
		}
		if found {
			c.AccountID, c.Account, c.ExternalID, c.OldAccountID, c.OldAccount, c.OldExternalID = n.ID, n.Name,
				n.ExternalID, o.ID, o.Name, o.ExternalID
			c.CRMAccountID, c.CRMAccount, c.Taken = o.CRMAccountID, o.CRMAccount, o.Taken
			out = append(out, c)
		}
	}
	return out
}

// onlyPairs gives the old account for each new one where exactly one on each side has the value.
func onlyPairs(old, fresh []comparedAccount, value func(comparedAccount) string) map[uuid.UUID]comparedAccount {
	bySide := func(side []comparedAccount) map[string][]comparedAccount {
		m := map[string][]comparedAccount{}
		for _, a := range side {
			if v := value(a); v != "" {
				m[v] = append(m[v], a)
			}
		}
		return m
	}
	olds, out := bySide(old), map[uuid.UUID]comparedAccount{}
	for v, n := range bySide(fresh) {
		if len(n) == 1 && len(olds[v]) == 1 {
			out[n[0].ID] = olds[v][0]
		}
	}
	return out
}

func (a comparedAccount) record() match.Record {
	r := match.Record{ID: a.ID.String(), Name: a.Name, Website: a.Domain, TenantID: a.TenantID, Street: a.Street,
		City: a.City, PostalCode: a.PostalCode, Country: a.Country, Phone: a.Phone}
	if _, domain, ok := strings.Cut(a.Email, "@"); ok {
		r.EmailDomains = []string{strings.ToLower(domain)}
	}
	return r
}

// reasonOf tells the weightiest of what speaks for a candidate.
func reasonOf(c match.Candidate) string {
	best := match.Evidence{Sentence: "similar name"}
	for _, e := range c.Evidence {
		if e.Field != "prior" && e.Level != match.Missing && e.Weight > best.Weight {
			best = e
		}
	}
	return "Like the old account: " + strings.TrimSuffix(best.Sentence, ".") + "."
}

// Accepted is what accepting suggestions came to.
type Accepted struct {
	Done    []uuid.UUID // accounts
	Refused []Unmatched
}

// Unmatched is an account whose suggestion was not taken, and why.
type Unmatched struct {
	AccountID uuid.UUID
	Account   string
	Why       string
}

// AcceptMatches maps accounts as suggested, each in a transaction of its own.
func (s Service) AcceptMatches(ctx context.Context, by audit.Actor, id uuid.UUID,
	accounts []uuid.UUID) (Accepted, error) {
	var out Accepted
	run, err := Get(ctx, s.DB.Read(ctx), id)
	if err == nil {
		err = run.mustBeOpen()
	}
	if err != nil {
		return out, err
	}
	if len(accounts) == 0 {
		return out, errs.Fields{"account_id": "Tick the accounts first."}.Err()
	}
	all, err := MatchAccounts(ctx, s.DB.Read(ctx), id)
	if err != nil {
		return out, err
	}
	for _, account := range unique(accounts) {
		i := slices.IndexFunc(all, func(c AccountMatch) bool { return c.AccountID == account })
		if i < 0 {
			out.Refused = append(out.Refused, Unmatched{AccountID: account,
				Why: "Nothing is suggested for this account any more: it may be mapped by now."})
			continue
		}
		c := all[i]
		err := s.Mapping.Map(ctx, by, mapping.Choice{AccountID: c.AccountID, CRMAccountID: c.CRMAccountID,
			Reason: fmt.Sprintf("%s Carried over from %s at %s.", c.Reason, c.OldExternalID, run.OldProvider)})
		switch {
		case err == nil:
			out.Done = append(out.Done, account)
		case errs.KindOf(err) == errs.Internal:
			return out, err
		default:
			out.Refused = append(out.Refused, Unmatched{AccountID: account, Account: c.Account, Why: sentence(err)})
		}
	}
	return out, nil
}
