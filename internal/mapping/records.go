package mapping

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/match"
)

// side is one side of the matching, with what is needed beside the records.
type side struct {
	records []match.Record
	ids     map[string]uuid.UUID
}

// crmSide reads all CRM accounts as records.
func crmSide(ctx context.Context, db *gorm.DB) (side, error) {
	var rows []struct {
		ID           uuid.UUID
		Name         string
		Domain       string
		EmailDomains string
		TenantID     string
		Street       string
		City         string
		State        string
		PostalCode   string
		Country      string
		Phone        string
	}
	err := db.WithContext(ctx).Raw(`SELECT id, name, domain, array_to_string(email_domains, ' ') AS email_domains, tenant_id, street, city, state, postal_code, country, phone
		FROM crm_accounts ORDER BY id`).Scan(&rows).Error
	s := side{ids: make(map[string]uuid.UUID, len(rows))}
	for _, r := range rows {
		s.add(r.ID, match.Record{Name: r.Name, Website: r.Domain, EmailDomains: strings.Fields(r.EmailDomains), TenantID: r.TenantID,
			Street: r.Street, City: r.City, State: r.State, PostalCode: r.PostalCode, Country: r.Country, Phone: r.Phone})
	}
	return s, err
}

// distributorSide is the accounts of one provider.
type distributorSide struct {
	side
	byID map[uuid.UUID]account.Account
	held map[uuid.UUID]bool // CRM accounts that a mapped account has, a gone one included
}

// accountSide reads the accounts of a provider. Gone ones are nobody's match, but keep what they hold.
func accountSide(ctx context.Context, db *gorm.DB, providerID uuid.UUID) (distributorSide, error) {
	all, err := account.ByExternalID(ctx, db, providerID)
	s := distributorSide{side: side{ids: make(map[string]uuid.UUID, len(all))}, byID: make(map[uuid.UUID]account.Account, len(all)), held: map[uuid.UUID]bool{}}
	for _, a := range all {
		if a.CRMAccountID.Valid {
			s.held[a.CRMAccountID.UUID] = true
		}
		if a.Status == account.Gone {
			continue
		}
		s.byID[a.ID] = a
		s.add(a.ID, recordOf(a))
	}
	return s, err
}

func recordOf(a account.Account) match.Record {
	r := match.Record{Name: a.Name, Website: a.Domain, TenantID: a.TenantID, Street: a.Street, City: a.City, State: a.Facts.State,
		PostalCode: a.PostalCode, Country: a.Country, Phone: a.Phone}
	if _, domain, ok := strings.Cut(a.Email, "@"); ok {
		r.EmailDomains = []string{strings.ToLower(domain)}
	}
	return r
}

func (s *side) add(id uuid.UUID, r match.Record) {
	r.ID = id.String()
	s.ids[r.ID] = id
	s.records = append(s.records, r)
}
