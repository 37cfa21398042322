package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/notify"
	"seatledger/internal/secret"
	"seatledger/internal/testkit/pgtest"
	"seatledger/internal/webhook"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ada = audit.Actor{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000001"), Name: "Ada Example"}

// call is what a receiver got.
type call struct {
	id, timestamp, signature string
	body                     string
}

// far is a receiver over TLS that does what it is told to.
type far struct {
	*httptest.Server
	mu     sync.Mutex
	got    []call
	answer http.HandlerFunc
}

func newFar(t *testing.T) *far {
	t.Helper()
	f := &far{answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }}
	f.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		f.mu.Lock()
		f.got = append(f.got, call{r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"),
			r.Header.Get("webhook-signature"), string(body)})
		answer := f.answer
		f.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *far) answers(with http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = with
}

func (f *far) calls() []call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]call{}, f.got...)
}

func code(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(n) }
}

// verifies is the check of a receiver, written from the specification: base64 of HMAC-SHA256 over id.timestamp.body.
func (c call) verifies(t *testing.T, signing string) bool {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(signing, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(c.id + "." + c.timestamp + "." + c.body))
	want := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, s := range strings.Fields(c.signature) {
		if version, sum, _ := strings.Cut(s, ","); version == "v1" && hmac.Equal([]byte(sum), []byte(want)) {
			return true
		}
	}
	return false
}

// world is a database with one process that sends from it.
type world struct {
	*testing.T
	db    *pgtest.DB
	clock *clock.Fake
	hooks *webhook.Service
	far   *far
}

func newWorld(t *testing.T) *world {
	t.Helper()
	sealer, err := secret.CreateFile(filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, db: pgtest.New(t), clock: clock.NewFake(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)),
		far: newFar(t)}
	w.hooks = w.process("one", sealer, w.far)
	return w
}

func (w *world) process(name string, sealer *secret.Sealer, far *far) *webhook.Service {
	w.Helper()
	allow, err := outbound.ParseAllow("127.0.0.1/32")
	if err != nil {
		w.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(far.Certificate())
	out, err := webhook.Outbound(outbound.Options{Allow: allow, RootCAs: roots})
	if err != nil {
		w.Fatal(err)
	}
	return &webhook.Service{DB: w.db.DB, Clock: w.clock, Log: slog.New(slog.DiscardHandler), Sealer: sealer, Out: out,
		Holder: name, BaseURL: "https://seats.reseller.example"}
}

func (w *world) input() webhook.Input {
	return webhook.Input{Name: "Alerts", Shape: webhook.Standard, Choice: notify.Choice{From: notify.Warn},
		Address: distributor.Secret(w.far.URL + "/hook?token=very-secret")}
}

func (w *world) create(in webhook.Input) webhook.Made {
	w.Helper()
	made, err := w.hooks.Create(w.Context(), ada, in)
	w.ok(err)
	return made
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// tells records a notice and gives its id.
func (w *world) tells(kind notify.Kind, text string) uuid.UUID {
	w.Helper()
	id := uuid.Must(uuid.NewV7())
	w.ok(notify.Record(w.Context(), w.db.Read(w.Context()), w.clock, notify.Event{ID: id, Kind: kind,
		ObjectType: "sync_run", ObjectID: uuid.NewString(), ObjectName: "Accounts of Stellr East",
		Provider:   "Stellr East",
		ProviderID: uuid.New(), Text: text, SeatsLost: 3}))
	return id
}

func (w *world) work() { w.Helper(); w.ok(w.hooks.Work(w.Context())) }

func (w *world) log(id uuid.UUID) []webhook.Delivery {
	w.Helper()
	all, err := webhook.Log(w.Context(), w.db.Read(w.Context()), id, "")
	w.ok(err)
	return all
}

func (w *world) get(id uuid.UUID) webhook.Webhook {
	w.Helper()
	found, err := webhook.Get(w.Context(), w.db.Read(w.Context()), id)
	w.ok(err)
	return found
}

func (w *world) notices(kind notify.Kind) int {
	w.Helper()
	var n int
	w.ok(w.db.Read(w.Context()).Raw(`SELECT count(*) FROM notices WHERE kind = ?`, kind).Scan(&n).Error)
	return n
}

func read(t *testing.T, body string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return out
}
