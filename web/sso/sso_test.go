package sso_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/testkit/idp"
	"seatledger/internal/testkit/pgtest"
	"seatledger/internal/testkit/webtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ada = idp.User{ID: "subject-of-ada", Username: "ada", Password: "verysecure", FirstName: "Ada", LastName: "Example",
	Email: "ada@reseller.example", EmailVerified: true}

// look asks for a page, follows nothing, and takes every answer.
func look(c *webtest.Client, path string) *webtest.Page {
	return c.Send(c.Request(http.MethodGet, path, nil))
}

// office is a site with a provider that is set up.
type office struct {
	*webtest.Site
	t     *testing.T
	admin *webtest.Client
}

func newOffice(t *testing.T) *office {
	t.Helper()
	s := webtest.Start(t, webtest.Options{Env: map[string]string{"OUTBOUND_ALLOW": "127.0.0.1/32"}})
	return &office{Site: s, t: t, admin: s.SignIn(auth.Admin)}
}

func (o *office) back() string { return o.URL + "/login/sso/callback" }

func (o *office) setUp(issuer string, more ...string) *webtest.Page {
	o.t.Helper()
	form := o.admin.Get("/settings/sso").FormTo("/settings/sso").Set("on", "on", "name", "Example ID", "issuer", issuer,
		"client_id", idp.Client, "client_secret", idp.Secret, "claim", "groups", "groups_billing", "clerks",
		"groups_operator", "desk\nnight shift", "make", "on", "passwords", "all")
	return form.Set(more...).Submit()
}

// there signs somebody in at the provider and gives the address that leads back.
func (o *office) there(from string) string {
	o.t.Helper()
	c := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), o.URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	get := func(r *http.Request) *http.Response {
		answer, err := c.Do(r)
		if err != nil {
			o.t.Fatal(err)
		}
		o.t.Cleanup(func() { _ = answer.Body.Close() })
		return answer
	}
	r, err := http.NewRequestWithContext(o.t.Context(), http.MethodGet, from, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	page := get(r)
	if to := page.Header.Get("Location"); to != "" {
		return to
	}
	id := page.Request.URL.Query().Get("authRequestID")
	r, err = http.NewRequestWithContext(o.t.Context(), http.MethodPost, page.Request.URL.String(), strings.NewReader(
		url.Values{"id": {id}, "username": {ada.Username}, "password": {ada.Password}}.Encode()))
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return get(r).Header.Get("Location")
}

// arrive signs in by the provider in a browser.
func (o *office) arrive(c *webtest.Client) *webtest.Page {
	o.t.Helper()
	return look(c, o.there(look(c, "/login/sso").Want(http.StatusSeeOther).Location())[len(o.URL):])
}

func (o *office) number(sql string, args ...any) int {
	o.t.Helper()
	var n int
	if err := o.DB.Read(o.t.Context()).Raw(sql, args...).Scan(&n).Error; err != nil {
		o.t.Fatal(err)
	}
	return n
}

func (o *office) role() (role string) {
	o.t.Helper()
	if err := o.DB.Read(o.t.Context()).Raw(`SELECT role FROM users WHERE email = 'ada@reseller.example'`).
		Scan(&role).Error; err != nil {
		o.t.Fatal(err)
	}
	return role
}

