package httpx_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/money"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

func TestAnAmountIsShownWithItsCurrencyAndPeriodOrNotAtAll(t *testing.T) {
	t.Parallel()
	if got := httpx.Amount(decimal.NullDecimal{}, "USD", money.Month); got != (ui.Money{}) {
		t.Errorf("unknown amount: %+v", got)
	}
	got := httpx.Amount(decimal.NewNullDecimal(decimal.RequireFromString("1234.5")), "USD", money.ThreeYears)
	if want := (ui.Money{Amount: "1,234.50", Currency: "USD", Period: "per three years"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := httpx.Per("fortnight"); got != "period unknown" {
		t.Errorf("a period nobody knows reads %q", got)
	}
}

func TestAMomentIsShownInTheConfiguredZoneByName(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CET", 3600)
	got := httpx.Moment(time.Date(2026, 11, 3, 23, 30, 0, 0, time.UTC), zone)
	if want := (ui.Time{ISO: "2026-11-03T23:30:00Z", Text: "4 Nov 2026 00:30 CET"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := httpx.Moment(time.Time{}, zone); got != (ui.Time{}) {
		t.Errorf("no time: %+v", got)
	}
}
