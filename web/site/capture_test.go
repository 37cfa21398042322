package site_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seatledger/internal/auth"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/testkit/webtest"
)

// connected is a site with a provider on the sandbox.
func connected(t *testing.T, name, url string, w *webtest.Site) (*webtest.Client, string) {
	t.Helper()
	admin := w.SignIn(auth.Admin)
	p := admin.Get("/providers/new").FormTo("/providers").Set("name", name, "user_name",
		"integration@reseller.example", "password", "sandbox-password", "url", url, "application_id", "sandbox-app",
		"application_secret", "sandbox-secret", "reseller_number", sandbox.DefaultReseller).Submit().Next().Path()
	return admin, p
}

func TestACaptureIsShownThenTakenAndReadAgain(t *testing.T) {
	t.Parallel()
	w := webtest.Start(t, webtest.Options{Far: sandbox.DataOptions{Customers: 9, Subscriptions: 40, Seed: 2},
		Env: map[string]string{"OUTBOUND_ALLOW": "127.0.0.1/32"}})
	admin, provider := connected(t, "TD SYNNEX US", w.FarURL, w)
	preview := admin.Get(provider).FormTo(provider+"/capture").Submit().Next().Shows("Capture of TD SYNNEX US",
		"Words that stay", "Customers read", "CFQ7TTC0", "subscriptionId")
	file := admin.Get(preview.Link("Download the file")).Want(http.StatusOK)
	if got := file.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") {
		t.Errorf("the file comes as %q", got)
	}
	for _, s := range []string{"sandbox-secret", "sandbox-password", "sandbox-app", "Bearer",
		sandbox.DefaultReseller, w.FarURL} {
		if bytes.Contains(file.Body, []byte(s)) {
			t.Errorf("%s is in the file", s)
		}
	}
	if trail := admin.Get("/audit.csv"); !bytes.Contains(trail.Body, []byte("provider.captured")) {
		t.Error("the trail does not tell of it")
	}
	w.SignIn(auth.Operator).Post(provider+"/capture", nil).Want(http.StatusForbidden)
	w.SignIn(auth.Operator).Look(preview.Path()).Want(http.StatusForbidden)
	admin.Post(provider+"/capture", url.Values{"accounts": {"many"}}).Want(http.StatusUnprocessableEntity)
	admin.Post(provider+"/capture", url.Values{"accounts": {"5000"}}).Want(http.StatusUnprocessableEntity)
	admin.Look(provider + "/captures/0190a000-0000-7000-8000-000000000001").Want(http.StatusNotFound)

	// Another installation reads the file through the sandbox, and its pages hold the same seats.
	far, err := sandbox.New(sandbox.Options{Replay: file.Body})
	if err != nil {
		t.Fatal(err)
	}
	served := httptest.NewServer(far.Handler())
	t.Cleanup(served.Close)
	_, second := connected(t, "From the file", served.URL, w)
	admin.Get(second).FormTo(second + "/verify").Submit().Next().Shows("Connectivity verified")
	for _, sync := range []string{"/sync-accounts", "/sync-subscriptions"} {
		if r := w.WaitRun(admin.Post(second+sync, nil).Next()); r.State != "succeeded" || r.Added == 0 {
			t.Errorf("%s: %s, %d added: %s", sync, r.State, r.Added, r.Message)
		}
	}
}

func TestTheVerbPrintsFirstAndWritesOnlyWithYes(t *testing.T) {
	t.Parallel()
	w := webtest.Start(t, webtest.Options{Far: sandbox.DataOptions{Customers: 4, Subscriptions: 12, Seed: 2}})
	connected(t, "TD SYNNEX US", w.FarURL, w)
	to := filepath.Join(t.TempDir(), "x.jsonl")
	verb := func(args ...string) (string, error) {
		var out bytes.Buffer
		err := w.App.Providers.RunCapture(t.Context(), args, &out)
		return out.String(), err
	}
	said, err := verb("--provider", "td synnex us", "--out", to)
	if _, none := os.Stat(to); err != nil || none == nil || !strings.Contains(said, "Nothing was written") ||
		!strings.Contains(said, "status") || !strings.Contains(said, "CFQ7TTC0") {
		t.Errorf("%v: %s", err, said)
	}
	if said, err = verb("--provider", "TD SYNNEX US", "--out", to, "--yes"); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 || info.Size() == 0 {
		t.Errorf("%v %v", info, err)
	}
	for _, args := range [][]string{{"--provider", "TD SYNNEX US", "--out", to, "--yes"}, {"--provider", "nobody"},
		{"--yes", "--provider", "TD SYNNEX US"}, {}} {
		if said, err := verb(args...); err == nil {
			t.Errorf("%v: %s", args, said)
		}
	}
}
