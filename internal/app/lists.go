package app

import (
	"context"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/contract"
	"seatledger/internal/contract/price"
	"seatledger/internal/crm"
	"seatledger/internal/figures"
	"seatledger/internal/invoice"
	"seatledger/internal/ledger"
	"seatledger/internal/listing"
	"seatledger/internal/mapping"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription/list"
)

// Keeper is a list that keeps counts or words for speed.
type Keeper interface {
	AddUp(ctx context.Context, db *postgres.DB) error
	Mend(ctx context.Context, db *postgres.DB) (counts, rows int64, err error)
}

// Keepers are the lists that keep something, by their names.
func (a *App) Keepers() map[string]Keeper {
	return map[string]Keeper{
		"CRM accounts": crm.Figures{}, "counts of CRM accounts": crm.All,
		"prices": price.Kept{}, "the trail": audit.Days{},
		"accounts": account.All, "changes": ledger.All, "contracts": contract.All, "invoice lines": invoice.AllLines,
		"invoices": invoice.All(a.Zone), "subscriptions": list.All, "the dashboard": list.Tallies{},
		"money": figures.Tallies{}, "the mapping queue": mapping.Waiters{}, "names of products": list.Names{},
	}
}

func (a *App) addUpLists(ctx context.Context) error {
	for _, l := range a.Keepers() {
		if err := l.AddUp(ctx, a.DB); err != nil {
			return err
		}
	}
	return listing.AddUpMarks(ctx, a.DB)
}

// mendLists says in the log when rows came in past the triggers that keep counts and words.
func (a *App) mendLists(ctx context.Context) error {
	for name, l := range a.Keepers() {
		counts, rows, err := l.Mend(ctx, a.DB)
		if counts+rows > 0 {
			a.Log.WarnContext(ctx, "what a list keeps was mended", "list", name, "counts", counts, "rows", rows)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
