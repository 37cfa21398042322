package site_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
)

// Nothing but what a request may wait in all ends the waits of these pages: the server has no limit for a lock, and
// there are fewer connections than readers, so that many wait for one first and for the lock then.
func TestWaitsOfOneRequestHaveOneLimitTogether(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{Patience: 700 * time.Millisecond, Pool: func(cfg *pgxpool.Config) {
		cfg.ConnConfig.RuntimeParams["lock_timeout"] = "0"
		cfg.ConnConfig.RuntimeParams["statement_timeout"] = "0"
		cfg.MaxConns = 3
	}})
	admin := s.SignIn(auth.Admin)
	lock, err := s.DB.Owner().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.Exec(t.Context(), `LOCK TABLE subscriptions IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	const readers = 9
	answers := make(chan *webtest.Page, readers)
	for i := range readers {
		go func() { answers <- admin.Look([]string{"/", "/subscriptions", "/accounts"}[i%3]) }()
	}
	for range readers { // each is answered while the table is still locked
		if p := <-answers; p.Status != http.StatusServiceUnavailable || !p.Has("held by other work") {
			t.Errorf("%d: %s", p.Status, p.Text())
		}
	}
	if err := lock.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/subscriptions"} {
		if p := admin.Look(path); p.Status != http.StatusOK {
			t.Errorf("%s afterwards: %d %s", path, p.Status, p.Text())
		}
	}
}
