package crm

import (
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
)

// Find gives the account that a person named by its id, its external id or its
// exact name in any case. None or several of that name is errs.Invalid.
func Find(db *gorm.DB, named string) (uuid.UUID, error) {
	id, _ := uuid.Parse(named)
	var found []uuid.UUID
	err := db.Raw(`SELECT id FROM crm_accounts WHERE id = ? OR external_id = ?
		UNION SELECT id FROM crm_accounts WHERE lower(name) = lower(?) LIMIT 2`, id, named, named).Scan(&found).Error
	if err != nil {
		return uuid.Nil, fmt.Errorf("find crm account: %w", err)
	}
	switch len(found) {
	case 0:
		return uuid.Nil, errs.Newf(errs.Invalid, "No CRM account has the name or external id %q.", named)
	case 1:
		return found[0], nil
	}
	return uuid.Nil, errs.Newf(errs.Invalid, "Several CRM accounts are called %q. Give the external id instead.", named)
}

// Choice is one account as a select offers it.
type Choice struct {
	ID         uuid.UUID
	Name       string
	ExternalID string
}

// Choices gives all accounts by name, or none when there are more than most: a
// person then types the account's name instead of scrolling.
func Choices(db *gorm.DB, most int) ([]Choice, error) {
	var all []Choice
	err := db.Raw(`SELECT id, name, coalesce(external_id, '') AS external_id FROM crm_accounts ORDER BY lower(name), id
		LIMIT ?`, most+1).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("choices of crm accounts: %w", err)
	}
	if len(all) > most {
		return nil, nil
	}
	return all, nil
}
