package stellr

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/outbound"
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
	f.says("/api/v1/cloud/customers",
		`{"requestId":"r1","data":{"total":2,"records":[{"customerNo":1,"status":"Discontinued"},{"customerNo":"2"}]}}`)
	f.says("/api/v1/customers/2/subscriptions", `{"requestId":"r2","data":{"total":0,"records":[]}}`)

	check := f.connect(t).Verify(t.Context(), distributor.Hurried)

	want := map[string]distributor.LayerResult{"address": "passed", "name": "passed", "tls": "passed",
		"token": "passed", "customers": "passed", "subscriptions": "passed", "reseller": "passed"}
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

	check := f.connect(t).Verify(t.Context(), distributor.Hurried)

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

	check := f.connect(t).Verify(t.Context(), distributor.Hurried)

	want := map[string]distributor.LayerResult{"address": "passed", "name": "passed", "tls": "passed",
		"token": "failed", "customers": "skipped", "subscriptions": "skipped", "reseller": "skipped"}
	if d := cmp.Diff(want, results(check)); d != "" {
		t.Error(d)
	}
	mustContain(t, layer(t, check, distributor.LayerToken).Message, "refused the sign-in", "•••")
	if f.signIns() != 1 {
		t.Errorf("%d sign-ins", f.signIns())
	}
}

func TestVerifyTellsEachFaultOfTheConnectionInItsOwnWords(t *testing.T) {
	t.Parallel()
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	deadURL := "http://" + dead.Addr().String()
	dead.Close()
	selfSigned := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(selfSigned.Close)
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_,
			_ = w.Write([]byte("<html>portal</html>"))
	}))
	t.Cleanup(page.Close)
	moved := httptest.NewServer(http.RedirectHandler("https://login.example/x", http.StatusFound))
	t.Cleanup(moved.Close)
	for name, test := range map[string]struct{ url, allow, layer, says string }{
		"private address":        {"https://10.0.0.7/", "", distributor.LayerAddress, "a private address"},
		"http to a private one":  {"http://127.0.0.1:1/", "", distributor.LayerAddress, "this machine itself"},
		"http":                   {"http://api.us.tdsynnex.com/", "", distributor.LayerAddress, "http://"},
		"not an address":         {"api.us.tdsynnex.com", "", distributor.LayerAddress, "https://"},
		"a name nobody knows":    {"https://no-such-host.invalid/", "", distributor.LayerName, "no-such-host.invalid"},
		"nobody answers":         {deadURL, "127.0.0.0/8", distributor.LayerTLS, "refused"},
		"self-signed":            {selfSigned.URL, "127.0.0.0/8", distributor.LayerTLS, "certificate"},
		"a web page for a token": {page.URL, "127.0.0.0/8", distributor.LayerToken, "web page"},
		"a redirect":             {moved.URL, "127.0.0.0/8", distributor.LayerToken, "login.example"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check := verifyAt(t, test.url, test.allow)
			l := layer(t, check, test.layer)
			if l.Result != distributor.Failed || l.Advice == "" || !strings.Contains(l.Message, test.says) {
				t.Errorf("%+v", l)
			}
			behind := false
			for _, other := range check.Layers {
				if behind && other.Result != distributor.Skipped {
					t.Errorf("%s was tried", other.Name)
				}
				behind = behind || other.Name == test.layer
			}
		})
	}
}

func verifyAt(t *testing.T, url, allowed string) distributor.Check {
	t.Helper()
	allow, err := outbound.ParseAllow(allowed)
	if err != nil {
		t.Fatal(err)
	}
	noNames := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
	}}
	hc, err := outbound.New(outbound.Options{Allow: allow, Timeout: 5 * time.Second, Resolver: noNames})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hc.CloseIdle)
	cred := distributor.Credentials{BaseURL: url, ApplicationID: "app", ApplicationSecret: secret,
		ResellerNumber: "100200"}
	c := New(cred, hc, calls.Options{Clock: clock.System{}}, slog.New(slog.DiscardHandler))
	return c.Verify(t.Context(), distributor.Hurried)
}

func TestVerifyKeepsTheRequestIDOfTheFailure(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.says("/api/v1/cloud/customers", `{"requestId":"r42","errorMessage":"no access to customers"}`)
	l := layer(t, f.connect(t).Verify(t.Context(), distributor.Hurried), distributor.LayerCustomers)
	if l.Result != distributor.Failed || l.RequestID != "r42" ||
		!strings.Contains(l.Message, "no access to customers") {
		t.Errorf("%+v", l)
	}
}

func TestTheNightsCheckOutlivesOneFailureOfTheMoment(t *testing.T) {
	t.Parallel()
	for _, how := range []distributor.Patience{distributor.Hurried, distributor.Patient} {
		f := newFake(t)
		b := f.connect(t)
		b.unhurried()
		var customers, tokens atomic.Int32
		f.signIn = func(w http.ResponseWriter, _ *http.Request) {
			if tokens.Add(1) == 1 && how == distributor.Patient {
				panic(http.ErrAbortHandler) // drops the connection
			}
			_, _ = w.Write([]byte(`{"access_token":"t","expires_in":7200}`))
		}
		f.on(customersPath, func(w http.ResponseWriter, _ *http.Request) {
			if customers.Add(1) == 1 {
				w.WriteHeader(503)
				return
			}
			_, _ = w.Write([]byte(`{"data":{"total":0,"records":[]}}`))
		})
		check := b.Verify(t.Context(), how)
		want, calls := distributor.Failed, int32(1)
		if how == distributor.Patient {
			want, calls = distributor.Warned, 2 // no customer is visible
		}
		if check.Result() != want || customers.Load() != calls {
			t.Errorf("patient %t: %s after %d calls: %+v", how, check.Result(), customers.Load(), check.Layers)
		}
		if how == distributor.Hurried && distributor.KindOf(check.Err()) != distributor.Broken {
			t.Errorf("%v", check.Err())
		}
	}
}
