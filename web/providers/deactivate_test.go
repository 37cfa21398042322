package providers_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/testkit/htmlcheck"
)

func (d *desk) subscription(providerPath, externalID, state, price string) {
	d.Helper()
	d.exec(`INSERT INTO subscriptions (id, provider_id, account_id, external_id, kind, product_name, quantity,
		unit_price, price_period, currency, billing_frequency, term,
			provider_status, state, hold_reason, deactivated_by, deactivated_on, first_seen_at, facts_at, updated_at)
		SELECT ?, p.id, a.id, ?, 'licence', 'Mail', 0, CAST(nullif(?, '') AS numeric), CASE ? WHEN '' THEN ''
		ELSE 'year' END, CASE ? WHEN '' THEN '' ELSE 'USD' END, 'monthly', 'annual', 'active', ?,
			CASE ? WHEN 'held' THEN 'unmapped' END, CASE ? WHEN 'inactive' THEN 'person' END, CASE ? WHEN 'inactive'
			THEN DATE '2026-11-01' END, now(), now(), now()
		FROM providers p JOIN provider_accounts a ON a.provider_id = p.id WHERE p.id = ?`,
		uuid.Must(uuid.NewV7()), externalID, price, price, price, state, state, state, state,
		strings.TrimPrefix(providerPath, "/providers/"))
}

func TestWhatADeactivationMeansIsShownBeforeIt(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.verified()
	d.account(p, "A-1", "unmapped")
	d.subscription(p, "S-1", "held", "")
	d.subscription(p, "S-2", "inactive", "")
	queued := d.post(p+"/sync-accounts", nil, http.StatusSeeOther).Header().Get("Location")
	doc := d.get(p + "/deactivate")
	text := htmlcheck.Text(doc.Find("main"))
	for _, want := range []string{"0 mapped, 1 unmapped, 0 excluded", "Held: stay held 1 0 no price", "Inactive 1 0",
		"everything is billed or archived", "it is queued, and is cancelled",
		"the nightly sync", "syncs by hand", "Nothing is sent to the distributor", "billable until you retire them"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q: %s", want, text)
		}
	}
	if doc.Find(`a[href="`+queued+`"]`).Length() != 1 ||
		doc.Find(`form[method="post"][action="`+p+`/deactivate"]`).Length() != 1 {
		t.Error("the page leads neither to the run nor on")
	}
	d.exec(`UPDATE sync_runs SET state = 'running'`)
	if text := htmlcheck.Text(d.get(p + "/deactivate").Find("main")); !strings.Contains(text,
		"asked to stop: the account in work is finished first") {
		t.Errorf("of a running run: %s", text)
	}
	d.post(p+"/deactivate", nil, http.StatusSeeOther)
	if len(d.notices) == 0 || !strings.Contains(d.notices[len(d.notices)-1].Text, "asked to end") {
		t.Errorf("told %v", d.notices)
	}
	doc = d.page(d.do(httptest.NewRequest(http.MethodGet, p+"/deactivate", nil), http.StatusConflict))
	if text := htmlcheck.Text(doc.Find("main")); !strings.Contains(text, "deactivated already") {
		t.Errorf("asked again: %s", text)
	}
}
