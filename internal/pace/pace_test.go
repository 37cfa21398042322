package pace_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/clock"
	"seatledger/internal/pace"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// Of many asks at once, in several processes, as many go through as the bound says; others have their own count, and
// waiting helps.
func TestOnePersonAsksSoOftenAndNoOftener(t *testing.T) {
	t.Parallel()
	db, clk := pgtest.New(t), clock.NewFake(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC))
	one, other := pace.Book{DB: db.DB, Clock: clk}, pace.Book{DB: db.DB, Clock: clk}
	eve, ida := uuid.New(), uuid.New()
	var all sync.WaitGroup
	var through atomic.Int64
	for i := range pace.Uploads.Most() + 40 {
		all.Go(func() {
			wait, err := []pace.Book{one, other}[i%2].Ask(t.Context(), eve, pace.Uploads)
			if err != nil {
				t.Error(err)
			}
			if wait == 0 {
				through.Add(1)
			}
		})
	}
	all.Wait()
	if got := through.Load(); got != int64(pace.Uploads.Most()) {
		t.Fatalf("%d went through", got)
	}
	for what, ask := range map[string]struct {
		who  uuid.UUID
		kind pace.Kind
	}{"somebody else": {ida, pace.Uploads}, "another kind": {eve, pace.Files}} {
		if wait, err := one.Ask(t.Context(), ask.who, ask.kind); wait != 0 || err != nil {
			t.Errorf("%s waits %s, %v", what, wait, err)
		}
	}
	clk.Advance(4 * time.Minute)
	if wait, err := one.Ask(t.Context(), eve, pace.Uploads); wait != 6*time.Minute || err != nil {
		t.Errorf("waits %s, %v", wait, err)
	}
	clk.Advance(6 * time.Minute)
	if wait, err := one.Ask(t.Context(), eve, pace.Uploads); wait != 0 || err != nil {
		t.Errorf("after ten minutes it waits %s, %v", wait, err)
	}
	clk.Advance(pace.Window)
	if err := one.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := db.Read(t.Context()).Raw(`SELECT count(*) FROM paces`).Scan(&left).Error; err != nil || left != 0 {
		t.Errorf("%d rows are left, %v", left, err)
	}
}
