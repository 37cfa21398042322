package subscriptions_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/distributor"
)

// act is one thing that a person may do on these pages.
type act struct {
	path string
	form url.Values
}

// acts are all of them, on a desk where each changes something.
func acts(d *desk) map[string]act {
	d.Helper()
	p, a := d.newProvider("Legacy", distributor.StellrLegacy, "L-1")
	d.sync(p, a, record("L-1"))
	d.mapAccount(a)
	grown := func(r *distributor.Subscription) { r.Quantity = 8 }
	d.sync(d.provider, d.account, record("S-1", grown), record("S-2"), record("S-3"))
	d.missing("S-2")
	one, gone, twin := "/subscriptions/"+d.id("S-1"), "/subscriptions/"+d.id("S-2"), "/subscriptions/"+d.id("L-1")
	row := d.correctLink("S-1", "estimated")
	filled := "/subscriptions/" + d.id("S-3") + "/prices/" +
		d.file("/subscriptions/" + d.id("S-3") + "/prices.csv")[0]["change_id"] + "/correct"
	price := url.Values{"unit_price": {"23.5"}, "price_period": {"month"}, "effective_on": {"2026-11-22"}}
	return map[string]act{
		"subscription.contract_set":     {one + "/contract", url.Values{"contract_id": {""}}},
		"subscription.price_set":        {one + "/price", price},
		"subscription.change_corrected": {row, url.Values{"effective_at": {"2026-11-10"}, "note": {"their invoice 7"}}},
		"subscription.price_corrected":  {filled, url.Values{"unit_price": {"21"}, "note": {"agreed"}}},
		"subscription.gone_confirmed":   {gone + "/confirm-gone", nil},
		"subscription.no_twin":          {twin + "/no-twin", nil},
		"subscription.signed_off":       {"/subscriptions/sign-off", url.Values{"id": {d.id("S-3")}}},
	}
}

// stands is everything that those acts may touch, but the trail.
func (d *desk) stands() map[string]string {
	d.Helper()
	out := map[string]string{}
	for _, table := range []string{"subscriptions", "license_changes", "license_change_status", "subscription_reviews",
		"sign_offs"} {
		var rows string
		sql := `SELECT coalesce(string_agg(t::text, E'\n' ORDER BY t::text), '') FROM ` + table + ` t`
		if err := d.db.Read(d.Context()).Raw(sql).Row().Scan(&rows); err != nil {
			d.Fatal(err)
		}
		out[table] = rows
	}
	return out
}

func TestAnActWithoutItsPlaceInTheTrailIsNotDone(t *testing.T) {
	t.Parallel()
	d := settled(t)
	all := acts(d)
	if _, err := d.db.Owner().Exec(t.Context(), `REVOKE INSERT ON audit_events FROM seatledger_app`); err != nil {
		t.Fatal(err)
	}
	before := d.stands()
	for action, a := range all {
		d.post(a.path, a.form, http.StatusInternalServerError)
		if diff := cmp.Diff(before, d.stands()); diff != "" {
			t.Errorf("%s: %s", action, diff)
		}
	}
}

func TestAnActThatMeetsAnotherIsTriedAgainAndDoneOnce(t *testing.T) {
	t.Parallel()
	for _, action := range []string{
		"subscription.contract_set", "subscription.price_set", "subscription.change_corrected",
		"subscription.price_corrected", "subscription.gone_confirmed",
		"subscription.no_twin", "subscription.signed_off",
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			d := settled(t)
			a := acts(d)[action]
			met := false
			d.serve(d.db.Overtaken("audit_head", func() error { met = true; return nil }))
			d.post(a.path, a.form, http.StatusSeeOther)
			if n := d.audited(action); !met || n != 1 {
				t.Errorf("met another: %v; in the trail %d times", met, n)
			}
		})
	}
}