// With a real provider: an account is made by a group, its role follows the groups, a new signing key is taken, a code
// counts once, and a provider that is down keeps nobody from the password.
func TestSomebodySignsInByARealProvider(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := idp.Start(t, o.back(), ada, "clerks")
	o.setUp(p.Issuer).Want(http.StatusSeeOther)
	ada := o.Client()
	ada.Get("/login").Shows("Sign in by Example ID")
	start := look(ada, "/login/sso?next=/contracts").Want(http.StatusSeeOther).Location()
	for name, wants := range map[string]string{"code_challenge_method": "S256", "response_type": "code",
		"client_id": idp.Client} {
		if u, err := url.Parse(start); err != nil || u.Query().Get(name) != wants {
			t.Errorf("%s in %s", name, start)
		}
	}
	way := o.there(start)[len(o.URL):]
	look(o.Client(), way).Want(http.StatusForbidden).Shows("began in another browser")
	start = look(ada, "/login/sso?next=/contracts").Want(http.StatusSeeOther).Location()
	way = o.there(start)[len(o.URL):]
	if to := look(ada, way).Want(http.StatusSeeOther).Location(); to != "/contracts" {
		t.Errorf("it leads to %s", to)
	}
	ada.Get("/settings/profile").Shows("Ada Example", "Billing")
	look(o.Client(), way).Want(http.StatusForbidden)
	look(ada, "/contracts/new").Want(http.StatusOK)
	look(ada, "/settings/users").Want(http.StatusForbidden)
	if n := o.number(`SELECT count(*) FROM audit_events WHERE action = 'sign_in.succeeded' AND after->>'by' =
		'provider'`); n != 1 {
		t.Errorf("%d rows of the sign-in", n)
	}
	p.Again("desk") // another key, another group
	o.arrive(o.Client()).Want(http.StatusSeeOther)
	if o.role() != "operator" {
		t.Errorf("the role is %s", o.role())
	}
	look(ada, "/contracts/new").Want(http.StatusForbidden)
	p.Again("strangers")
	o.arrive(o.Client()).Want(http.StatusForbidden).Shows("none of your groups has a role here")
	p.Stop()
	look(o.Client(), "/login/sso").Want(http.StatusServiceUnavailable).Shows("sign in with a password")
	o.Client().Get("/login").Want(http.StatusOK)
	o.SignIn(auth.Admin)
}

// A mail address links nobody: somebody with the same one is told to link it, which their signed-in owner does.
func TestNobodyIsLinkedByAMailAddress(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := idp.Start(t, o.back(), ada, "desk")
	o.setUp(p.Issuer).Want(http.StatusSeeOther)
	_, err := o.App.Auth.Create(t.Context(), audit.System, auth.NewUser{Name: "Ada", Email: ada.Email,
		Role: auth.Viewer, Password: webtest.Password})
	if err != nil {
		t.Fatal(err)
	}
	o.arrive(o.Client()).Want(http.StatusForbidden).Shows("an account with your address is here already and not linked")
	if n := o.number(`SELECT count(*) FROM user_identities`); n != 0 {
		t.Fatalf("%d links", n)
	}
	me := o.Client()
	me.Get("/login").Form("form").Set("email", ada.Email, "password",
		webtest.Password).Submit().Want(http.StatusSeeOther)
	onward := me.Get("/settings/profile/identity").FormTo("/settings/profile/identity").Submit().Want(http.StatusOK)
	way := o.there(onward.Doc().Find(`main a[href^="http"]`).AttrOr("href", ""))[len(o.URL):]
	other := o.SignIn(auth.Viewer)
	look(other, way).Want(http.StatusForbidden) // in another session
	onward = me.Get("/settings/profile/identity").FormTo("/settings/profile/identity").Submit().Want(http.StatusOK)
	way = o.there(onward.Doc().Find(`main a[href^="http"]`).AttrOr("href", ""))[len(o.URL):]
	look(me, way).Want(http.StatusSeeOther)
	me.Get("/settings/profile/identity").Shows(ada.ID, "by Ada")
	o.arrive(o.Client()).Want(http.StatusSeeOther)
	if o.role() != "operator" {
		t.Errorf("the role of a linked account is %s", o.role())
	}
	me.Get("/settings/profile/identity").FormTo("/settings/profile/identity/end").Submit().Want(http.StatusSeeOther)
	o.arrive(o.Client()).Want(http.StatusForbidden)
}

