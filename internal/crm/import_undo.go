package crm

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/imports"
	"seatledger/internal/postgres"
)

// done is what an import did to one account.
type done struct {
	CRMAccountID uuid.UUID `gorm:"column:crm_account_id"`
	Made         bool
	Version      int
	Before       []byte // the fields it changed: name -> value
	After        []byte
	Origins      Origins // of those fields, before
	Offers       Offers
}

type fields map[string]string

// PlanUndo compares what an import did with what stands. An account that it made goes,
// unless something uses it or it was changed since; a field goes back to what it was,
// unless it was changed since.
func (k importKind) PlanUndo(tx *gorm.DB, importID uuid.UUID) (imports.Undo, error) {
	var all []done
	err := tx.Raw(`SELECT crm_account_id, made, version, before, after, origins, offers FROM crm_import_changes
		WHERE import_id = ? ORDER BY crm_account_id`, importID).Scan(&all).Error
	if err != nil {
		return imports.Undo{}, fmt.Errorf("what the import did: %w", err)
	}
	u := &undoing{tx: tx, importID: importID}
	if err := u.read(all); err != nil {
		return imports.Undo{}, err
	}
	for _, d := range all {
		if err := u.take(d); err != nil {
			return imports.Undo{}, err
		}
	}
	u.plan.Write = func(tx *gorm.DB) error { return k.writeUndo(tx, u) }
	return u.plan, nil
}

// undoing gathers what goes, what goes back, and what stays.
type undoing struct {
	tx         *gorm.DB
	importID   uuid.UUID
	standing   map[uuid.UUID]*Account
	provenance map[uuid.UUID]Provenance
	uses       map[uuid.UUID]string
	taken      map[string]uuid.UUID // external ids as they stand
	plan       imports.Undo
	remove     []uuid.UUID
	restore    []change
}

func (u *undoing) read(all []done) error {
	var ids, made []uuid.UUID
	for _, d := range all {
		ids = append(ids, d.CRMAccountID)
		if d.Made {
			made = append(made, d.CRMAccountID)
		}
	}
	found, err := byIDs(u.tx, ids)
	if err != nil {
		return err
	}
	u.standing = map[uuid.UUID]*Account{}
	for _, a := range found {
		u.standing[a.ID] = a
	}
	if u.provenance, err = provenances(u.tx, ids); err != nil {
		return err
	}
	if u.taken, err = externalIDs(u.tx); err != nil {
		return err
	}
	u.uses, err = usesOf(u.tx, made)
	return err
}

func (u *undoing) take(d done) error {
	a := u.standing[d.CRMAccountID]
	switch {
	case a == nil: // gone already, by another undo
		return nil
	case d.Made:
		u.takeMade(d, a)
		return nil
	}
	return u.takeChanged(d, a)
}

func (u *undoing) takeMade(d done, a *Account) {
	switch use := u.uses[a.ID]; {
	case use != "":
		u.plan.Rows = append(u.plan.Rows,
			imports.Row{Label: a.Name, Outcome: imports.Refused, Reason: "It is kept: " + use + "."})
	case a.Version != d.Version:
		u.plan.Rows = append(u.plan.Rows, imports.Row{Label: a.Name, Outcome: imports.Refused,
			Reason: "It is kept: it was changed after the import."})
	default:
		u.plan.Removed++
		u.remove = append(u.remove, a.ID)
		delete(u.taken, a.ExternalID)
	}
}

func (u *undoing) takeChanged(d done, a *Account) error {
	var before, after fields
	if err := json.Unmarshal(d.Before, &before); err != nil {
		return fmt.Errorf("what stood before the import: %w", err)
	}
	if err := json.Unmarshal(d.After, &after); err != nil {
		return fmt.Errorf("what the import put there: %w", err)
	}
	c := change{account: *a, provenance: u.provenance[a.ID].clone()}
	row := imports.Row{Label: a.Name, Outcome: imports.Changed}
	var kept []string
	for _, column := range a.Columns() {
		old, touched := before[column.Name]
		switch {
		case !touched:
		case column.Value != after[column.Name]:
			kept = append(kept, Label(column.Name)+" was changed after the import")
		case column.Name == "external_id" && u.isTaken(old, a.ID):
			kept = append(kept, "the external id "+old+" is another account's by now")
		default:
			row.Changes = append(row.Changes, imports.Change{Field: column.Name, Before: column.Value, After: old})
			c.putBack(column.Name, old, d)
		}
	}
	if len(kept) > 0 {
		row.Note = "Kept: " + strings.Join(kept, "; ") + "."
	}
	if len(row.Changes) > 0 {
		u.plan.Restored++
		u.restore = append(u.restore, c)
	} else {
		row.Outcome, row.Reason, row.Note = imports.Refused, row.Note, ""
	}
	u.plan.Rows = append(u.plan.Rows, row)
	return nil
}

func (u *undoing) isTaken(external string, by uuid.UUID) bool {
	holder, ok := u.taken[external]
	return external != "" && ok && holder != by
}

func (c *change) putBack(field, value string, d done) {
	c.account.set(field, value)
	if field == "website" {
		c.account.Domain, _ = ParseDomain(value) // it stood there once, so it can be read
	}
	delete(c.provenance.Origins, field)
	delete(c.provenance.Offers, field)
	if o, ok := d.Origins[field]; ok {
		c.provenance.Origins[field] = o
	}
	if o, ok := d.Offers[field]; ok {
		c.provenance.Offers[field] = o
	}
}

func (k importKind) writeUndo(tx *gorm.DB, u *undoing) error {
	if err := tx.Exec(`DELETE FROM crm_accounts WHERE id = ANY (?::uuid[])`, postgres.IDs(u.remove)).Error; err != nil {
		return fmt.Errorf("remove what the import made: %w", err)
	}
	if err := k.update(tx, u.restore); err != nil {
		return err
	}
	if err := withdraw(tx, u.importID); err != nil {
		return err
	}
	return k.touched(tx)
}

// withdraw takes back what the file offered beside hand edits.
func withdraw(tx *gorm.DB, importID uuid.UUID) error {
	err := tx.Exec(`UPDATE crm_accounts a
		SET offers = (SELECT coalesce(jsonb_object_agg(o.key, o.value), '{}') FROM jsonb_each(a.offers) o
		WHERE o.value->>'id' IS DISTINCT FROM @id)
		WHERE EXISTS (SELECT FROM jsonb_each(a.offers) o
		WHERE o.value->>'id' = @id)`, map[string]any{"id": importID.String()}).Error
	if err != nil {
		return fmt.Errorf("withdraw the file's offers: %w", err)
	}
	return nil
}
