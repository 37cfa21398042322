package stellrlegacy

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/money"
)

const password = "pa55word of the user"

// fake is a legacy distributor that a test scripts by action and, where given, id.
type fake struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]string
	asked   []string
	bodies  []map[string]string
}

func newFake(t *testing.T, answers map[string]string) *fake {
	t.Helper()
	f := &fake{answers: answers}
	if answers["create_access_token"] == "" {
		answers["create_access_token"] = `{"access_token":"legacy-token"}`
	}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body map[string]string
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Method != http.MethodPost {
		w.WriteHeader(400)
		return
	}
	name := body["action_name"]
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, r.URL.Path+" "+name)
	f.bodies = append(f.bodies, body)
	if name != "create_access_token" && r.Header.Get("Authorization") != "Bearer legacy-token" {
		w.WriteHeader(401)
		return
	}
	answer := f.answers[name+" "+body["snx_eu_no"]+body["subscription_id"]]
	if answer == "" {
		answer = f.answers[name]
	}
	if answer == "" {
		w.WriteHeader(404)
		return
	}
	fmt.Fprint(w, answer)
}

func (f *fake) connect(t *testing.T) *Connector {
	t.Helper()
	allow, err := outbound.ParseAllow("127.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	hc, err := outbound.New(outbound.Options{Allow: allow, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hc.CloseIdle)
	return New(distributor.Credentials{Connector: distributor.StellrLegacy, BaseURL: f.URL + "/",
		UserName: "integration@reseller.example", Password: password, ResellerNumber: "100200"},
		hc, calls.Options{Clock: clock.NewFake(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))},
		slog.New(slog.DiscardHandler))
}

func TestOnlyReadingActionsCanLeave(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]string{})
	c := f.connect(t)
	for _, name := range []action{"create_new_order", "update_seat", "cancel", "get_customer_users",
		"create_tenant_access_token", "", "GET_EU_LIST", "get_eu_list "} {
		if _, err := c.post(t.Context(), question{op: "x", name: name},
			"t"); distributor.KindOf(err) != distributor.Unsupported {
			t.Errorf("%q: %v", name, err)
		}
	}
	if len(f.asked) != 0 {
		t.Errorf("sent %v", f.asked)
	}
}

func TestTheSignInSendsUserPasswordAndResellerNumber(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]string{"get_eu_list": `{"items":[]}`})
	if _, err := f.connect(t).Accounts(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"action_name": "create_access_token", "user_name": "integration@reseller.example",
		"password": password, "snx_reseller_no": "100200"}
	if d := cmp.Diff(want, f.bodies[0]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"/webservice/auth/token create_access_token", "/webservice/solutions/csp get_eu_list"},
		f.asked); d != "" {
		t.Error(d)
	}
}

