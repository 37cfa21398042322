package subscriptions_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/distributor"
)

func TestANewTermBelowCostIsKeptOnItsPage(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.clock.Set(time.Date(2027, 1, 16, 9, 0, 0, 0, time.UTC))
	d.sync(d.provider, d.account, record("S-1", func(r *distributor.Subscription) {
		r.Start, r.End, r.UnitCost = r.Start.AddMonths(12), r.End.AddMonths(12), decimal.NewNullDecimal(dec("23.5"))
	}))
	at := "/subscriptions/" + d.id("S-1")
	if main := text(d.get(at).Find("main")); d.row("S-1")["review"] != "fail" ||
		!strings.Contains(main, "The new term or product is sold below cost") {
		t.Fatalf("review %s: %.900s", d.row("S-1")["review"], main)
	}
	d.post(at+"/price/keep", d.form(at, at+"/price/keep"), http.StatusSeeOther)
	page := d.get(at)
	if r := d.row("S-1"); r["review"] != "warn" || page.Find(`form[action="`+at+`/price/keep"]`).Length() != 0 {
		t.Errorf("once kept: %s, %.900s", r["review"], text(page.Find("main")))
	}
}
