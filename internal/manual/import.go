package manual

import (
	"slices"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/imports"
	"seatledger/internal/provider"
)

// Import is the CSV of a manual provider. A file holds accounts or subscriptions,
// which its header tells; each line is found by its external id. What a file does
// not name stays as it is, and nothing is ever taken away by it.
func (s Service) Import(p provider.Provider, by audit.Actor) imports.Kind {
	return importKind{Service: s, provider: p, by: by}
}

type importKind struct {
	Service
	provider provider.Provider
	by       audit.Actor // whose name the ledger rows bear
}

func (k importKind) Subject() imports.Subject {
	return imports.Subject{Kind: "provider", Target: k.provider.ID, ObjectType: "provider", ObjectName: k.provider.Name}
}

var accountColumns = []string{"name", "domain", "tenant_id"}

var subscriptionColumns = []string{
	"account_external_id", "part_number", "product", "quantity", "unit_cost", "cost_period", "currency", "term", "billing_frequency", "start_date", "end_date", "at_end",
	"effective_at", // not among the form's: the day a changed quantity holds from
}

func (importKind) Columns() []imports.Column {
	columns := []imports.Column{{Name: "external_id", Required: true}}
	for _, name := range slices.Concat(accountColumns, subscriptionColumns) {
		columns = append(columns, imports.Column{Name: name})
	}
	return columns
}

// Lock lets nobody else enter something by hand until the transaction ends.
func (k importKind) Lock(tx *gorm.DB) error {
	_, err := hold(tx.Statement.Context, tx, k.provider.ID)
	return err
}

func (k importKind) Plan(tx *gorm.DB, t imports.Table) (imports.Plan, error) {
	if slices.ContainsFunc(subscriptionColumns, t.Has) {
		return k.planSubscriptions(tx, t)
	}
	return k.planAccounts(tx, t)
}

// unused names the columns of the other sort of file.
func unused(t imports.Table, others []string, what string) []string {
	var found []string
	for _, name := range others {
		if t.Has(name) {
			found = append(found, name)
		}
	}
	if len(found) == 0 {
		return []string{"The file holds " + what + "."}
	}
	note := "The file holds " + what + ", so these columns are not used: "
	for i, name := range found {
		if i > 0 {
			note += ", "
		}
		note += name
	}
	return []string{note + "."}
}

// doubles refuses every line whose external id stands on another line too.
func doubles(t imports.Table) map[int]int {
	return imports.Duplicates(t.Lines, func(l imports.Line) string { return l.Get("external_id") })
}