// Where passwords are closed, the verb of the machine lets administrators in, and nobody else.
func TestTheGlassIsBrokenForAdministrators(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.SignIn(auth.Billing)
	o.setUp("http://127.0.0.1:9", "passwords", "nobody").Want(http.StatusSeeOther)
	try := func(email string) int {
		return o.Client().Get("/login").Form("form").Set("email", email, "password", webtest.Password).Submit().Status
	}
	if got := try("admin@reseller.example"); got != http.StatusUnprocessableEntity {
		t.Errorf("an administrator by password: %d", got)
	}
	if err := auth.RunUser(t.Context(), []string{"break-glass"}, auth.Tool{Service: o.App.Auth,
		Out: o.Log}); err != nil {
		t.Fatal(err)
	}
	if got := try("admin@reseller.example"); got != http.StatusSeeOther {
		t.Errorf("with broken glass: %d", got)
	}
	if got := try("billing@reseller.example"); got != http.StatusUnprocessableEntity {
		t.Errorf("somebody else: %d", got)
	}
}

// liar is a provider that says whatever a test wants.
type liar struct {
	*httptest.Server
	mu     sync.Mutex
	key    *rsa.PrivateKey
	nonce  string
	twist  func(claims map[string]any)
	signer *rsa.PrivateKey
	slow   func(http.ResponseWriter, *http.Request) bool
}

func newLiar(t *testing.T) *liar {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	l := &liar{key: key, signer: key}
	l.Server = httptest.NewServer(http.HandlerFunc(l.serve))
	t.Cleanup(l.Close)
	return l
}

func (l *liar) serve(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.slow != nil && l.slow(w, r) {
		return
	}
	say := func(v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		say(map[string]any{"issuer": l.URL, "authorization_endpoint": l.URL + "/auth", "token_endpoint": l.URL +
			"/token",
			"jwks_uri": l.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}})
	case "/keys":
		say(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &l.key.PublicKey, KeyID: "1", Algorithm: "RS256",
			Use: "sig"}}})
	case "/token":
		claims := map[string]any{"iss": l.URL, "sub": "ada", "aud": "web", "nonce": l.nonce, "name": "Ada Example",
			"email": "ada@reseller.example", "groups": []string{"desk"}, "iat": time.Now().Unix(),
			"exp": time.Now().Add(time.Hour).Unix()}
		if l.twist != nil {
			l.twist(claims)
		}
		say(map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": l.signed(claims)})
	}
}

func (l *liar) signed(claims map[string]any) string {
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: l.signer, KeyID: "1"}},
		nil)
	if err != nil {
		return ""
	}
	text, _ := json.Marshal(claims)
	signed, err := s.Sign(text)
	if err != nil {
		return ""
	}
	word, _ := signed.CompactSerialize()
	return word
}

// come goes the whole way, with the state turned where a test wants it.
func (l *liar) come(o *office, turn func(q url.Values)) *webtest.Page {
	c := o.Client()
	to, err := url.Parse(look(c, "/login/sso").Want(http.StatusSeeOther).Location())
	if err != nil {
		o.t.Fatal(err)
	}
	l.mu.Lock()
	l.nonce = to.Query().Get("nonce")
	l.mu.Unlock()
	q := url.Values{"state": {to.Query().Get("state")}, "code": {"c"}}
	if turn != nil {
		turn(q)
	}
	return look(c, "/login/sso/callback?"+q.Encode())
}

