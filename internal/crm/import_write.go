package crm

import (
	"encoding/json"
	"fmt"

	"gorm.io/gorm"
)

// record reads a batch that was handed over as one JSON document: one statement
// for ten thousand lines, whatever their number.
const record = `jsonb_to_recordset(?::jsonb) AS x("ID" uuid, "ExternalID" text, "Name" text, "Website" text, "Domain" text,
	"EmailDomains" text, "TenantID" text, "Street" text, "City" text, "State" text, "PostalCode" text, "Country" text, "Phone" text)`

const recordValues = `nullif(x."ExternalID", ''), x."Name", x."Website", x."Domain", string_to_array(x."EmailDomains", ' '), x."TenantID",
	x."Street", x."City", x."State", x."PostalCode", x."Country", x."Phone"`

const recordColumns = `external_id, name, website, domain, email_domains, tenant_id, street, city, state, postal_code, country, phone`

func (s Service) write(tx *gorm.DB, added, changed []Account) error {
	if len(added)+len(changed) == 0 {
		return nil
	}
	err := batch(tx, added, `INSERT INTO crm_accounts (id, `+recordColumns+`, source, created_at, updated_at)
		SELECT x."ID", `+recordValues+`, ?, ?, ? FROM `+record, SourceCSV, s.Clock.Now(), s.Clock.Now())
	if err != nil {
		return fmt.Errorf("add crm accounts: %w", err)
	}
	err = batch(tx, changed, `UPDATE crm_accounts a SET (`+recordColumns+`) = (`+recordValues+`), version = a.version + 1, updated_at = ?
		FROM `+record+` WHERE a.id = x."ID"`, s.Clock.Now())
	if err != nil {
		return fmt.Errorf("change crm accounts: %w", err)
	}
	return s.touched(tx)
}

func batch(tx *gorm.DB, accounts []Account, sql string, args ...any) error {
	if len(accounts) == 0 {
		return nil
	}
	type row struct {
		ID string
		Facts
	}
	rows := make([]row, len(accounts))
	for i, a := range accounts {
		rows[i] = row{a.ID.String(), a.Facts}
	}
	doc, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	return tx.Exec(sql, append(args, string(doc))...).Error
}

// touched tells who reads accounts that some have changed.
func (s Service) touched(tx *gorm.DB) error {
	if s.Touched == nil {
		return nil
	}
	return s.Touched(tx)
}
