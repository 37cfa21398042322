package subscriptions_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestTheRecordShowsBothSidesItsLedgerAndItsReview(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.mapAccount(d.account)
	d.sync(d.provider, d.account, record("S-1"))
	page := d.get("/subscriptions/" + d.id("S-1"))
	main := text(page.Find("main"))
	for _, part := range []string{"Business Premium", "At the distributor", "Contoso monthly", "22.00 USD per month",
		"18.70", "create", "+5", "Margin 3.30 USD per seat and month", "Sign off"} {
		if !strings.Contains(main, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	if t.Failed() {
		t.Log(main)
	}
}

func TestASignedSubscriptionIsShownSignedAndCounted(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.mapAccount(d.account)
	d.sync(d.provider, d.account, record("S-1"), record("S-2"))
	d.post("/subscriptions/sign-off", url.Values{"id": {d.id("S-1")}, "note": {"checked"}}, http.StatusSeeOther)
	if got := text(d.get("/subscriptions").Find(".progress__text")); got != "1 of 2 signed" {
		t.Errorf("progress %q", got)
	}
	if rows := d.file("/subscriptions.csv?review=signed"); len(rows) != 1 || rows[0]["external_id"] != "S-1" ||
		rows[0]["signed_by"] != "Ada Example" {
		t.Errorf("file %v", rows)
	}
}
