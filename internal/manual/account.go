package manual

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/crm"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/provider"
)

// AccountEntry is an account as a person typed or imported it: the fields of the
// form, which are the columns of the CSV.
type AccountEntry struct {
	ExternalID string `json:"external_id"`
	Name       string `json:"name"`
	Domain     string `json:"domain"`
	TenantID   string `json:"tenant_id"`
}

const maxText = 200

// record reads the entry as the record of a listing, or says at each field what is wrong.
func (e AccountEntry) record() (distributor.Account, error) {
	problems := errs.Fields{}
	for _, f := range e.fields() {
		*f.value = strings.TrimSpace(*f.value)
		if len([]rune(*f.value)) > maxText {
			problems.Add(f.name, "This is longer than %d characters.", maxText)
		}
	}
	for _, f := range e.fields()[:2] {
		if *f.value == "" {
			problems.Add(f.name, "This is needed.")
		}
	}
	var err error
	if e.Domain, err = crm.ParseDomain(e.Domain); err != nil {
		problems.Add("domain", "%s", errs.Public(err))
	}
	if e.TenantID, err = crm.ParseTenantID(e.TenantID); err != nil {
		problems.Add("tenant_id", "%s", errs.Public(err))
	}
	raw, err := json.Marshal(e)
	if err != nil {
		return distributor.Account{}, err
	}
	return distributor.Account{ExternalID: e.ExternalID, Name: e.Name, Domain: e.Domain, TenantID: e.TenantID,
		Active: true, StatusText: "active", Raw: raw}, problems.Err()
}

// field is one field of an entry under its CONTRACT name.
type field struct {
	name  string
	value *string
}

func (e *AccountEntry) fields() []field {
	return []field{{"external_id", &e.ExternalID}, {"name", &e.Name}, {"domain", &e.Domain}, {"tenant_id", &e.TenantID}}
}

// EnterAccount makes an account of a manual provider, unmapped. errs.Invalid for a
// field that is wrong or an id that is there already; errs.Conflict for another provider.
func (s Service) EnterAccount(ctx context.Context, by audit.Actor, providerID uuid.UUID,
	e AccountEntry) (uuid.UUID, error) {
	d, err := e.record()
	if err != nil {
		if _, conflict := ByHand(ctx, s.DB.Read(ctx), providerID); conflict != nil {
			return uuid.Nil, conflict
		}
		return uuid.Nil, err
	}
	var made uuid.UUID
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		p, err := hold(ctx, tx, providerID)
		if err != nil {
			return err
		}
		known, err := account.ByExternalID(ctx, tx, providerID)
		if err != nil {
			return err
		}
		if a, twice := known[d.ExternalID]; twice {
			return errs.Fields{"external_id": fmt.Sprintf("%s already has an account with this id: %s.", p.Name,
				a.Name)}.Err()
		}
		if made, err = account.New(ctx, tx, p.ID, d, s.Clock.Now()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, entered(p, "account", made, d.Name, e))
	})
	return made, err
}

func entered(p provider.Provider, what string, id uuid.UUID, name string, e any) audit.Event {
	return audit.Event{Action: what + ".entered", ObjectType: what, ObjectID: id.String(), ObjectName: name,
		After: map[string]any{"provider": p.Name, "entry": e}}
}
