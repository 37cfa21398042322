package subscriptions_test

import (
	"testing"

	"github.com/shopspring/decimal"
)

// An end that lies ahead bounds the bill from the moment it is typed, before any closing row stands.
func TestATypedEndBoundsTheBillBeforeItsDay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	month := h.lastMonth().AddMonths(1)
	next := month.AddMonths(1)
	h.byHand("A1,PE1,PN-PE,Prod,10,1,month,USD,annual,monthly," + month.String() + "," + next.AddDays(9).String())
	h.price("PE1", "10")
	h.sign("PE1")
	if h.sub("PE1")["ends_on"] != next.AddDays(10).String() {
		t.Fatalf("%v", h.sub("PE1"))
	}
	days := int64(next.DaysUntil(next.AddMonths(1)))
	want := decimal.NewFromInt(100).Add(decimal.NewFromInt(100*10).DivRound(decimal.NewFromInt(days), 2))
	if total := h.bill(next.AddMonths(1).String()); total != want.String() {
		t.Errorf("billed %s, want %s", total, want)
	}
}
