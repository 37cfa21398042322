package contract

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/imports"
	"seatledger/internal/postgres"
)

// Import is the file of contracts. A line with the id of our own CSV, or with the customer and
// name of a contract that stands, changes that contract; any other makes one. A column that the
// file lacks leaves its field alone, an empty cell empties it.
func (s Service) Import(by audit.Actor) imports.Kind { return importKind{s, by} }

type importKind struct {
	Service
	by audit.Actor
}

func (importKind) Subject() imports.Subject {
	return imports.Subject{Kind: "contracts", ObjectType: "contracts", ObjectName: "Billing contracts"}
}

// Lock keeps the contracts as they are.
func (importKind) Lock(tx *gorm.DB) error {
	return tx.Exec("LOCK TABLE billing_contracts IN SHARE ROW EXCLUSIVE MODE").Error
}

// Rehearses: the preview does what the lines say and takes it back, so that it promises nothing that a rule refuses.
func (importKind) Rehearses() {}

// Forms is the one form: the fields of a contract, and the customer by id, external id or name.
func (importKind) Forms() []imports.Form {
	columns := []imports.Column{
		{Name: "crm_account_external_id", Label: "customer's external id", Holds: imports.ID,
			Aliases: []string{"customernumber", "customerno", "kundennummer", "accountnumber", "crmaccountexternalid"}},
		{Name: "crm_account", Label: "customer", Aliases: []string{"customer", "customername", "kunde", "client",
			"accountname", "crmaccount"}},
		{Name: "crm_account_id", Label: "customer's id in Seatledger", Holds: imports.ID},
		{Name: "name", Required: true, Aliases: []string{"contract", "contractname", "vertrag", "contrat"}},
		{Name: "price_list_id", Label: "price list", Aliases: []string{"pricelist", "preisliste"}},
		{Name: "price_list", Label: "price list's name"},
	}
	for _, c := range (Terms{}).Columns() {
		switch c.Name {
		case "crm_account_id", "name", "price_list_id":
			continue
		}
		column := imports.Column{Name: c.Name, Label: strings.ReplaceAll(c.Name, "_", " ")}
		if strings.HasSuffix(c.Name, "_date") || c.Name == "bill_from" {
			column.Holds = imports.Date
		}
		columns = append(columns, column)
	}
	return []imports.Form{{Columns: append(columns, imports.Column{Name: "id", Label: "id in Seatledger",
		Holds: imports.ID})}}
}

// Plan carries each line out in a savepoint; what a rule refuses leaves nothing behind and is told with its reason.
func (k importKind) Plan(tx *gorm.DB, t imports.Table) (imports.Plan, error) {
	p, all := imports.Plan{}, []done{}
	p.Write = func(tx *gorm.DB) error { return remember(tx, t.From.ID, all) }
	twins := imports.Duplicates(t.Lines, func(l imports.Line) string {
		if id := l.Get("id"); id != "" {
			return id
		}
		return strings.ToLower(customerOf(l) + "\x00" + l.Get("name"))
	})
	made := 0
	for _, l := range t.Lines {
		label := strings.TrimSpace(imports.Isolated(customerOf(l)) + " " + imports.Isolated(l.Get("name")))
		if other, twice := twins[l.Number]; twice {
			p.Rows = append(p.Rows, imports.Refuse(l.Number, label, imports.SameAs("customer and name", other)))
			continue
		}
		row, did, err := k.line(tx, t, l)
		if err != nil {
			return p, err
		}
		if row.Outcome == imports.New || row.Outcome == imports.Changed {
			all = append(all, did)
		}
		row.Line, row.Label = l.Number, label
		if row.Outcome == imports.New {
			made++
		}
		p.Rows = append(p.Rows, row)
	}
	if made > 0 {
		p.Notes = append(p.Notes, "Subscriptions of a customer that wait land in its new contract by themselves, "+
			"where it is the only active default one.")
	}
	return p, nil
}

func customerOf(l imports.Line) string {
	for _, name := range []string{"crm_account_id", "crm_account_external_id", "crm_account"} {
		if v := l.Get(name); v != "" {
			return v
		}
	}
	return ""
}

func (k importKind) line(tx *gorm.DB, t imports.Table, l imports.Line) (imports.Row, done, error) {
	if err := tx.Exec("SAVEPOINT line").Error; err != nil {
		return imports.Row{}, done{}, err
	}
	row, did, err := k.carry(tx, t, l)
	if why := refusal(err); why != "" {
		if err := tx.Exec("ROLLBACK TO SAVEPOINT line").Error; err != nil {
			return row, did, err
		}
		row, err = imports.Row{Outcome: imports.Refused, Reason: why}, nil
	}
	if err != nil {
		return row, did, err
	}
	return row, did, tx.Exec("RELEASE SAVEPOINT line").Error
}

