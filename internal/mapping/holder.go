package mapping

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// Holder is the mapped account that has a CRM account.
type Holder struct {
	AccountID  uuid.UUID
	Name       string
	ExternalID string
	Status     string // at the distributor
	DecidedBy  string
	CRMAccount string
}

// Taken is the conflict of a CRM account that another account of the provider has, with the holder for a link.
type Taken struct {
	Holder Holder
	cause  error
}

// Error says who has it.
func (t *Taken) Error() string { return t.cause.Error() }

// Unwrap gives the error of errs, which decides kind and public sentence.
func (t *Taken) Unwrap() error { return t.cause }

func (h Holder) says() string {
	return fmt.Sprintf("%s is already mapped to %s (%s) of the same provider, by %s. "+
		"One CRM account serves one account of a provider. Nothing was changed: "+
		"choose another CRM account, or take that mapping away first.",
		h.CRMAccount, h.Name, h.ExternalID, h.DecidedBy)
}

// HolderOf finds who, at the account's provider, has a CRM account; zero if nobody does.
func HolderOf(ctx context.Context, db *gorm.DB, accountID, crmAccountID uuid.UUID) (Holder, error) {
	var h Holder
	err := db.WithContext(ctx).Raw(`SELECT h.id AS account_id, h.name, h.external_id, h.provider_status AS status,
		h.decided_by, c.name AS crm_account
		FROM provider_accounts a JOIN provider_accounts h ON h.provider_id = a.provider_id AND h.state = 'mapped'
		AND h.crm_account_id = ?
		JOIN crm_accounts c ON c.id = h.crm_account_id WHERE a.id = ?`, crmAccountID, accountID).Scan(&h).Error
	if err != nil {
		return h, fmt.Errorf("holder of CRM account %s: %w", crmAccountID, err)
	}
	return h, nil
}

// HoldersAt finds which of the CRM accounts are held at a provider, and by whom.
func HoldersAt(ctx context.Context, db *gorm.DB, providerID uuid.UUID,
	crmAccountIDs []uuid.UUID) (map[uuid.UUID]Holder, error) {
	var rows []struct {
		CRMAccountID uuid.UUID `gorm:"column:crm_account_id"`
		Holder
	}
	err := db.WithContext(ctx).Raw(`SELECT h.crm_account_id, h.id AS account_id, h.name, h.external_id,
		h.provider_status AS status, h.decided_by, c.name AS crm_account
		FROM provider_accounts h JOIN crm_accounts c ON c.id = h.crm_account_id
		WHERE h.provider_id = ? AND h.state = 'mapped'
		AND h.crm_account_id = ANY(?::uuid[])`, providerID, postgres.IDs(crmAccountIDs)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("holders: %w", err)
	}
	held := make(map[uuid.UUID]Holder, len(rows))
	for _, r := range rows {
		held[r.CRMAccountID] = r.Holder
	}
	return held, nil
}
