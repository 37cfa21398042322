package subscriptions_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"seatledger/internal/distributor"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/htmlcheck"
)

// Its new account is mapped, so "unmapped" would send a person to an account on which
// there is nothing to do.
func TestAMovedSubscriptionSaysSoAndHowItComesBack(t *testing.T) {
	t.Parallel()
	d := open(t)
	elsewhere := subscription.Account{ID: newID(), ExternalID: "A-2"}
	now := d.clock.Now()
	d.exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, first_seen_at,
		updated_at) VALUES (?, ?, 'A-2', 'old.example', 'active', 'unmapped', ?, ?)`,
		elsewhere.ID, d.provider.ID, now, now)
	d.sync(d.provider, elsewhere, record("S-1"), record("S-2"))
	d.mapAccount(d.account)
	d.sync(d.provider, d.account, record("S-1"))
	page := "/subscriptions/" + d.id("S-1")
	text := htmlcheck.Text(d.get(page).Find("main"))
	for _, want := range []string{"held: moved", "Moved from old.example",
		"Its new account is mapped: put it into a contract of that customer below",
		"Moved from old.example: the distributor reports it"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q: %s", want, text)
		}
	}
	list := htmlcheck.Text(d.get("/subscriptions?moved=yes").Find("tbody"))
	if !strings.Contains(list, "held: moved") || !strings.Contains(list, "moved here, choose a contract") ||
		strings.Contains(list, "S-2") {
		t.Errorf("the list of moved ones: %s", list)
	}
	if others := htmlcheck.Text(d.get("/subscriptions?moved=no&hold_reason=unmapped").
		Find("tbody")); strings.Contains(others, "S-1") || !strings.Contains(others, "S-2") {
		t.Errorf("the list of others: %s", others)
	}
	if r := d.row("S-1"); r["hold_reason"] != "unmapped" || r["moved"] != "true" { // the vocabulary of the file stays
		t.Errorf("the file: %v", r)
	}
	d.post(page+"/contract", url.Values{"contract_id": {d.contract.String()}}, http.StatusSeeOther)
	if r := d.row("S-1"); r["state"] != string(subscription.Active) || r["crm_account"] != "Contoso Ltd" ||
		r["moved"] != "false" || r["provider_status"] != string(distributor.StatusActive) {
		t.Errorf("taken in: %v", r)
	}
	if text := htmlcheck.Text(d.get(page).Find("main")); strings.Contains(text, "Moved from") {
		t.Errorf("still asks: %s", text)
	}
}
