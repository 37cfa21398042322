package subscription_test

import (
	"testing"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

func TestAShownPriceHoldsUntilTheNextOnesDay(t *testing.T) {
	t.Parallel()
	on := func(month time.Month) clock.Date { return clock.NewDate(2026, month, 1) }
	h := history.History{Rows: []history.Row{{Event: ledger.Price, On: on(10)}, {Event: ledger.Price, On: on(12)},
		{Event: ledger.Price, On: on(11)}, {Event: ledger.Update, On: on(11).AddDays(9), Delta: 1}}}
	if got := subscription.PriceUntil(h, on(11).AddDays(4)); got != on(12) {
		t.Errorf("the next price begins on %s", got)
	}
	if got := subscription.PriceUntil(h, on(12)); !got.IsZero() {
		t.Errorf("after the last one %s", got)
	}
}
