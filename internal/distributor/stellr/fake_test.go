package stellr

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/outbound"
)

const (
	secret   = "s3cret/of+the app"
	password = "pa55word of the user"
)

// fake is a distributor that a test scripts by path.
type fake struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]http.HandlerFunc
	asked   []string
	tokens  int
	forms   []url.Values
	signIn  http.HandlerFunc // instead of a token
	life    string
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{answers: map[string]http.HandlerFunc{}, life: "7200"}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/oauth2/v1/token" {
		f.token(w, r)
		return
	}
	f.mu.Lock()
	f.asked = append(f.asked, r.Method+" "+r.URL.RequestURI())
	answer := f.answers[r.URL.Path]
	f.mu.Unlock()
	if answer == nil {
		w.WriteHeader(404)
		fmt.Fprint(w, `{"errorMessage":"No static resource"}`)
		return
	}
	answer(w, r)
}

func (f *fake) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm() // a broken form has no fields, which the test then sees
	f.mu.Lock()
	f.tokens++
	n, life, signIn := f.tokens, f.life, f.signIn
	f.forms = append(f.forms, r.PostForm)
	f.mu.Unlock()
	if signIn != nil {
		signIn(w, r)
		return
	}
	fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"Bearer","expires_in":%s}`, n, life)
}

func (f *fake) on(path string, h http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[path] = h
}

func (f *fake) says(path, body string) {
	f.on(path, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) })
}

func (f *fake) signIns() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tokens
}

func (f *fake) requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.asked...)
}

// bench is a connector at a fake, with what it logged.
type bench struct {
	*Connector
	logged *safeBuffer
	clk    *clock.Fake
}

func (f *fake) credentials() distributor.Credentials {
	return distributor.Credentials{Connector: distributor.Stellr, BaseURL: f.URL + "/", ApplicationID: "app",
		ApplicationSecret: secret,
		UserName:          "integration@reseller.example", Password: password, ResellerNumber: "100200", PageSize: 100}
}

func (f *fake) connect(t *testing.T, change ...func(*distributor.Credentials)) bench {
	t.Helper()
	cred := f.credentials()
	for _, ch := range change {
		ch(&cred)
	}
	return connectAs(t, cred)
}

func connectAs(t *testing.T, cred distributor.Credentials) bench {
	t.Helper()
	allow, err := outbound.ParseAllow("127.0.0.0/8,::1/128")
	if err != nil {
		t.Fatal(err)
	}
	hc, err := outbound.New(outbound.Options{Allow: allow, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hc.CloseIdle)
	logged := &safeBuffer{}
	clk := clock.NewFake(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	log := slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return bench{Connector: New(cred, hc, calls.Options{Clock: clk}, log), logged: logged, clk: clk}
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func kindOf(t *testing.T, err error) distributor.ErrorKind {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	return distributor.KindOf(err)
}

func mustContain(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q lacks %q", text, p)
		}
	}
}