// refusal is what a rule says against a line; empty where it is none.
func refusal(err error) string {
	err = postgres.Translate(err)
	switch errs.KindOf(err) {
	case errs.Invalid:
		var says []string
		problems := errs.FieldsOf(err)
		for _, c := range (Terms{}).Columns() {
			if m, found := problems[c.Name]; found {
				says = append(says, c.Name+": "+m)
			}
		}
		if len(says) == 0 {
			return errs.Public(err)
		}
		return strings.Join(says, " ")
	case errs.Conflict, errs.NotFound:
		return errs.Public(err)
	}
	return ""
}

func (k importKind) carry(tx *gorm.DB, t imports.Table, l imports.Line) (imports.Row, done, error) {
	stands, err := standing(tx, l)
	if err != nil {
		return imports.Row{}, done{}, err
	}
	if stands == nil {
		in := overFile(Input{IsDefault: true}, t, l)
		in.CRMAccount = customerOf(l)
		made, err := k.createIn(tx, k.by, in)
		if err != nil {
			return imports.Row{}, done{}, err
		}
		_, is := difference(Terms{}, made.Terms)
		return imports.Row{Outcome: imports.New, Changes: changes(nil, is)},
			done{ContractID: made.ID, Version: made.Version}, nil
	}
	before := InputOf(*stands)
	in := overFile(before, t, l)
	if err := k.updateIn(tx, k.by, Edit{ID: stands.ID, Version: stands.Version, Input: in}); err != nil {
		return imports.Row{}, done{}, err
	}
	after, err := get(tx, stands.ID, "")
	if err != nil {
		return imports.Row{}, done{}, err
	}
	was, is := difference(stands.Terms, after.Terms)
	if len(is) == 0 {
		return imports.Row{Outcome: imports.Unchanged}, done{}, nil
	}
	return imports.Row{Outcome: imports.Changed, Changes: changes(was, is)},
		done{ContractID: after.ID, Version: after.Version, Before: &before}, nil
}

func changes(was, is map[string]string) []imports.Change {
	var out []imports.Change
	for _, c := range (Terms{}).Columns() {
		if now, changed := is[c.Name]; changed {
			out = append(out, imports.Change{Field: c.Name, Before: was[c.Name], After: now})
		}
	}
	return out
}

// standing is the contract that a line speaks of; nil: there is none.
func standing(tx *gorm.DB, l imports.Line) (*Contract, error) {
	if word := l.Get("id"); word != "" {
		id, err := uuid.Parse(word)
		if err != nil {
			return nil, errs.Newf(errs.Invalid, "%q is no id of a contract.", word)
		}
		c, err := get(tx, id, "FOR UPDATE")
		if errs.KindOf(err) == errs.NotFound {
			return nil, errs.New(errs.Invalid, "No contract has this id. Leave the column out to make a new one.")
		}
		return &c, err
	}
	var found []Contract
	err := tx.Raw(`SELECT c.* FROM billing_contracts c JOIN crm_accounts a ON a.id = c.crm_account_id
		WHERE lower(c.name) = lower(@name)
		AND (a.id::text = @who OR a.external_id = @who OR lower(a.name) = lower(@who))
		LIMIT 2 FOR UPDATE OF c`, map[string]any{"name": l.Get("name"), "who": customerOf(l)}).Scan(&found).Error
	switch {
	case err != nil:
		return nil, fmt.Errorf("contract of line %d: %w", l.Number, err)
	case len(found) == 0:
		return nil, nil
	case len(found) > 1:
		return nil, errs.New(errs.Invalid, "Several customers are called so. Give the customer's external id.")
	}
	return &found[0], nil
}

// overFile is a form with what the columns of a line say.
func overFile(in Input, t imports.Table, l imports.Line) Input {
	fields := in.editable()
	for name, at := range map[string]*string{"name": &in.Name, "currency": &in.Currency,
		"billing_frequency": &in.BillingFrequency, "timing": &in.Timing, "start_date": &in.StartDate,
		"end_date": &in.EndDate, "end_refund": &in.EndRefund, "purchase_order": &in.PurchaseOrder,
		"recipients": &in.Recipients, "language": &in.Language} {
		fields[name] = at
	}
	for name, at := range fields {
		if t.Has(name) {
			*at = l.Get(name)
		}
	}
	if in.PriceList == "" && t.Has("price_list") {
		in.PriceList = l.Get("price_list")
	}
	for name, at := range map[string]*bool{"is_default": &in.IsDefault, "bill_together": &in.BillTogether} {
		if t.Has(name) {
			*at = yes(l.Get(name))
		}
	}
	return in
}

func yes(word string) bool {
	switch strings.ToLower(word) {
	case "true", "1", "yes", "on", "ja", "oui":
		return true
	}
	return false
}
