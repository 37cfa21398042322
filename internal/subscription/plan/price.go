package plan

import (
	"seatledger/internal/clock"
	"seatledger/internal/ledger"
)

// Reprice enters a price row if the selling price is another than before.
func (d *Draft) Reprice(before ledger.Amount, on clock.Date, note string) {
	if before.Equal(d.Row.Price()) {
		return
	}
	d.Enter(ledger.Change{
		Event: ledger.Price, EffectiveAt: on, Note: note,
		Details: ledger.Details{"price": ledger.Was{Before: before.Words(), After: d.Row.Price().Words()}},
	})
}
