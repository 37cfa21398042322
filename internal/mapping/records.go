package mapping

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/match"
	"seatledger/internal/postgres"
)

// side is one side of the matching, with what is needed beside the records.
type side struct {
	records []match.Record
	ids     map[string]uuid.UUID
	at      map[uuid.UUID]int // where in records
}

func newSide() side { return side{ids: map[string]uuid.UUID{}, at: map[uuid.UUID]int{}} }

// crmSide reads all CRM accounts as records.
func crmSide(ctx context.Context, db *gorm.DB) (side, error) {
	return readCRM(db.WithContext(ctx).Raw(crmFields + ` ORDER BY id`))
}

// crmRecords reads some CRM accounts as records.
func crmRecords(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (side, error) {
	return readCRM(db.WithContext(ctx).Raw(crmFields+` WHERE id = ANY(?::uuid[]) ORDER BY id`, postgres.IDs(ids)))
}

const crmFields = `SELECT id, name, domain, array_to_string(email_domains, ' ') AS email_domains, tenant_id, street,
	city, state, postal_code, country, phone FROM crm_accounts`

func readCRM(query *gorm.DB) (side, error) {
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
	err := query.Scan(&rows).Error
	s := newSide()
	for _, r := range rows {
		s.add(r.ID, match.Record{Name: r.Name, Website: r.Domain, EmailDomains: strings.Fields(r.EmailDomains),
			TenantID: r.TenantID,
			Street:   r.Street, City: r.City, State: r.State, PostalCode: r.PostalCode, Country: r.Country,
			Phone: r.Phone})
	}
	return s, err
}

// distributorSide is the accounts of one provider.
type distributorSide struct {
	side
	byID map[uuid.UUID]account.Account
	held map[uuid.UUID]uuid.UUID // CRM accounts that a mapped account has, a gone one included, and which
}

// accountSide reads the accounts of a provider. Gone ones are nobody's match, but keep what they hold.
func accountSide(ctx context.Context, db *gorm.DB, providerID uuid.UUID) (distributorSide, error) {
	all, err := account.ByExternalID(ctx, db, providerID)
	s := distributorSide{side: newSide(), byID: make(map[uuid.UUID]account.Account, len(all)),
		held: map[uuid.UUID]uuid.UUID{}}
	for _, a := range all {
		if a.CRMAccountID.Valid {
			s.held[a.CRMAccountID.UUID] = a.ID
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
	r := match.Record{Name: a.Name, Website: a.Domain, TenantID: a.TenantID, Street: a.Street, City: a.City,
		State:      a.Facts.State,
		PostalCode: a.PostalCode, Country: a.Country, Phone: a.Phone}
	if _, domain, ok := strings.Cut(a.Email, "@"); ok {
		r.EmailDomains = []string{strings.ToLower(domain)}
	}
	return r
}

func (s *side) add(id uuid.UUID, r match.Record) {
	r.ID = id.String()
	s.ids[r.ID], s.at[id] = id, len(s.records)
	s.records = append(s.records, r)
}

// record finds a record by its id; a blank one if there is none.
func (s side) record(id uuid.UUID) match.Record {
	if i, ok := s.at[id]; ok {
		return s.records[i]
	}
	return match.Record{}
}
