package stellr

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"seatledger/internal/distributor"
)

// guarded lets only one token pass.
func guarded(token func() string, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token() {
			w.WriteHeader(401)
			fmt.Fprint(w, `{"errorMessage":"expired"}`)
			return
		}
		fmt.Fprint(w, body)
	}
}

func TestATokenThatEndsEarlyIsReplacedOnceForAllWorkers(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	valid := "token-1"
	var mu sync.Mutex
	current := func() string { mu.Lock(); defer mu.Unlock(); return valid }
	for i := range 24 {
		f.on(fmt.Sprintf("/api/v1/customers/%d/subscriptions", i),
			guarded(current, `{"data":{"total":0,"records":[]}}`))
	}
	c := f.connect(t, func(cr *distributor.Credentials) { cr.Concurrency = 8 })
	read := func() {
		var wg sync.WaitGroup
		for i := range 24 {
			wg.Go(func() {
				if _, err := c.Subscriptions(t.Context(), fmt.Sprint(i)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	read()
	mu.Lock()
	valid = "token-2"
	mu.Unlock()
	read()
	if f.signIns() != 2 {
		t.Errorf("%d sign-ins", f.signIns())
	}
}

func TestAFreshTokenThatIsRefusedMeansNoPermission(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on(customersPath, guarded(func() string { return "none" }, ""))
	_, err := f.connect(t).Accounts(t.Context())
	if kindOf(t, err) != distributor.NotPermitted || f.signIns() != 2 || len(f.requests()) != 2 {
		t.Errorf("%v, %d sign-ins, %d calls", err, f.signIns(), len(f.requests()))
	}
}

func TestTheSignInSendsTheFormOfItsGrant(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.says(customersPath, `{"data":{"total":0,"records":[]}}`)
	for _, grant := range []string{"", ClientCredentials, PasswordGrant} {
		if _, err := f.connect(t, func(c *distributor.Credentials) { c.Grant = grant }).
			Accounts(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []url.Values{
		{"grant_type": {"client_credentials"}, "client_id": {"app"}, "client_secret": {secret}},
		{"grant_type": {"client_credentials"}, "client_id": {"app"}, "client_secret": {secret}},
		{"grant_type": {"password"}, "client_id": {"app"}, "client_secret": {secret},
			"username": {"integration@reseller.example"}, "password": {password}},
	} {
		if got := f.forms[i]; got.Encode() != want.Encode() {
			t.Errorf("%v", got)
		}
	}
}

func TestARefusedSignInIsToldInWordsAndNotRepeated(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		code   int
		body   string
		kind   distributor.ErrorKind
		advice string
	}{
		"wrong secret": {401, `{"error":"invalid_client","error_description":"bad secret"}`,
			distributor.NeedsCredentials, "application id and secret"},
		"wrong secret 400": {400, `{"error":"invalid_grant"}`, distributor.NeedsCredentials,
			"application id and secret"},
		"refused in a 200": {200, `{"error":"invalid_client"}`, distributor.NeedsCredentials,
			"application id and secret"},
		"other grant":   {400, `{"error":"unsupported_grant_type"}`, distributor.NeedsCredentials, "other grant"},
		"no such place": {404, `not found`, distributor.NotFound, "token URL"},
		"a web page":    {200, `<html>portal</html>`, distributor.BadAnswer, "token URL"},
		"no token":      {200, `{"token_type":"Bearer"}`, distributor.BadAnswer, "token URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.signIn = func(w http.ResponseWriter,
				_ *http.Request) {
				w.WriteHeader(test.code)
				fmt.Fprint(w, test.body)
			}
			c := f.connect(t)
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					_, err := c.Accounts(t.Context())
					if e := distributor.AsError(err); e.Kind != test.kind || !strings.Contains(e.Advice, test.advice) {
						t.Errorf("%+v", e)
					}
				})
			}
			wg.Wait()
			if test.kind == distributor.NeedsCredentials && f.signIns() != 1 {
				t.Errorf("%d sign-ins", f.signIns())
			}
			if len(f.requests()) != 0 {
				t.Error("a call was made without a token")
			}
		})
	}
}

func TestATokenWithoutAUsableLifeWorksWithoutALoop(t *testing.T) {
	t.Parallel()
	for _, life := range []string{"0", "null", `"7200"`, `"soon"`, "-5", "1e999"} {
		f := newFake(t)
		f.life = life
		f.says(customersPath, `{"data":{"total":0,"records":[]}}`)
		c := f.connect(t)
		for range 5 {
			if _, err := c.Accounts(t.Context()); err != nil {
				t.Errorf("%s: %v", life, err)
			}
		}
		if f.signIns() != 1 {
			t.Errorf("%s: %d sign-ins", life, f.signIns())
		}
	}
}

func TestNoSecretShowsInErrorsOrLogs(t *testing.T) {
	t.Parallel()
	echo := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm() // what cannot be read is not echoed
			w.Header().Set("X-Request-Id", secret)
			w.WriteHeader(code)
			fmt.Fprintf(w, `{"errorMessage":"you sent %s %s %s","requestId":"%s"}`, secret, password,
				r.Header.Get("Authorization"), password)
		}
	}
	var said strings.Builder
	for _, code := range []int{200, 400, 401, 403, 404, 429, 500} {
		for _, atSignIn := range []bool{true, false} {
			f := newFake(t)
			if atSignIn {
				f.signIn = echo(code)
			}
			f.on(customersPath, echo(code))
			c := f.connect(t, func(cr *distributor.Credentials) { cr.Grant = PasswordGrant })
			_, err := c.page(t.Context(), c.tongue.customers(), 1, true)
			check := c.Verify(t.Context(), distributor.Hurried)
			fmt.Fprintf(&said, "%v %+v %v\n%+v\n%+v %#v\n%s", err, distributor.AsError(err), c.cred, check,
				c.Connector.cred, c.Connector.cred, c.logged)
		}
	}
	for _, s := range []string{secret, password, "token-1", "token-2"} {
		for _, form := range []string{s, url.QueryEscape(s), base64.StdEncoding.EncodeToString([]byte(s))} {
			if strings.Contains(said.String(), form) {
				t.Errorf("%q shows", form)
			}
		}
	}
	mustContain(t, said.String(), "you sent •••")
}

func TestTheTokenURLIsGuessedFromTheHost(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://api.us.tdsynnex.com/":    "https://sso.us.tdsynnex.com/oauth2/v1/token",
		"https://api-uat.us.tdsynnex.com": "https://sso.us.tdsynnex.com/oauth2/v1/token",
		"https://api.ca.tdsynnex.com":     "https://sso.ca.tdsynnex.com/oauth2/v1/token",
		"https://api-mx.lac.tdsynnex.com": "https://sso.us.tdsynnex.com/oauth2/v1/token",
		"http://127.0.0.1:9090/":          "http://127.0.0.1:9090/oauth2/v1/token",
		"https://eviltdsynnex.com":        "https://eviltdsynnex.com/oauth2/v1/token",
	} {
		if got := distributor.TokenURLFor(distributor.Stellr, base); got != want {
			t.Errorf("%s: %s", base, got)
		}
	}
}