func TestOnlyATokenThatWasMadeForThisSignInLetsAnybodyIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	l := newLiar(t)
	o.setUp(l.URL).Want(http.StatusSeeOther)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, twist := range map[string]func(map[string]any){
		"another nonce":    func(c map[string]any) { c["nonce"] = "of another sign-in" },
		"no nonce":         func(c map[string]any) { delete(c, "nonce") },
		"another audience": func(c map[string]any) { c["aud"] = "another application" },
		"two audiences":    func(c map[string]any) { c["aud"] = []string{"web", "another application"} },
		"made for another": func(c map[string]any) { c["azp"] = "another application" },
		"another issuer":   func(c map[string]any) { c["iss"] = "https://login.example" },
		"expired":          func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() },
		"groups left " +
			"out": func(c map[string]any) {
			delete(c,
				"groups")
			c["_claim_names"] = map[string]any{"groups": "src1"}
		},
		"no group of ours":  func(c map[string]any) { c["groups"] = []string{"strangers"} },
		"no subject":        func(c map[string]any) { delete(c, "sub") },
		"signed by another": func(map[string]any) { l.signer = other },
	} {
		l.mu.Lock()
		l.twist, l.signer = twist, l.key
		l.mu.Unlock()
		if page := l.come(o, nil); page.Status != http.StatusForbidden {
			t.Errorf("%s: %d %s", name, page.Status, page.Text())
		}
	}
	l.mu.Lock()
	l.twist, l.signer = nil, l.key
	l.mu.Unlock()
	for name, turn := range map[string]func(url.Values){
		"another state": func(q url.Values) { q.Set("state", "made up") },
		"no state":      func(q url.Values) { q.Del("state") },
		"two states":    func(q url.Values) { q.Add("state", "made up") },
		"no code":       func(q url.Values) { q.Del("code") },
		"an error":      func(q url.Values) { q.Set("error", "access_denied") },
	} {
		if page := l.come(o, turn); page.Status != http.StatusForbidden {
			t.Errorf("%s: %d", name, page.Status)
		}
	}
	if n := o.number(`SELECT count(*) FROM users WHERE email = 'ada@reseller.example'`); n != 0 {
		t.Fatal("an account was made")
	}
	l.come(o, nil).Want(http.StatusSeeOther)
	fresh, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	l.key, l.signer = fresh, fresh
	l.mu.Unlock()
	l.come(o, nil).Want(http.StatusSeeOther)
	l.mu.Lock()
	l.signer = other
	l.mu.Unlock()
	l.come(o, nil).Want(http.StatusForbidden)
}

// A provider that never answers, or never ends, is given up on, and nobody is kept from the password.
func TestAProviderThatDoesNotEndIsGivenUpOn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	l := newLiar(t)
	o.setUp(l.URL).Want(http.StatusSeeOther)
	ctx, done := context.WithCancel(t.Context())
	for name, slow := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"silent": func(_ http.ResponseWriter, r *http.Request) bool {
			select {
			case <-r.Context().Done():
			case <-ctx.Done():
			}
			return true
		},
		"endless": func(w http.ResponseWriter, r *http.Request) bool {
			for r.Context().Err() == nil && ctx.Err() == nil {
				if _, err := w.Write([]byte(strings.Repeat(" ", 1<<16))); err != nil {
					return true
				}
			}
			return true
		},
		"elsewhere": func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
			return true
		},
	} {
		l.mu.Lock()
		l.slow = slow
		l.mu.Unlock()
		if page := look(o.Client(), "/login/sso"); page.Status != http.StatusServiceUnavailable {
			t.Errorf("%s: %d", name, page.Status)
		}
	}
	done()
	o.SignIn(auth.Admin)
}

// The secret of the application goes to the servers that it was given for, and is shown nowhere.
func TestTheClientSecretStaysWithItsServers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	l := newLiar(t)
	o.setUp(l.URL, "client_secret", "SENT1NEL-client-secret").Want(http.StatusSeeOther)
	page := o.admin.Get("/settings/sso").Shows("Set on", "by Robin Administrator")
	if strings.Contains(string(page.Body), "SENT1NEL") || strings.Contains(o.Dump(), "SENT1NEL") {
		t.Error("the secret is shown")
	}
	o.admin.Get("/settings/sso").FormTo("/settings/sso").Set("issuer", "https://login.example").Submit().
		Want(http.StatusUnprocessableEntity).Shows("was given for other servers")
	l.slow = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/.well-known/openid-configuration" {
			return false
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": l.URL, "authorization_endpoint": l.URL + "/auth",
			"token_endpoint": "https://collector.example/token", "jwks_uri": l.URL + "/keys"})
		return true
	}
	look(o.Client(), "/login/sso").Want(http.StatusConflict).Shows("not named in the settings")
}
