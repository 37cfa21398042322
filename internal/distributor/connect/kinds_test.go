package connect

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"seatledger/internal/distributor"
)

// TestWhatOneAccountsListMeetsKeepsItsKind holds the kinds apart by which a run decides whether
// one account failed or the whole way to the distributor.
func TestWhatOneAccountsListMeetsKeepsItsKind(t *testing.T) {
	t.Parallel()
	type answer struct {
		path string // where the fault is
		h    http.HandlerFunc
		kind distributor.ErrorKind
		code int
		op   string
	}
	const list, token, opList = "/subscriptions", "/token", "list subscriptions of 1"
	code := func(n int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if len(header) == 2 {
				w.Header().Set(header[0], header[1])
			}
			w.WriteHeader(n)
		}
	}
	const invalidClient = `{"error":"invalid_client"}`
	says := func(n int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(n)
			_, _ = w.Write([]byte(body))
		}
	}
	for name, x := range map[string]answer{
		"a redirect without a body":      {list, code(302, "Location", "/login"), distributor.Redirected, 302, opList},
		"a redirect to nowhere":          {list, code(307), distributor.Redirected, 307, opList},
		"not modified":                   {list, code(304), distributor.Redirected, 304, opList},
		"forbidden":                      {list, code(403), distributor.NotPermitted, 403, opList},
		"a fresh token refused":          {list, code(401), distributor.NotPermitted, 401, opList},
		"gone":                           {list, code(410), distributor.NotFound, 410, opList},
		"a redirect of the sign-in":      {token, code(302), distributor.Redirected, 302, "token"},
		"a firewall before the sign-in":  {token, page(403), distributor.NotPermitted, 403, "token"},
		"a refused sign-in":              {token, says(401, invalidClient), distributor.NeedsCredentials, 401, "token"},
		"a sign-in without a reason":     {token, code(401), distributor.Broken, 401, "token"},
		"no sign-in at that address":     {token, code(404), distributor.NotFound, 404, "token"},
		"maintenance instead of a token": {token, page(200), distributor.BadAnswer, 200, "token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case strings.HasSuffix(r.URL.Path, x.path):
					x.h(w, r)
				case strings.HasSuffix(r.URL.Path, token):
					_, _ = w.Write([]byte(`{"access_token":"t"}`))
				}
			}))
			t.Cleanup(server.Close)
			_, err := connectTo(t, server.URL, distributor.Stellr).Subscriptions(t.Context(), "1")
			e := distributor.AsError(err)
			if e.Kind != x.kind || e.StatusCode != x.code || e.Op != x.op || e.Message == "" {
				t.Errorf("%+v", e)
			}
		})
	}
}

func page(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = w.Write([]byte("<html>hello</html>"))
	}
}

func TestAPlainServerBehindHTTPSIsARefusedTLS(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	_, err := connectTo(t, strings.Replace(server.URL, "http:", "https:", 1), distributor.Stellr).
		Subscriptions(t.Context(), "1")
	if distributor.KindOf(err) != distributor.TLSFailed {
		t.Error(err)
	}
}

func TestARefusalIsForgottenWithTheCredentialsItWasOf(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !strings.HasSuffix(r.URL.Path, "/token"):
			_, _ = w.Write([]byte(`{"data":{"total":0,"records":[]}}`))
		case r.FormValue("client_secret") == "right":
			_, _ = w.Write([]byte(`{"access_token":"t"}`))
		default:
			w.WriteHeader(401)
		}
	}))
	t.Cleanup(server.Close)
	open := openerTo(t)
	cred := distributor.Credentials{Connector: distributor.Stellr, BaseURL: server.URL, Key: "p 1"}
	for _, x := range []struct {
		key    string
		secret distributor.Secret
		good   bool
	}{{"p 1", "wrong", false}, {"p 1", "wrong", false}, {"p 2", "right", true}} {
		cred.Key, cred.ApplicationSecret = x.key, x.secret
		c, err := open(t.Context(), cred)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = c.Subscriptions(t.Context(), "1"); (err == nil) != x.good {
			t.Errorf("%s: %v", x.key, err)
		}
	}
}
