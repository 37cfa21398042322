package site_test

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// What a list lets one choose from is remembered, and yet the next page shows each change of it: whoever makes it,
// and when it is taken back.
func TestTheNextPageOffersWhatThereIsToChooseNow(t *testing.T) {
	t.Parallel()
	w := walked(t)
	offered := func(list, filter string) string {
		var all []string
		w.admin.Get(list).Doc().Find("select[name=" + filter + "] option").Each(func(_ int, o *goquery.Selection) {
			all = append(all, o.Text())
		})
		return strings.Join(all, "|")
	}
	const provider = `INSERT INTO providers (id, name, connector, comprehensive_api, host, url, reseller_number,
		currency, active, credentials_at, created_at, updated_at) SELECT gen_random_uuid(), 'Distributor Aside',
		connector, comprehensive_api,
		'aside.example', 'https://aside.example/', '7099', currency, true, now(), now(),
		now() FROM providers LIMIT 1`
	for _, step := range []struct{ list, filter, sql, want, gone string }{
		{"/subscriptions", "vendor", `INSERT INTO products (id, vendor, part_number, name, sku, created_at, updated_at)
			VALUES (gen_random_uuid(), 'Zenith', 'Z1', 'Zenith One', '', now(), now())`, "Zenith", ""},
		{"/subscriptions", "vendor", `UPDATE products SET vendor = 'Zephyr' WHERE vendor = 'Zenith'`, "Zephyr",
			"Zenith"},
		{"/subscriptions", "vendor", `DELETE FROM products WHERE vendor = 'Zephyr'`, "", "Zephyr"},
		{"/changes", "provider", provider, "Distributor Aside", ""},
		{"/changes", "provider", `UPDATE providers SET name = 'Distributor Beside' WHERE name = 'Distributor Aside'`,
			"Distributor Beside", "Distributor Aside"},
		{"/audit", "actor", `UPDATE users SET name = 'Zoe Renamed' WHERE role = 'admin'`, "Zoe Renamed", ""},
		{"/audit", "action", `INSERT INTO audit_events (at, actor, action, object_type, object_id, object_name)
			VALUES (now(), 'Seatledger', 'thing.tried', 'thing', '1', '')`, "thing tried", ""},
		{"/audit", "object_type", `SELECT 1`, "thing", ""},
	} {
		before := offered(step.list, step.filter)
		if _, err := w.DB.Owner().Exec(t.Context(), step.sql); err != nil {
			t.Fatalf("%s: %v", step.sql, err)
		}
		got := offered(step.list, step.filter)
		if !strings.Contains(got, step.want) || step.gone != "" && strings.Contains(got, step.gone) {
			t.Errorf("%s offers %s %q, before %q; want %q and not %q", step.list, step.filter, got, before, step.want,
				step.gone)
		}
	}
}
