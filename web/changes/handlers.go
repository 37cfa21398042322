// Package changes is the screen of the ledger over all subscriptions: list and CSV.
package changes

import (
	"slices"
	"time"

	"seatledger/internal/ledger"
	"seatledger/internal/postgres"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// Handlers answers the routes of license changes.
type Handlers struct {
	DB   *postgres.DB
	Zone *time.Location
}

const nav = "License changes"

// bar adds the dates of effect to the usual bar.
func bar(q httpx.ListQuery) ui.FilterBar {
	b := q.FilterBar(ledger.All.Search.Label)
	for _, f := range []ui.Field{{Name: "from", Label: "Effective from"}, {Name: "to", Label: "Effective to"}} {
		f.Kind, f.Value = ui.DateInput, q.Filter(f.Name)
		b.Selects = append(b.Selects, f)
		b.Hidden = slices.DeleteFunc(b.Hidden, func(p ui.Pair) bool { return p.Name == f.Name })
	}
	return b
}
