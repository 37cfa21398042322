package crm

import (
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

func (importKind) Lock(tx *gorm.DB) error {
	return tx.Exec("LOCK TABLE crm_accounts IN SHARE ROW EXCLUSIVE MODE").Error
}

func (k importKind) Plan(tx *gorm.DB, t imports.Table) (imports.Plan, error) {
	known, err := knownFor(tx, t.Lines)
	if err != nil {
		return imports.Plan{}, err
	}
	p := planning{known: known, table: t,
		sameID: imports.Duplicates(t.Lines, func(l imports.Line) string { return l.Get("external_id") })}
	if p.provenance, err = provenances(tx, known.ids()); err != nil {
		return imports.Plan{}, err
	}
	p.by = Origin{By: File, Name: t.From.File, ID: t.From.ID.String(), At: k.Clock.Now()}
	p.sameRecord = imports.Duplicates(t.Lines, p.recordKey)
	plan := imports.Plan{}
	for _, l := range t.Lines {
		plan.Rows = append(plan.Rows, p.row(l))
	}
	plan.Notes = p.notes()
	plan.Write = func(tx *gorm.DB) error { return k.writeImport(tx, t.From.ID, p.batch) }
	return plan, nil
}

// planning gathers what the lines of one file do.
type planning struct {
	known      known
	provenance map[uuid.UUID]Provenance
	by         Origin
	table      imports.Table
	sameID     map[int]int
	sameRecord map[int]int
	keeps      int // lines of which something edited by hand is kept
	batch
}

// notes say what holds for the whole file.
func (p *planning) notes() []string {
	var out []string
	if !p.table.Has("external_id") {
		out = append(out, "No column is the external id, so a line is matched by its name among the accounts that "+
			"have none. Where your CRM has an id, choose its column.")
	}
	if n := len(p.sameID) + len(p.sameRecord); n > 0 {
		out = append(out, fmt.Sprintf("%d lines speak of the same account as another line and are refused.", n))
	}
	if p.keeps > 0 {
		out = append(out, fmt.Sprintf("In %d lines the file has something else than a person wrote by hand. "+
			"What the person wrote stays; the file's value is kept beside it.", p.keeps))
	}
	return out
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
	label := strings.TrimSpace(imports.Isolated(l.Get("name")) + " " + l.Get("external_id"))
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
	says, err := p.facts(l, before).Check()
	if err != nil {
		return imports.Refuse(l.Number, label, reasons(err))
	}
	row := imports.Row{Line: l.Number, Label: label}
	if before == nil {
		return p.new(row, says)
	}
	return p.standing(row, *before, says)
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

func (p *planning) new(row imports.Row, says Facts) imports.Row {
	row.Outcome, row.Changes = imports.New, differences(Facts{}, says)
	p.added = append(p.added, change{account: Account{ID: uuid.Must(uuid.NewV7()), Facts: says},
		provenance: fresh(says, p.by)})
	return row
}

func (p *planning) standing(row imports.Row, before Account, says Facts) imports.Row {
	was := p.provenance[before.ID]
	m := merge(before.Facts, was, said{Facts: says, about: p.table.Has, by: p.by})
	row.Outcome, row.Changes, row.Note = imports.Unchanged, differences(before.Facts, m.Facts),
		keptNote(m.Kept, "the file")
	if len(m.Kept) > 0 {
		p.keeps++
	}
	c := change{account: before, provenance: m.Provenance, before: before.Facts, was: was}
	c.account.Facts = m.Facts
	switch {
	case m.changed:
		row.Outcome = imports.Changed
		p.changed = append(p.changed, c)
	case m.noted:
		p.noted = append(p.noted, c)
	}
	return row
}

// keptNote says which hand edits stay, and what was offered instead.
func keptNote(kept []Kept, who string) string {
	var out []string
	for _, k := range kept {
		out = append(out, fmt.Sprintf("%s stays %s, edited by hand; %s says %s.", Label(k.Field), orNothing(k.Value),
			who, k.Says))
	}
	return strings.Join(out, " ")
}

func orNothing(s string) string {
	if s == "" {
		return "empty"
	}
	return s
}

func differences(before, after Facts) []imports.Change {
	var out []imports.Change
	was := before.Columns()
	for i, c := range after.Columns() {
		if c.Value != was[i].Value {
			out = append(out, imports.Change{Field: c.Name, Before: was[i].Value, After: c.Value})
		}
	}
	return out
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
