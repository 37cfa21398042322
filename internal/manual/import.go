package manual

import (
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

// The forms of a file.
const (
	formAccounts      = "accounts"
	formSubscriptions = "subscriptions"
)

func (importKind) Forms() []imports.Form {
	return []imports.Form{
		{Name: formAccounts, Title: "Accounts", Columns: columnsOf(accountColumns)},
		{Name: formSubscriptions, Title: "Subscriptions", Columns: columnsOf(subscriptionColumns)},
	}
}

// Lock lets nobody else enter something by hand until the transaction ends.
func (k importKind) Lock(tx *gorm.DB) error {
	_, err := hold(tx.Statement.Context, tx, k.provider.ID)
	return err
}

func (k importKind) Plan(tx *gorm.DB, t imports.Table) (imports.Plan, error) {
	if t.Form() == formSubscriptions {
		return k.planSubscriptions(tx, t)
	}
	return k.planAccounts(tx, t)
}

// doubles refuses every line whose external id stands on another line too.
func doubles(t imports.Table) map[int]int {
	return imports.Duplicates(t.Lines, func(l imports.Line) string { return l.Get("external_id") })
}
