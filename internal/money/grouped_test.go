package money_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"seatledger/internal/money"
)

func TestAmountsAreGroupedAndLoseNoDigit(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0": "0.00", "18.7": "18.70", "999": "999.00", "1000": "1,000.00", "-1234567.5": "-1,234,567.50",
		"0.000125": "0.000125", "-999.9": "-999.90",
	} {
		if got := money.Grouped(decimal.RequireFromString(in), "USD"); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if got := money.Grouped(decimal.RequireFromString("1234567"), "JPY"); got != "1,234,567" {
		t.Errorf("yen: %s", got)
	}
}
