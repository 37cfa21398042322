package sandbox

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// bothFaces reads the seats of a subscription on either face; "" where it is not listed.
func bothFaces(c *client, sub Subscription) (stellr, legacy string) {
	c.t.Helper()
	c.token = c.signIn("sandbox-app", "sandbox-secret")
	for _, row := range c.readAll("/api/v1/customers/"+sub.CustomerNo+"/subscriptions", "100") {
		if row["subscriptionId"] == sub.ID {
			stellr = row["quantity"].(interface{ String() string }).String()
		}
	}
	c.token = c.legacySignIn("").str("access_token")
	a := c.csp(`{"action_name":"get_subscription_by_id","subscription_id":` + itoa(sub.LegacyID) + `}`)
	if a.str("status") == "success" {
		legacy = a.list("items", "subscriptions_info")[0]["quantity"].(interface{ String() string }).String()
	}
	return stellr, legacy
}

func TestAdminChangesShowOnBothFaces(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	sub := live(t, s)
	want := func(step, quantity string) {
		t.Helper()
		if stellr, legacy := bothFaces(c, sub); stellr != quantity || legacy != quantity {
			t.Errorf("%s: comprehensive %q, legacy %q, want %q", step, stellr, legacy, quantity)
		}
	}
	c.admin("PATCH", "subscriptions/"+sub.ID, `{"quantity":77,"unit_price":"9.125","status":"null"}`)
	want("seats set", "77")
	c.admin("DELETE", "subscriptions/"+sub.ID, "")
	want("removed", "")
	c.admin("POST", "subscriptions/"+sub.ID+"/restore", "")
	want("brought back", "77")
	c.admin("POST", "subscriptions/"+sub.ID+"/move", `{"customer_no":"`+s.Customers()[2].CustomerNo+`"}`)
	sub.CustomerNo = s.Customers()[2].CustomerNo
	want("moved", "77")
	c.admin("DELETE", "customers/"+sub.CustomerNo, "")
	c.token = c.signIn("sandbox-app", "sandbox-secret")
	if total := c.get("/api/v1/cloud/customers?pageNo=1&pageSize=1").str("data", "total"); total != "39" {
		t.Errorf("%s customers after one has gone", total)
	}
	c.get("/api/v1/customers/" + sub.CustomerNo + "/subscriptions?pageNo=1&pageSize=1").want(404)
	c.admin("POST", "customers/"+sub.CustomerNo+"/restore", "")
	want("customer back", "77")
}

func TestAdminAddsCustomerAndSubscription(t *testing.T) {
	t.Parallel()
	_, c := signedIn(t)
	no := c.admin("POST", "customers",
		`{"name":"New Leaf Ltd","domain":"newleaf.example","tenant_id":"5d0f1c3a-0000-4000-8000-000000000002"}`).
		str("customer_no")
	id := c.admin("POST", "subscriptions", `{"customer_no":"`+no+
		`","mfg_part_no":"CFQ7TTC0LH18:0001:P1Y:Y","quantity":9,"unit_price":"55.5"}`).str("subscription_id")
	row := c.get("/api/v1/customers/" + no + "/subscriptions/" + id).want(200)
	if row.str("data", "quantity") != "9" || row.str("data", "unitPrice") != "55.5" ||
		row.str("data", "startDate") != "2026-03-05T00:00:00.000Z" ||
		row.str("data", "endDate") != "2027-03-05T00:00:00.000Z" {
		t.Errorf("row is %s", row.raw)
	}
	if c.do("POST", "/_sandbox/subscriptions", "application/json",
		`{"customer_no":"`+no+`","sku_no":1}`).status != 404 {
		t.Error("an unknown product was taken")
	}
	if c.do("PATCH", "/_sandbox/subscriptions/"+id, "application/json", `{"quanttiy":1}`).status != 400 {
		t.Error("a misspelt name was taken")
	}
}

func TestAdminListsAndCountsTheTruth(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	state := c.admin("GET", "state", "")
	if state.str("customers") != "40" || state.str("subscriptions") != "300" {
		t.Errorf("state is %s", state.raw)
	}
	sub := live(t, s)
	a := c.admin("GET", "subscriptions?customer="+sub.CustomerNo+"&q="+sub.ID, "")
	if !strings.Contains(string(a.raw), `"legacy_subscription_id":`+itoa(sub.LegacyID)) {
		t.Errorf("subscriptions are %s", a.raw)
	}
	if a := c.admin("GET", "customers?q="+sub.CustomerNo, ""); !strings.Contains(string(a.raw), `"company":{"name":`) {
		t.Errorf("customers are %s", a.raw)
	}
	c.admin("POST", "subscriptions/"+sub.ID+"/log", `{"text":"Add 2 licenses","at":"2026-03-01T09:00:00Z"}`)
	if a := c.admin("GET", "subscriptions/"+sub.ID+"/log", ""); !strings.Contains(string(a.raw), "Add 2 licenses") {
		t.Errorf("log is %s", a.raw)
	}
}

