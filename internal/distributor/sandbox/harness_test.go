package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"seatledger/internal/clock"
)

var testDay = time.Date(2026, time.March, 5, 14, 11, 12, 0, time.UTC)

// client is a program that speaks to the sandbox over HTTP.
type client struct {
	t     *testing.T
	base  string
	http  *http.Client
	token string
	basis *clock.Fake
}

// start serves a sandbox of 40 customers and 300 subscriptions at a standing clock.
func start(t *testing.T, change ...func(*Options)) (*Server, *client) {
	t.Helper()
	basis := clock.NewFake(testDay)
	o := Options{Data: DataOptions{Customers: 40, Subscriptions: 300, Seed: 7}, Clock: basis}
	for _, f := range change {
		f(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	c := &client{t: t, base: server.URL, http: server.Client(), basis: basis}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return s, c
}

// signedIn starts a sandbox and signs in on the comprehensive face.
func signedIn(t *testing.T, change ...func(*Options)) (*Server, *client) {
	t.Helper()
	s, c := start(t, change...)
	c.token = c.signIn("sandbox-app", "sandbox-secret")
	return s, c
}

func (c *client) signIn(id, secret string) string {
	c.t.Helper()
	a := c.form("/oauth2/v1/token",
		url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}})
	return a.str("access_token")
}

// reply is what came back.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	raw    []byte
	err    error // of reading the body
	top    map[string]any
}

func (c *client) do(method, path, contentType, body string) reply {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	return c.send(r)
}

func (c *client) send(r *http.Request) reply {
	c.t.Helper()
	answer, err := c.http.Do(r)
	if err != nil {
		return reply{t: c.t, err: err}
	}
	defer answer.Body.Close()
	a := reply{t: c.t, status: answer.StatusCode, header: answer.Header}
	a.raw, a.err = io.ReadAll(answer.Body)
	d := json.NewDecoder(bytes.NewReader(a.raw))
	d.UseNumber()
	_ = d.Decode(&a.top) // tests that want JSON look at top
	return a
}

func (c *client) get(path string) reply { c.t.Helper(); return c.do("GET", path, "", "") }

func (c *client) post(path, body string) reply {
	c.t.Helper()
	return c.do("POST", path, "application/json", body)
}

func (c *client) form(path string, values url.Values) reply {
	c.t.Helper()
	return c.do("POST", path, "application/x-www-form-urlencoded", values.Encode())
}

// admin sends a command to the admin face and wants it to be taken.
func (c *client) admin(method, path, body string) reply {
	c.t.Helper()
	a := c.do(method, "/_sandbox/"+path, "application/json", body)
	if a.status != http.StatusOK {
		c.t.Fatalf("%s %s: %d %s", method, path, a.status, a.raw)
	}
	return a
}

func (a reply) want(status int) reply {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s (%v)", a.status, status, a.raw, a.err)
	}
	return a
}

// at walks the JSON by names.
func (a reply) at(names ...string) any {
	var v any = a.top
	for _, name := range names {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

func (a reply) str(names ...string) string {
	a.t.Helper()
	switch v := a.at(names...).(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	a.t.Fatalf("no text at %v in %s", names, a.raw)
	return ""
}

func (a reply) list(names ...string) []map[string]any {
	a.t.Helper()
	values, ok := a.at(names...).([]any)
	if !ok {
		a.t.Fatalf("no list at %v in %s", names, a.raw)
	}
	var all []map[string]any
	for _, v := range values {
		if m, is := v.(map[string]any); is {
			all = append(all, m)
		}
	}
	return all
}

func (a reply) records() []map[string]any { a.t.Helper(); return a.list("data", "records") }

// readAll pages through a list as public clients do: until a short page or the total.
func (c *client) readAll(path string, size string) []map[string]any {
	c.t.Helper()
	var all []map[string]any
	for no := 1; no < 1000; no++ {
		a := c.get(path + "?pageNo=" + itoa(no) + "&pageSize=" + size).want(http.StatusOK)
		page := a.records()
		all = append(all, page...)
		if len(page) < atoi(size) || len(all) >= atoi(a.str("data", "total")) {
			break
		}
	}
	return all
}

// live is an active yearly Microsoft subscription that was bought long ago.
func live(t *testing.T, s *Server) Subscription {
	t.Helper()
	for _, sub := range s.Subscriptions() {
		p := s.store.product(sub.SKU)
		if sub.is("Activated") && p.Vendor == "Microsoft" && p.Term == "P1Y" && sub.Quantity > 5 &&
			sub.refundableNow(s) == 0 {
			return sub
		}
	}
	t.Fatal("the data set has no such subscription")
	return Subscription{}
}

// refundableNow looks at the stored subscription, which has the windows.
func (sub Subscription) refundableNow(s *Server) int {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	stored := s.store.subs[sub.ID]
	return stored.refundable(s.store.bySKU[sub.SKU], s.now())
}
