package syncing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/contract"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
)

// Place is a provider where a contract's customer has a mapped account: where the
// contract's own sync looks.
type Place struct {
	ProviderID uuid.UUID
	Provider   string
	Connector  string
	Active     bool
	AccountID  uuid.UUID
	Account    string
	ExternalID string
}

// Readable tells whether there is something to ask: a manual provider is entered by
// hand, an inactive one syncs nothing.
func (p Place) Readable() bool { return p.Active && p.Connector != distributor.Manual }

// Places are the providers where a CRM account is mapped, by name. Accounts that are gone are left out.
func Places(ctx context.Context, db *gorm.DB, crmAccountID uuid.UUID) ([]Place, error) {
	var ps []Place
	err := db.WithContext(ctx).Raw(`SELECT p.id AS provider_id, p.name AS provider, p.connector, p.active,
			a.id AS account_id, coalesce(nullif(a.name, ''), a.external_id) AS account, a.external_id
		FROM provider_accounts a JOIN providers p ON p.id = a.provider_id
		WHERE a.crm_account_id = ? AND a.state = 'mapped' AND a.provider_status <> 'gone'
		ORDER BY lower(p.name), p.id`, crmAccountID).Scan(&ps).Error
	if err != nil {
		return nil, fmt.Errorf("where a customer is mapped: %w", err)
	}
	return ps, nil
}

// ContractRequest asks for a contract's own sync (RULES 6).
type ContractRequest struct {
	ContractID uuid.UUID
	ProviderID uuid.UUID // uuid.Nil: the only one that can be read
	Only       []string  // subscriptions that a person ticked; empty: all land
	List       bool      // only look at what the distributor has
	Anyway     bool      // without a fresh check of the provider
}

// RequestContract queues it, or finds the provider's unfinished run; found says
// which. errs.Conflict when the contract is deactivated, its customer is mapped
// nowhere, or the provider syncs nothing; errs.Invalid on "provider" when several
// can be read and none was chosen.
func (s *Service) RequestContract(ctx context.Context, by audit.Actor, q ContractRequest) (run Run, found bool,
	err error) {
	db := s.DB.Read(ctx)
	c, err := contract.Get(ctx, db, q.ContractID)
	if err != nil {
		return run, false, err
	}
	if !c.Active {
		return run, false, errs.Newf(errs.Conflict,
			"%s is deactivated, so nothing can land in it. Activate the contract first; nothing was read.", c.Name)
	}
	places, err := Places(ctx, db, c.CRMAccountID)
	if err != nil {
		return run, false, err
	}
	p, err := choose(places, q.ProviderID)
	if err != nil {
		return run, false, err
	}
	if !p.Active {
		return run, false, errs.Newf(errs.Conflict,
			"%s is deactivated and syncs nothing. Activate it first; nothing was read.", p.Provider)
	}
	kind := Subscriptions
	if q.List {
		kind, q.Only = Listing, nil
	}
	return s.Request(ctx, by, Request{ProviderID: p.ProviderID, Kind: kind, Trigger: ByPerson, ContractID: &c.ID,
		OnlyExternalIDs: q.Only, Anyway: q.Anyway})
}

func choose(places []Place, wanted uuid.UUID) (Place, error) {
	if len(places) == 0 {
		return Place{}, errs.New(errs.Conflict,
			"The customer of this contract has no mapped account at any provider. Map an account to it first; "+
				"nothing was read.")
	}
	var readable []Place
	for _, p := range places {
		if p.ProviderID == wanted {
			return p, nil
		}
		if p.Readable() {
			readable = append(readable, p)
		}
	}
	switch {
	case wanted != uuid.Nil:
		return Place{}, errs.New(errs.Conflict,
			"The customer of this contract has no mapped account at this provider. Map the account first; "+
				"nothing was read.")
	case len(readable) == 1:
		return readable[0], nil
	case len(readable) == 0:
		return places[0], nil // refused by the request, with the reason
	}
	return Place{}, errs.Fields{"provider": "The customer is mapped at several providers. Choose the one to ask."}.Err()
}
