package mapping

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/crm"
	"seatledger/internal/errs"
)

const madeFromAccount = "CRM account made from this account"

// MadeCustomer tells whether the decision made the CRM account; that stays when it is undone.
func (d Decision) MadeCustomer() bool { return d.Action == actionMap && d.Why == madeFromAccount }

// CreateAndMap makes a CRM account from the provider account and ties the two in one transaction.
func (s *Service) CreateAndMap(ctx context.Context, by audit.Actor, c Choice) (uuid.UUID, error) {
	var made uuid.UUID
	err := s.decide(ctx, by, c, func(tx *gorm.DB, a account.Account) (change, error) {
		switch {
		case a.Mapping == account.Mapped:
			return change{}, alreadyMapped(ctx, tx, a)
		case a.Mapping == account.Excluded:
			return change{}, errs.Newf(errs.Conflict,
				"%s was excluded by %s. Include it again before you make a CRM account of it.", called(a), a.DecidedBy)
		}
		customer, err := s.CRM.CreateIn(tx, by, crm.SourceAccount, crm.Input{Facts: crmFacts(a)})
		if err != nil {
			return change{}, err
		}
		made = customer.ID
		return change{action: actionMap, state: account.Mapped, crm: uuid.NullUUID{UUID: made, Valid: true},
			crmName: customer.Name, why: madeFromAccount}, nil
	})
	return made, err
}

// longest is how many characters a CRM account's fields may have.
const longest = 200

// crmFacts takes over what a CRM account can hold; what does not fit its rules is left out, not refused.
func crmFacts(a account.Account) crm.Facts {
	f := crm.Facts{Name: called(a), Website: a.Domain, Street: fitting(a.Street), City: fitting(a.City),
		State:      fitting(a.Facts.State),
		PostalCode: fitting(a.PostalCode), Country: fitting(a.Country), Phone: fitting(a.Phone)}
	if name := []rune(f.Name); len(name) > longest {
		f.Name = string(name[:longest])
	}
	if _, err := crm.ParseDomain(f.Website); err != nil {
		f.Website = ""
	}
	if id, err := crm.ParseTenantID(a.TenantID); err == nil {
		f.TenantID = id
	}
	return f
}

func fitting(s string) string {
	if len([]rune(s)) > longest {
		return ""
	}
	return s
}

// called is the account's name, or its id where it has none.
func called(a account.Account) string {
	if strings.TrimSpace(a.Name) == "" {
		return a.ExternalID
	}
	return a.Name
}