func TestCredentialsAndScopeCanBeSet(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	c.admin("PUT", "credentials", `[{"application_id":"a","application_secret":"b","user_name":"u","password":"p","reseller":"777"}]`)
	c.form("/oauth2/v1/token", map[string][]string{"grant_type": {"client_credentials"}, "client_id": {"sandbox-app"},
		"client_secret": {"sandbox-secret"}}).want(401)
	c.token = c.signIn("a", "b")
	no := s.Customers()[0].CustomerNo
	c.admin("PATCH", "customers/"+no, `{"reseller":"777"}`)
	if rows := c.get("/api/v1/cloud/customers?pageNo=1&pageSize=10").records(); len(rows) != 1 ||
		rows[0]["customerNo"] != no {
		t.Errorf("reseller 777 sees %v", rows)
	}
}

func TestClockBehaviourAndReset(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	if now := c.admin("PUT", "clock", `{"advance":"3h"}`).str("now"); now != "2026-03-05T17:11:12Z" {
		t.Errorf("clock stands at %s", now)
	}
	c.get("/api/v1/cloud/vendors").want(401)
	c.admin("PUT", "clock", `{"reset":true}`)
	c.admin("PATCH", "behaviour", `{"token_seconds":60}`)
	if c.do("PATCH", "/_sandbox/behaviour", "application/json", `{"error_shape":"round"}`).status != 400 {
		t.Error("a behaviour that means nothing was taken")
	}
	if a := c.form("/oauth2/v1/token", map[string][]string{"grant_type": {"client_credentials"},
		"client_id": {"sandbox-app"}, "client_secret": {"sandbox-secret"}}); a.str("expires_in") != "60" {
		t.Errorf("granted %s", a.raw)
	}
	c.admin("POST", "faults", `{"kind":"status","status":500}`)
	before := s.Subscriptions()
	if err := s.SetSeats(before[0].ID, 999); err != nil {
		t.Fatal(err)
	}
	c.admin("POST", "reset", `{}`)
	if s.Subscriptions()[0].Quantity != before[0].Quantity || len(s.Faults()) != 0 || len(s.Journal()) != 0 {
		t.Error("reset did not start over")
	}
	if a := c.admin("POST", "reset", `{"customers":5,"subscriptions":9,"seed":2}`); a.str("customers") != "5" ||
		a.str("subscriptions") != "9" {
		t.Errorf("reset to %s", a.raw)
	}
}

func TestJournalHasEveryRequestAndNoSecret(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	c.get("/api/v1/cloud/customers?pageNo=1&pageSize=5").want(200)
	c.get("/nowhere").want(404)
	secret := c.token
	c.token = c.legacySignIn("").str("access_token")
	c.csp(`{"action_name":"get_eu_list"}`)
	entries := s.Journal()
	if len(entries) != 5 {
		t.Fatalf("%d entries", len(entries))
	}
	if e := entries[1]; e.Path != "/api/v1/cloud/customers" || e.Query != "pageNo=1&pageSize=5" || e.Status != 200 ||
		e.Reseller != "100200" || e.Token != fingerprint(secret) || e.RequestID == "" || !e.At.Equal(testDay) {
		t.Errorf("entry is %+v", e)
	}
	if e := entries[4]; e.Action != "get_eu_list" || e.Method != http.MethodPost {
		t.Errorf("entry is %+v", e)
	}
	a := c.admin("GET", "journal?status=404", "")
	if !strings.Contains(string(a.raw), "/nowhere") || strings.Contains(string(a.raw), "customers") {
		t.Errorf("journal of 404 is %s", a.raw)
	}
	all := string(c.admin("GET", "journal", "").raw)
	for _, word := range []string{secret, c.token, "sandbox-secret", "sandbox-password"} {
		if strings.Contains(all, word) {
			t.Errorf("the journal tells %q", word)
		}
	}
	c.admin("DELETE", "journal", "")
	if n := len(s.Journal()); n != 0 {
		t.Errorf("%d entries after clearing", n)
	}
}

func TestAdminFaceIsForThisMachineOnly(t *testing.T) {
	t.Parallel()
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*http.Request){
		"a caller from elsewhere":       func(r *http.Request) { r.RemoteAddr = "192.0.2.7:1234" },
		"a foreign name of this host":   func(r *http.Request) { r.Host = "bad.example:8090" },
		"a form of a stranger's page":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"a script of a stranger's page": func(r *http.Request) { r.Header.Set("Origin", "http://bad.example") },
	} {
		r := httptest.NewRequest("POST", "http://127.0.0.1:8090/_sandbox/reset", strings.NewReader("{}"))
		r.RemoteAddr = "127.0.0.1:1234"
		change(r)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusForbidden {
			t.Errorf("%s got %d", name, w.Code)
		}
	}
}

func TestAdminPageShowsTheSubscriptions(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	a := c.get("/_sandbox/").want(200)
	if !strings.Contains(string(a.raw), s.Subscriptions()[0].ID) || !strings.Contains(string(a.raw), "40 customers") {
		t.Errorf("page is %s", a.raw)
	}
}
