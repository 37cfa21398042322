package crm

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/imports"
)

// Import is the CSV of CRM accounts: upsert by external id. A line without one
// is found by the id of our own CSV, or by its name among the accounts that have
// no external id, so that a second import makes nothing twice. An empty cell
// empties the field; a column that the file lacks leaves it alone.
func (s Service) Import() imports.Kind { return importKind{s} }

type importKind struct{ Service }

func (importKind) Subject() imports.Subject {
	return imports.Subject{Kind: "crm-accounts", ObjectType: "crm_accounts", ObjectName: "CRM accounts"}
}

func (importKind) Columns() []imports.Column {
	columns := []imports.Column{{Name: "id"}}
	for _, c := range (Facts{}).Columns() {
		columns = append(columns, imports.Column{Name: c.Name, Required: c.Name == "external_id" || c.Name == "name"})
	}
	return columns
}

func (importKind) Lock(tx *gorm.DB) error {
	return tx.Exec("LOCK TABLE crm_accounts IN SHARE ROW EXCLUSIVE MODE").Error
}

func (k importKind) Plan(tx *gorm.DB, t imports.Table) (imports.Plan, error) {
	known, err := knownFor(tx, t.Lines)
	if err != nil {
		return imports.Plan{}, err
	}
	p := planning{known: known, table: t, sameID: imports.Duplicates(t.Lines, func(l imports.Line) string { return l.Get("external_id") })}
	p.sameRecord = imports.Duplicates(t.Lines, p.recordKey)
	plan := imports.Plan{}
	for _, l := range t.Lines {
		plan.Rows = append(plan.Rows, p.row(l))
	}
	plan.Write = func(tx *gorm.DB) error { return k.write(tx, p.added, p.changed) }
	return plan, nil
}

// planning gathers what the lines of one file do.
type planning struct {
	known      known
	table      imports.Table
	sameID     map[int]int
	sameRecord map[int]int
	added      []Account
	changed    []Account
}

func (p *planning) recordKey(l imports.Line) string {
	a, err := p.known.match(l)
	switch {
	case err != nil:
		return ""
	case a != nil:
		return a.ID.String()
	case l.Get("external_id") == "":
		return strings.ToLower(l.Get("name"))
	}
	return ""
}

func (p *planning) row(l imports.Line) imports.Row {
	label := strings.TrimSpace(l.Get("name") + " " + l.Get("external_id"))
	if other, twice := p.sameID[l.Number]; twice {
		return imports.Refuse(l.Number, label, imports.SameAs("external id", other))
	}
	if other, twice := p.sameRecord[l.Number]; twice {
		return imports.Refuse(l.Number, label, imports.SameAs("account", other))
	}
	before, err := p.known.match(l)
	if err != nil {
		return imports.Refuse(l.Number, label, errs.Public(err))
	}
	after, err := p.facts(l, before).Check()
	if err != nil {
		return imports.Refuse(l.Number, label, reasons(err))
	}
	return p.compare(imports.Row{Line: l.Number, Label: label}, before, after)
}

// facts lays the columns of the file over what stands.
func (p *planning) facts(l imports.Line, before *Account) Facts {
	f := Facts{}
	if before != nil {
		f = before.Facts
	}
	for _, c := range f.Columns() {
		keepID := c.Name == "external_id" && l.Get("external_id") == ""
		if p.table.Has(c.Name) && !keepID {
			f.set(c.Name, l.Get(c.Name))
		}
	}
	return f
}

func (p *planning) compare(row imports.Row, before *Account, after Facts) imports.Row {
	old := Facts{}
	if before != nil {
		old = before.Facts
	}
	was := old.Columns()
	for i, c := range after.Columns() {
		if c.Value != was[i].Value {
			row.Changes = append(row.Changes, imports.Change{Field: c.Name, Before: was[i].Value, After: c.Value})
		}
	}
	switch {
	case before == nil:
		row.Outcome = imports.New
		p.added = append(p.added, Account{ID: uuid.Must(uuid.NewV7()), Facts: after})
	case len(row.Changes) > 0:
		row.Outcome = imports.Changed
		p.changed = append(p.changed, Account{ID: before.ID, Facts: after})
	default:
		row.Outcome = imports.Unchanged
	}
	return row
}

// reasons writes all field messages of a refused line, in the order of the columns.
func reasons(err error) string {
	var out []string
	fields := errs.FieldsOf(err)
	for _, c := range (Facts{}).Columns() {
		if m, ok := fields[c.Name]; ok {
			out = append(out, c.Name+": "+m)
		}
	}
	if len(out) == 0 {
		return errs.Public(err)
	}
	return strings.Join(out, " ")
}

// known are the accounts that the lines of a file may speak of.
type known struct {
	byID       map[uuid.UUID]*Account
	byExternal map[string]*Account
	byName     map[string][]*Account // those without an external id
}

func knownFor(tx *gorm.DB, lines []imports.Line) (known, error) {
	var keys struct{ IDs, Externals, Names []string }
	for _, l := range lines {
		if id, err := uuid.Parse(l.Get("id")); err == nil {
			keys.IDs = append(keys.IDs, id.String())
		}
		if external := l.Get("external_id"); external != "" {
			keys.Externals = append(keys.Externals, external)
		} else {
			keys.Names = append(keys.Names, l.Get("name"))
		}
	}
	doc, err := json.Marshal(keys)
	if err != nil {
		return known{}, err
	}
	var found []*Account
	err = tx.Raw(`WITH keys AS (SELECT ?::jsonb AS k)
		SELECT `+columns+` FROM crm_accounts a WHERE a.id IN (SELECT jsonb_array_elements_text(nullif(k->'IDs', 'null'))::uuid FROM keys)
			OR a.external_id IN (SELECT jsonb_array_elements_text(nullif(k->'Externals', 'null')) FROM keys)
			OR (a.external_id IS NULL AND lower(a.name) IN (SELECT lower(jsonb_array_elements_text(nullif(k->'Names', 'null'))) FROM keys))`,
		string(doc)).Scan(&found).Error
	if err != nil {
		return known{}, fmt.Errorf("read known crm accounts: %w", err)
	}
	return index(found), nil
}

func index(found []*Account) known {
	k := known{byID: map[uuid.UUID]*Account{}, byExternal: map[string]*Account{}, byName: map[string][]*Account{}}
	for _, a := range found {
		k.byID[a.ID] = a
		if a.ExternalID != "" {
			k.byExternal[a.ExternalID] = a
		} else {
			name := strings.ToLower(a.Name)
			k.byName[name] = append(k.byName[name], a)
		}
	}
	return k
}

// match finds the account that a line speaks of; nil is a new one.
func (k known) match(l imports.Line) (*Account, error) {
	id, _ := uuid.Parse(l.Get("id"))
	byID, external := k.byID[id], l.Get("external_id")
	byExternal := k.byExternal[external]
	switch {
	case byID != nil && byExternal != nil && byID != byExternal:
		return nil, errs.Newf(errs.Invalid, "The id is that of %s, but the external id belongs to %s.", byID.Name, byExternal.Name)
	case byID != nil:
		return byID, nil
	case byExternal != nil:
		return byExternal, nil
	case external != "":
		return nil, nil
	}
	return k.matchName(l.Get("name"))
}

func (k known) matchName(name string) (*Account, error) {
	switch same := k.byName[strings.ToLower(name)]; len(same) {
	case 0:
		return nil, nil
	case 1:
		return same[0], nil
	}
	return nil, errs.Newf(errs.Invalid, "Several accounts without an external id are called %q. Give the line an external id.", name)
}
