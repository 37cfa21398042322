package postgres_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/postgres"
	"seatledger/internal/testkit/pgtest"
)

// What has been waited is taken from what each later statement may wait, in a transaction too, and the next borrower
// of the connection knows nothing of it.
func TestWhatWasWaitedIsTakenFromWhatMayBe(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	limit := func(ctx context.Context, tx *gorm.DB) (ms int) {
		t.Helper()
		err := tx.WithContext(ctx).Raw(`SELECT setting::int FROM pg_settings WHERE name = 'lock_timeout'`).Scan(&ms).Error
		if err != nil {
			t.Fatal(err)
		}
		return ms
	}
	want := func(got int, want time.Duration) {
		t.Helper()
		if got != int(want.Milliseconds()) {
			t.Errorf("a lock is waited for %d ms, want %s", got, want)
		}
	}
	usual := int(postgres.LockLimit.Milliseconds())
	ctx := postgres.Patient(t.Context(), postgres.WaitLimit)
	want(limit(ctx, db.Read(ctx)), postgres.LockLimit)
	err := db.InTx(ctx, func(tx *gorm.DB) error {
		want(limit(ctx, tx), postgres.LockLimit)
		postgres.Waited(ctx, 7*time.Second)
		if got := limit(ctx, tx); got >= usual || got > 3000 || got < 500 {
			t.Errorf("in a transaction after 7 s of 10 s a lock is waited for %d ms", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	postgres.Waited(ctx, time.Minute)
	want(limit(ctx, db.Read(ctx)), 500*time.Millisecond)
	for range 3 {
		want(limit(t.Context(), db.Read(t.Context())), postgres.LockLimit)
	}
	other := postgres.Patient(t.Context(), 2*time.Second)
	if got := limit(other, db.Read(other)); got > 2000 {
		t.Errorf("one that may wait 2 s in all waits %d ms for a lock", got)
	}
	var n int
	if err := db.Pool().QueryRow(t.Context(), `SELECT setting::int FROM pg_settings WHERE name = 'lock_timeout'`).
		Scan(&n); err != nil || n != usual {
		t.Errorf("a connection of the pool itself: %d, %v", n, err)
	}
}

// A request that is given up while it waits leaves a connection behind that waits as usual, or none, whoever of many at
// once had it; and what remains in a transaction of a request that was given up touches no connection of another.
func TestARequestThatIsGivenUpLeavesNoHurryBehind(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	lock, err := db.Owner().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.Exec(t.Context(), `LOCK TABLE providers IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			ctx, giveUp := context.WithCancel(postgres.Patient(t.Context(), postgres.WaitLimit))
			postgres.Waited(ctx, 7*time.Second)
			time.AfterFunc(time.Duration(i*10)*time.Millisecond, giveUp)
			err := db.InTx(ctx, func(tx *gorm.DB) error {
				var n int
				for range 3 { // the later ones on a transaction whose connection may be gone
					_ = tx.WithContext(ctx).Raw(`SELECT count(*) FROM providers`).Scan(&n).Error
					postgres.Waited(ctx, time.Second)
				}
				return ctx.Err()
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("given up: %v", err)
			}
		})
	}
	all.Wait()
	if err := lock.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		var ms int
		err := db.Read(t.Context()).Raw(`SELECT setting::int FROM pg_settings WHERE name = 'lock_timeout'`).Scan(&ms).Error
		if err != nil || ms != int(postgres.LockLimit.Milliseconds()) {
			t.Fatalf("the next borrower waits %d ms for a lock, %v", ms, err)
		}
	}
}
