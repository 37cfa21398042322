package sandbox

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Kinds of tokens: one is no good on the other face.
const (
	stellrToken = "stellr"
	legacyToken = "legacy"
	tenantToken = "tenant"
)

// token is an access that was granted.
type token struct {
	kind     string
	reseller string
	tenant   int // snx_eu_no of a tenant token
	expires  time.Time
}

// tokens remembers what was granted. Expiry follows the sandbox's clock.
type tokens struct {
	mu  sync.Mutex
	now func() time.Time
	all map[string]token
}

func newTokens(now func() time.Time) *tokens {
	return &tokens{now: now, all: map[string]token{}}
}

func (t *tokens) grant(kind, reseller string, tenant, seconds int) string {
	text := kind[:1] + "." + strings.ToLower(rand.Text()+rand.Text())
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all[text] = token{kind, reseller, tenant, t.now().Add(time.Duration(seconds) * time.Second)}
	return text
}

func (t *tokens) find(text, kind string) (token, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.all[text]
	return found, ok && found.kind == kind && t.now().Before(found.expires)
}

// revoke takes back one token, or all of them with "".
func (t *tokens) revoke(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if text == "" {
		clear(t.all)
		return
	}
	delete(t.all, text)
}

// fingerprint names a token in the journal without telling it.
func fingerprint(text string) string {
	if text == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

func bearer(r *http.Request) string {
	scheme, text, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(text)
}

func (s *Server) tokenRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST /oauth2/v1/token", s.oauthToken)
}

// oauthError is the refusal of the token endpoint.
type oauthError struct {
	status      int
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

type oauthGrant struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"`
}

// oauthToken grants by client_credentials or password. Application id and secret
// may come in the form or by HTTP Basic. A scope is accepted and means nothing.
func (s *Server) oauthToken(w http.ResponseWriter, r *http.Request) {
	// A token must not be kept by a cache (RFC 6749).
	w.Header().Set("Cache-Control", "no-store")
	credential, refusal := s.authenticate(r)
	if refusal != nil {
		writeJSON(w, refusal.status, refusal)
		return
	}
	exchangeOf(r).reseller = credential.Reseller
	seconds := s.behave().TokenSeconds
	writeJSON(w, http.StatusOK, oauthGrant{s.tokens.grant(stellrToken, credential.Reseller, 0, seconds),
		"Bearer", seconds})
}

func (s *Server) authenticate(r *http.Request) (Credential, *oauthError) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil ||
		media != "application/x-www-form-urlencoded" {
		return Credential{}, &oauthError{http.StatusBadRequest, "invalid_request",
			"The body must be application/x-www-form-urlencoded."}
	}
	form, err := url.ParseQuery(string(exchangeOf(r).body))
	if err != nil {
		return Credential{}, &oauthError{http.StatusBadRequest, "invalid_request", "The form could not be read."}
	}
	credential, ok := s.application(r, form)
	if !ok {
		return Credential{}, &oauthError{http.StatusUnauthorized, "invalid_client", "Client authentication failed."}
	}
	return credential, s.checkGrant(form, credential)
}

// application finds the credential of the application id and secret sent.
func (s *Server) application(r *http.Request, form url.Values) (Credential, bool) {
	id, secret, basic := r.BasicAuth()
	if basic {
		// RFC 6749 has both parts form-encoded; many clients send them plain.
		if c, ok := s.findCredential(id, secret); ok {
			return c, true
		}
		id, secret = unescape(id), unescape(secret)
	} else {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	return s.findCredential(id, secret)
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

func (s *Server) findCredential(id, secret string) (Credential, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, c := range s.credentials {
		if c.ApplicationID == id && id != "" && same(c.ApplicationSecret, secret) {
			return c, true
		}
	}
	return Credential{}, false
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func (s *Server) checkGrant(form url.Values, c Credential) *oauthError {
	b := s.behave()
	refused := &oauthError{http.StatusBadRequest, "unauthorized_client", "This grant is not open to the client."}
	switch form.Get("grant_type") {
	case "client_credentials":
		if b.RefuseClientCredentials {
			return refused
		}
	case "password":
		if b.RefusePassword {
			return refused
		}
		// Guess: no public client uses this grant.
		if form.Get("username") != c.UserName || !same(form.Get("password"), c.Password) {
			return &oauthError{http.StatusBadRequest, "invalid_grant", "User name or password is wrong."}
		}
	case "":
		return &oauthError{http.StatusBadRequest, "invalid_request", "grant_type is missing."}
	default:
		return &oauthError{http.StatusBadRequest, "unsupported_grant_type", "This grant type is not supported."}
	}
	return nil
}
