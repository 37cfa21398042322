package settings_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/notify"
	"seatledger/internal/testkit/webtest"
)

// receiver keeps what it is sent, and answers as it is told.
type receiver struct {
	*httptest.Server
	mu   sync.Mutex
	ids  []string
	code int
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{code: http.StatusNoContent}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		_, _ = io.ReadAll(q.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.ids = append(r.ids, q.Header.Get("webhook-id"))
		w.WriteHeader(r.code)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(code int) { r.mu.Lock(); defer r.mu.Unlock(); r.code = code }

func (r *receiver) got() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.ids...)
}

var signing = regexp.MustCompile(`whsec_[A-Za-z0-9+/=]+`)

// TestAnAdministratorSetsAWebhookUpAndFollowsWhatItGets goes the whole way through the pages.
func TestAnAdministratorSetsAWebhookUpAndFollowsWhatItGets(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{Env: map[string]string{"OUTBOUND_ALLOW": "127.0.0.1/32"}})
	far := newReceiver(t)
	ada := s.SignIn(auth.Admin)
	ada.Get("/settings/webhooks").Shows("No webhooks yet").Follow("New webhook").FormTo("/settings/webhooks").
		Set("name", "Alerts", "address", "https://192.168.1.7/x").Submit().Want(http.StatusUnprocessableEntity).
		Shows("private address")
	page := ada.Get("/settings/webhooks/new").FormTo("/settings/webhooks").Set("name", "Alerts", "address",
		far.URL+"/hook/very-secret", "from", "warn").Submit().Next().Shows("shown this once", far.URL+"/…")
	here, first := page.Path(), signing.FindString(page.Text())
	if first == "" || signing.MatchString(ada.Get(here).Text()) {
		t.Errorf("the signing secret is shown %q, and then again", first)
	}
	ada.Get(here).FormTo(here+"/test").Submit().Next().Shows("The test message was delivered", "Test message",
		"204 in")

	far.answer(http.StatusGone)
	id := uuid.Must(uuid.NewV7())
	if err := notify.Record(t.Context(), s.DB.Read(t.Context()), s.App.Clock, notify.Event{ID: id,
		Kind: notify.NightFailed, ObjectType: "sync_run", ObjectName: "Accounts of Stellr East",
		Text: "The distributor did not answer."}); err != nil {
		t.Fatal(err)
	}
	work := func() {
		t.Helper()
		if err := s.App.Webhooks.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	work()
	ada.Get(here).Shows("Switched off", "410: it is gone")
	ada.Get("/notices").Shows("The webhook Alerts was switched off.")
	failed := ada.Get(here+"?state=failed").Shows("Night failed", "410 in")
	failed.Follow("Night failed").Shows(id.String(), "the same on every try", "gone")

	far.answer(http.StatusOK)
	ada.Get(here).FormTo(here + "/on").Submit().Next()
	ada.Get(here + "?state=failed").FormTo(here + "/deliveries/" + id.String() + "/again").Submit().Next()
	work()
	ada.Get(here).Shows("delivered", "200 in")
	got := far.got()
	if n := len(got); n < 3 || got[n-1] != id.String() {
		t.Errorf("%v, want %s last", got, id)
	}
	second := signing.FindString(ada.Get(here).FormTo(here + "/rotate").Submit().Next().Shows("signs too").Text())
	if second == "" || second == first {
		t.Errorf("changed to %q from %q", second, first)
	}
	other := newReceiver(t)
	ada.Get(here+"/edit").FormTo(here).Set("address", other.URL).Submit().Want(http.StatusUnprocessableEntity).
		Shows("was given for " + far.URL)
	ada.Get("/settings/secrets").Shows("Webhook Alerts: address", "Webhook Alerts: signing")
	for _, told := range []string{ada.Get("/audit").Text(), s.Dump(), s.Log.String()} {
		if strings.Contains(told, "very-secret") || strings.Contains(told, first) || strings.Contains(told, second) {
			t.Error("a secret stands where somebody may read it")
		}
	}
	ada.Get(here).FormTo(here + "/remove").Submit().Next().Shows("No webhooks yet")
	if got := s.SignIn(auth.Operator).Look("/settings/webhooks").Status; got != http.StatusForbidden {
		t.Errorf("an operator: %d", got)
	}
}

// TestAPersonChoosesTheirMailInTheProfile saves it and refuses what cannot be.
func TestAPersonChoosesTheirMailInTheProfile(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	c := s.SignIn(auth.Viewer)
	const path = "/settings/profile/notices"
	c.Get("/settings/profile").Follow("Choose which, and when").Shows("No mail server is set up").FormTo(path).
		Set("from", "chosen").Submit().Want(http.StatusUnprocessableEntity).Shows("Tick the kinds below")
	saved := c.Get(path).FormTo(path).Set("from", "bad", "daily", "yes", "daily_at", "07:30", "zone",
		"Europe/Berlin").Submit().Next().Shows("Saved.")
	doc := saved.Doc()
	if doc.Find(`select[name="from"] option[selected]`).AttrOr("value", "") != "bad" ||
		doc.Find(`input[name="daily"][checked]`).AttrOr("value", "") != "yes" ||
		doc.Find(`input[name="zone"]`).AttrOr("value", "") != "Europe/Berlin" {
		t.Error("it is not shown as it was saved")
	}
	c.Post(path, url.Values{"from": {"info"}, "daily": {"no"}, "daily_at": {"08:00"}, "quiet_from": {"20:00"},
		"quiet_until": {"07:00"}, "zone": {"UTC"}, "version": {"0"}}).Want(http.StatusConflict)
}