func TestARefusedSignInIsToldInEveryWayItComes(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"status":"error","message":"bad user ` + password + `"}`,
		`{"message":"Invalid credentials"}`, `{"error":"denied"}`} {
		f := newFake(t, map[string]string{"create_access_token": body})
		_, err := f.connect(t).Accounts(t.Context())
		e := distributor.AsError(err)
		if e.Kind != distributor.NeedsCredentials || !strings.Contains(e.Advice, "reseller number") ||
			strings.Contains(e.Error(), password) {
			t.Errorf("%s: %+v", body, e)
		}
		if len(f.asked) != 1 {
			t.Errorf("%v", f.asked)
		}
	}
}

func TestCustomersAreReadAsListOrSingleObject(t *testing.T) {
	t.Parallel()
	one := `{"snx_eu_no":5001,"company_name":"Fabrikam","address1":"1 Main St","zip_code":"74101","tenant_id":null,"email":"it@fabrikam.example"}`
	for _, body := range []string{`{"status":"success","items":[` + one + `]}`, `{"items":` + one + `}`} {
		got, err := newFake(t, map[string]string{"get_eu_list": body}).connect(t).Accounts(t.Context())
		if err != nil || !got.Complete || len(got.Accounts) != 1 {
			t.Fatalf("%+v %v", got, err)
		}
		if a := got.Accounts[0]; a.ExternalID != "5001" || a.Name != "Fabrikam" || a.TenantID != "" ||
			a.PostalCode != "74101" || string(a.Raw) != one {
			t.Errorf("%+v", a)
		}
	}
	for body, kind := range map[string]distributor.ErrorKind{`{"items":{}}`: distributor.BadAnswer,
		`{"items":null}`: distributor.BadAnswer, `{}`: distributor.BadAnswer, `{"items":""}`: distributor.BadAnswer,
		`<html>`: distributor.BadAnswer, `{"status":"fail","message":"no","items":[]}`: distributor.Refused} {
		_, err := newFake(t, map[string]string{"get_eu_list": body}).connect(t).Accounts(t.Context())
		if distributor.KindOf(err) != kind {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestSubscriptionsAreCompletedFromTheirDetails(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]string{
		"get_subscriptions_by_eu_no": `{"items":[{"subscription_id":"S1"},{"subscription_id":"S2","quantity":"4","service_name":"Exchange Online monthly","unit_price":"3.20","msrp":4,"status":"Active","snx_sku_no":88},{"subscription_id":"S3"},{"subscription_id":"S1"},{"name":"x"}]}`,
		"get_subscription_by_id S1":  `{"items":{"rs_po_no":"PO1","subscriptions_info":[{"subscription_id":"S9","quantity":1},{"subscription_id":"S1","service_name":"Microsoft 365 E3","snx_sku_no":"77","quantity":12,"status":"Cancelled","unit_price":20.5,"msrp":"25"}]}}`,
	})
	got, err := f.connect(t).Subscriptions(t.Context(), "5001")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Subscriptions) != 2 || len(got.Bad) != 2 || got.Complete {
		t.Fatalf("%+v", got)
	}
	s := got.Subscriptions[0]
	if s.ExternalID != "S1" || s.Quantity != 12 || s.SKU != "77" || s.Status != distributor.StatusCancelled ||
		s.Vendor != "Microsoft" || s.CostPeriod != money.Unknown || !s.Start.IsZero() {
		t.Errorf("%+v", s)
	}
	if !s.UnitCost.Decimal.Equal(decimal.RequireFromString("20.5")) ||
		!s.SuggestedPrice.Decimal.Equal(decimal.RequireFromString("25")) {
		t.Errorf("%v %v", s.UnitCost, s.SuggestedPrice)
	}
	if s := got.Subscriptions[1]; s.ExternalID != "S2" || s.Quantity != 4 || s.Term != distributor.Monthly ||
		s.SKU != "88" {
		t.Errorf("%+v", s)
	}
	if b := got.Bad[0]; b.ExternalID != "S3" || b.Reason == "" {
		t.Errorf("a subscription without details is kept: %+v", b)
	}
}

func TestVerifyPassesAndWarnsAsTheComprehensiveOneDoes(t *testing.T) {
	t.Parallel()
	full := newFake(t, map[string]string{"get_eu_list": `{"items":[{"snx_eu_no":"1"}]}`,
		"get_subscriptions_by_eu_no": `{"items":[]}`}).connect(t).Verify(t.Context(), distributor.Hurried)
	if full.Result() != distributor.Passed || len(full.Layers) != 7 {
		t.Errorf("%+v", full)
	}
	empty := newFake(t, map[string]string{"get_eu_list": `{"items":[]}`}).connect(t).Verify(t.Context(),
		distributor.Hurried)
	if last := empty.Layers[6]; empty.Result() != distributor.Warned || !strings.Contains(last.Message, "100200") {
		t.Errorf("%+v", empty)
	}
}

func TestThereIsNoChangeLog(t *testing.T) {
	t.Parallel()
	c := newFake(t, map[string]string{}).connect(t)
	if _, err := c.Changes(t.Context(), distributor.ChangeQuery{}); distributor.KindOf(err) != distributor.Unsupported {
		t.Error(err)
	}
	if caps := c.Capabilities(); caps.ChangeLog || caps.StartDates || caps.PartNumbers || caps.ApplicationSecret ||
		!caps.Verify {
		t.Errorf("%+v", caps)
	}
}
