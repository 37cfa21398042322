package plan

import (
	"seatledger/internal/distributor"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
)

// another notes that a subscription is another product, kind or rhythm from a day on:
// on the row of its new term where there is one, else on a row of its own, dated when
// it was seen. The list's price for what it is now holds from there (RULES 5). What
// was unknown and becomes known is no change.
func (d *Draft) another(in Input, before Subscription, rows []ledger.Change) []ledger.Change {
	was, is := productOf(before.Facts), productOf(d.Row.Facts)
	if !differs(was, is) {
		return rows
	}
	words := ledger.Was{Before: was, After: is}
	on := in.Today()
	at := -1
	for i, c := range rows {
		if c.Event == ledger.Renew {
			at, on = i, c.EffectiveAt
		}
	}
	if at >= 0 {
		rows[at].Details = rows[at].Details.With("product", words)
	} else {
		rows = append(rows, ledger.Change{Event: ledger.Product, EffectiveAt: on, Estimated: true,
			Details: ledger.Details{"product": words}})
	}
	if in.Fill != nil && d.Row.ContractID.Valid {
		fill := *in.Fill
		fill.On, fill.Note = on, "from the list, for another product or term"
		d.Fills = append(d.Fills, fill)
	}
	return rows
}

func productOf(f Facts) history.Product {
	return history.Product{ID: f.ProductID, Kind: string(f.Kind), Term: string(f.Term), Rhythm: string(f.Frequency),
		Name: f.ProductName, Part: f.PartNumber}
}

func differs(a, b history.Product) bool {
	return a.ID.Valid && b.ID.Valid && a.ID != b.ID || other(a.Kind, b.Kind) || other(a.Term, b.Term) ||
		other(a.Rhythm, b.Rhythm)
}

// other tells whether two words differ and both are known.
func other(a, b string) bool {
	known := func(s string) bool { return s != "" && s != string(distributor.FreqUnknown) }
	return known(a) && known(b) && a != b
}
