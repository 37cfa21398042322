//go:build linux

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"syscall"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/notify"
	"seatledger/internal/testkit/webtest"
	"seatledger/internal/webhook"
)

// TestAKilledDeliveryGoesOutAgainUnderTheSameId kills the process when the receiver has the message and we have not
// noted it: the next one sends it again, under the same id, and everything else once.
func TestAKilledDeliveryGoesOutAgainUnderTheSameId(t *testing.T) {
	t.Parallel()
	f := &fleet{t: t, Site: webtest.Start(t,
		webtest.Options{Env: map[string]string{"OUTBOUND_ALLOW": "127.0.0.0/8"}})}
	f.SignIn("admin")
	var mu sync.Mutex
	seen := map[string]int{}
	held, over := make(chan struct{}), make(chan struct{})
	far := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		mu.Lock()
		seen[r.Header.Get("webhook-id")]++
		first := len(seen) == 1 && seen[r.Header.Get("webhook-id")] == 1
		mu.Unlock()
		if first {
			close(held)
			<-over
		}
	}))
	t.Cleanup(far.Close)
	ada := audit.Actor{ID: uuid.Must(uuid.NewV7()), Name: "Ada"}
	_, err := f.App.Webhooks.Create(t.Context(), ada, webhook.Input{Name: "Alerts", Shape: webhook.Standard,
		Address: distributor.Secret(far.URL), Choice: notify.Choice{From: notify.Info}})
	f.ok(err)
	tell := func() string {
		t.Helper()
		id := uuid.Must(uuid.NewV7())
		f.ok(notify.Record(t.Context(), f.DB.Read(t.Context()), f.App.Clock, notify.Event{ID: id,
			Kind: notify.NightFailed, ObjectType: "sync_run", ObjectName: "Accounts", Text: "It failed."}))
		return id.String()
	}
	killed := tell()
	first := f.replica("")
	<-held
	first.signal(syscall.SIGKILL)
	<-first.done
	close(over)
	other := tell()
	// The lease of the dead runs out by itself after a minute; the test does not wait for it.
	f.ok(f.DB.Read(t.Context()).Exec(`UPDATE webhook_deliveries SET held_until = clock_timestamp() - interval '1 s'
		WHERE held_until IS NOT NULL`).Error)
	f.replica("")
	count := func(state string) (n int) {
		f.ok(f.DB.Read(t.Context()).Raw(`SELECT count(*) FROM webhook_deliveries WHERE state = ?`,
			state).Scan(&n).Error)
		return n
	}
	f.until(patience, "both are delivered", func() bool { return count("delivered") == 2 })
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != 2 || seen[killed] != 2 || seen[other] != 1 {
		t.Errorf("arrived: %v; %s was killed, %s not", seen, killed, other)
	}
}
