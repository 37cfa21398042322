package stellr

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/distributor"
)

func results(c distributor.Check) map[string]distributor.LayerResult {
	out := map[string]distributor.LayerResult{}
	for _, l := range c.Layers {
		out[l.Name] = l.Result
	}
	return out
}

func layer(t *testing.T, c distributor.Check, name string) distributor.Layer {
	t.Helper()
	for _, l := range c.Layers {
		if l.Name == name {
			return l
		}
	}
	t.Fatalf("no layer %s", name)
	return distributor.Layer{}
}

func TestVerifyPassesEveryLayerOfAWorkingConnection(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.says("/api/v1/cloud/customers", `{"requestId":"r1","data":{"total":2,"records":[{"customerNo":1,"status":"Discontinued"},{"customerNo":"2"}]}}`)
	f.says("/api/v1/customers/2/subscriptions", `{"requestId":"r2","data":{"total":0,"records":[]}}`)

	check := f.connect(t).Verify(t.Context())

	want := map[string]distributor.LayerResult{"address": "passed", "name": "passed", "tls": "passed", "token": "passed", "customers": "passed", "subscriptions": "passed", "reseller": "passed"}
	if d := cmp.Diff(want, results(check)); d != "" {
		t.Error(d)
	}
	mustContain(t, layer(t, check, distributor.LayerTLS).Message, "plain http, allowed by exception")
	mustContain(t, layer(t, check, distributor.LayerCustomers).Message, "2 in all")
	if got := layer(t, check, distributor.LayerSubscriptions).RequestID; got != "r2" {
		t.Errorf("request id %q", got)
	}
}

func TestVerifyWarnsOfZeroCustomersAndNamesTheResellerNumber(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.says("/api/v1/cloud/customers", `{"requestId":"r1","data":{"total":0,"records":[]}}`)

	check := f.connect(t).Verify(t.Context())

	if check.Result() != distributor.Warned {
		t.Errorf("result %s", check.Result())
	}
	mustContain(t, layer(t, check, distributor.LayerReseller).Message, "100200")
	if got := results(check)[distributor.LayerSubscriptions]; got != distributor.Skipped {
		t.Errorf("subscriptions %s", got)
	}
}

func TestVerifySkipsWhatLiesBehindAFailedLayer(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.signIn = func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(401)
		_, _ = w.Write([]byte(`{"error":"invalid_client","error_description":"no client app with ` + secret + `"}`))
	}

	check := f.connect(t).Verify(t.Context())

	want := map[string]distributor.LayerResult{"address": "passed", "name": "passed", "tls": "passed", "token": "failed", "customers": "skipped", "subscriptions": "skipped", "reseller": "skipped"}
	if d := cmp.Diff(want, results(check)); d != "" {
		t.Error(d)
	}
	mustContain(t, layer(t, check, distributor.LayerToken).Message, "refused the sign-in", "•••")
	if f.signIns() != 1 {
		t.Errorf("%d sign-ins", f.signIns())
	}
}
