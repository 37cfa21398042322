package manual

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/imports"
)

// accountLine is an account that a file makes or changes.
type accountLine struct {
	id     uuid.UUID // uuid.Nil: a new one
	record distributor.Account
}

func (k importKind) planAccounts(tx *gorm.DB, t imports.Table) (imports.Plan, error) {
	known, err := account.ByExternalID(tx.Statement.Context, tx, k.provider.ID)
	if err != nil {
		return imports.Plan{}, err
	}
	plan := imports.Plan{Notes: []string{"The file holds accounts."}}
	twice := doubles(t)
	var todo []accountLine
	for _, l := range t.Lines {
		row, line := accountRow(l, t, known)
		if other, again := twice[l.Number]; again {
			row, line = imports.Refuse(l.Number, l.Get("external_id"), imports.SameAs("external id", other)), nil
		}
		plan.Rows = append(plan.Rows, row)
		if line != nil {
			todo = append(todo, *line)
		}
	}
	plan.Write = func(tx *gorm.DB) error { return k.writeAccounts(tx.Statement.Context, tx, todo) }
	return plan, nil
}

// accountRow compares a line with the account of that id; it gives no line to write
// where nothing changes or the line is refused.
func accountRow(l imports.Line, t imports.Table, known map[string]account.Account) (imports.Row, *accountLine) {
	was, exists := known[l.Get("external_id")]
	before := AccountEntry{}
	if exists {
		before = AccountEntry{ExternalID: was.ExternalID, Name: was.Name, Domain: was.Domain, TenantID: was.TenantID}
	}
	after := before
	for _, f := range after.fields() {
		if t.Has(f.name) {
			*f.value = l.Get(f.name)
		}
	}
	row := imports.Row{Line: l.Number, Label: orElse(after.Name, after.ExternalID)}
	d, err := after.record()
	if err != nil {
		return imports.Refuse(row.Line, row.Label, reasons(err, "external_id", "name", "domain", "tenant_id")), nil
	}
	after = AccountEntry{ExternalID: d.ExternalID, Name: d.Name, Domain: d.Domain, TenantID: d.TenantID}
	row.Changes = changes(before.fields(), after.fields())
	switch {
	case !exists:
		row.Outcome = imports.New
		return row, &accountLine{record: d}
	case len(row.Changes) == 0:
		row.Outcome = imports.Unchanged
		return row, nil
	}
	row.Outcome = imports.Changed
	return row, &accountLine{id: was.ID, record: d}
}

func (k importKind) writeAccounts(ctx context.Context, tx *gorm.DB, todo []accountLine) error {
	for _, l := range todo {
		var err error
		if l.id == uuid.Nil {
			_, err = account.New(ctx, tx, k.provider.ID, l.record, k.Clock.Now())
		} else {
			err = account.Update(ctx, tx, l.id, l.record, k.Clock.Now())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// changes are the fields that differ; both lists have the same fields.
func changes(before, after []field) []imports.Change {
	var out []imports.Change
	for i, f := range after {
		if *f.value != *before[i].value {
			out = append(out, imports.Change{Field: f.name, Before: *before[i].value, After: *f.value})
		}
	}
	return out
}

// reasons writes all field messages of a refused line, in the order of the columns.
func reasons(err error, columns ...string) string {
	fields, out := errs.FieldsOf(err), ""
	for _, c := range columns {
		if m, ok := fields[c]; ok {
			if out != "" {
				out += " "
			}
			out += c + ": " + m
		}
	}
	if out == "" {
		return errs.Public(err)
	}
	return out
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
