package crm

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// change is an account as it will stand, and what stood before.
type change struct {
	account    Account
	provenance Provenance
	before     Facts
	was        Provenance
}

// batch is what a file or a source does to the accounts.
type batch struct {
	added   []change
	changed []change
	noted   []change // only where values come from, or what was offered
}

func (b batch) empty() bool { return len(b.added)+len(b.changed)+len(b.noted) == 0 }

// record reads a batch that was handed over as one JSON document: one statement
// for ten thousand lines, whatever their number.
const record = `jsonb_to_recordset(?::jsonb) AS x("ID" uuid, "ExternalID" text, "Name" text, "Website" text,
	"Domain" text,
	"EmailDomains" text, "TenantID" text, "Street" text, "City" text, "State" text, "PostalCode" text, "Country" text,
		"Phone" text, "TaxID" text,
	"Origins" jsonb, "Offers" jsonb)`

const recordValues = `nullif(x."ExternalID", ''), x."Name", x."Website", x."Domain", string_to_array(x."EmailDomains",
	' '), x."TenantID",
	x."Street", x."City", x."State", x."PostalCode", x."Country", x."Phone", x."TaxID", x."Origins", x."Offers"`

const recordColumns = `external_id, name, website, domain, email_domains, tenant_id, street, city, state, postal_code,
	country, phone, tax_id, origins, offers`

// writeImport writes a file's changes, and beside them what it takes to undo them.
func (s Service) writeImport(tx *gorm.DB, importID uuid.UUID, b batch) error {
	if err := s.write(tx, SourceCSV, b); err != nil {
		return err
	}
	return keepForUndo(tx, importID, b)
}

// write makes and changes accounts. Where only their provenance differs, the account
// counts as unchanged: neither its version nor its date moves.
func (s Service) write(tx *gorm.DB, source string, b batch) error {
	if b.empty() {
		return nil
	}
	err := inOne(tx, b.added, `INSERT INTO crm_accounts (id, `+recordColumns+`, source, created_at, updated_at)
		SELECT x."ID", `+recordValues+`, ?, ?, ? FROM `+record, source, s.Clock.Now(), s.Clock.Now())
	if err != nil {
		return fmt.Errorf("add crm accounts: %w", err)
	}
	if err := s.update(tx, b.changed); err != nil {
		return err
	}
	err = inOne(tx, b.noted, `UPDATE crm_accounts a SET origins = x."Origins", offers = x."Offers" FROM `+record+
		` WHERE a.id = x."ID"`)
	if err != nil {
		return fmt.Errorf("note where values come from: %w", err)
	}
	return s.touched(tx)
}

func (s Service) update(tx *gorm.DB, all []change) error {
	err := inOne(tx, all, `UPDATE crm_accounts a SET (`+recordColumns+`) = (`+recordValues+
		`), version = a.version + 1, updated_at = ?
		FROM `+record+` WHERE a.id = x."ID"`, s.Clock.Now())
	if err != nil {
		return fmt.Errorf("change crm accounts: %w", err)
	}
	return nil
}

func inOne(tx *gorm.DB, all []change, sql string, args ...any) error {
	if len(all) == 0 {
		return nil
	}
	type row struct {
		ID string
		Facts
		Provenance
	}
	rows := make([]row, len(all))
	for i, c := range all {
		rows[i] = row{c.account.ID.String(), c.account.Facts, c.provenance}
	}
	doc, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	return postgres.Translate(tx.Exec(sql, append(args, string(doc))...).Error)
}

// keepForUndo stores what stood in each field that the import changed.
func keepForUndo(tx *gorm.DB, importID uuid.UUID, b batch) error {
	type row struct {
		ID              string
		Made            bool
		Version         int
		Before, After   fields
		Origins, Offers any
	}
	var rows []row
	for _, c := range b.added {
		rows = append(rows, row{c.account.ID.String(), true, 1, fields{}, fields{}, Origins{}, Offers{}})
	}
	for _, c := range b.changed {
		r := row{ID: c.account.ID.String(), Version: c.account.Version + 1, Before: fields{}, After: fields{},
			Origins: c.was.Origins, Offers: c.was.Offers}
		for _, d := range differences(c.before, c.account.Facts) {
			r.Before[d.Field], r.After[d.Field] = d.Before, d.After
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		return nil
	}
	doc, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	err = tx.Exec(`INSERT INTO crm_import_changes (import_id, crm_account_id, made, version, before, after, origins,
		offers)
		SELECT ?, x."ID", x."Made", x."Version", x."Before", x."After", coalesce(nullif(x."Origins", 'null'), '{}'),
			coalesce(nullif(x."Offers", 'null'), '{}')
		FROM jsonb_to_recordset(?::jsonb) AS x("ID" uuid, "Made" boolean, "Version" integer, "Before" jsonb,
			"After" jsonb, "Origins" jsonb, "Offers" jsonb)`,
		importID, string(doc)).Error
	if err != nil {
		return fmt.Errorf("keep what stood before the import: %w", err)
	}
	return nil
}

// touched tells who reads accounts that some have changed.
func (s Service) touched(tx *gorm.DB) error {
	if s.Touched == nil {
		return nil
	}
	return s.Touched(tx)
}
