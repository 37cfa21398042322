package site_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"seatledger/internal/auth"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/testkit/webtest"
)

// stranger is a server that keeps whatever it is sent.
type stranger struct {
	*httptest.Server
	mu  sync.Mutex
	got []string
}

func newStranger(t *testing.T) *stranger {
	t.Helper()
	s := &stranger{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.got = append(s.got, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization")+" "+string(body))
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *stranger) received() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.got, "\n")
}

// TestASecondAdministratorCannotHaveTheSecretsSentElsewhere goes the whole way: only an
// address is changed, the secrets are left blank, and Verify and both syncs are pressed.
func TestASecondAdministratorCannotHaveTheSecretsSentElsewhere(t *testing.T) {
	t.Parallel()
	far := newStranger(t)
	w := webtest.Start(t, webtest.Options{Far: sandbox.DataOptions{Customers: 2, Subscriptions: 4, Seed: 1},
		Env: map[string]string{"OUTBOUND_ALLOW": "127.0.0.1/32"}})
	ada, bob := w.SignIn(auth.Admin), w.SignIn(auth.Admin)
	provider := ada.Get("/providers/new").FormTo("/providers").Set(
		"name", "TD SYNNEX US", "user_name", "integration@reseller.example", "password", "sandbox-password",
		"url", w.FarURL,
		"application_id", "sandbox-app", "application_secret", "sandbox-secret", "reseller_number",
		sandbox.DefaultReseller).Submit().Next().Path()
	ada.Get(provider).FormTo(provider+"/verify").Submit().Next().Shows("Connectivity verified",
		"Follows from the URL.")

	for _, change := range [][]string{
		{"token_url", far.URL + "/oauth2/v1/token"}, {"url", far.URL}, {"url", far.URL, "token_url",
			w.FarURL + "/oauth2/v1/token"},
	} {
		refused := bob.Get(provider + "/edit").FormTo(provider).Set(change...).Submit()
		refused.Want(http.StatusUnprocessableEntity).Shows("The application secret was given for "+w.FarURL,
			"would now ", "to "+far.URL, "Type it again for the new address.")
		bob.Get(provider).FormTo(provider + "/verify").Submit().Next().Shows("Connectivity verified")
	}
	// And where the address was changed past the form.
	if err := w.App.DB.Read(t.Context()).Exec(`UPDATE providers SET token_url = ?`,
		far.URL+"/token").Error; err != nil {
		t.Fatal(err)
	}
	bob.Get(provider).FormTo(provider+"/verify").Submit().Next().Shows("Connectivity failed",
		"is not sent to "+far.URL, "An administrator types it again on the provider's edit page.")
	for _, sync := range []string{"/sync-accounts", "/sync-subscriptions"} {
		run := bob.Post(provider+sync, map[string][]string{"anyway": {"on"}}).Next()
		if r := w.WaitRun(run); r.State != "failed" || !strings.Contains(r.Message+r.Advice,
			"is not sent to "+far.URL) {
			t.Errorf("%s: %s %s %s", sync, r.State, r.Message, r.Advice)
		}
	}
	if got := far.received(); got != "" {
		t.Errorf("the stranger was sent:\n%s", got)
	}
}
