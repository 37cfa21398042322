package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
	"seatledger/internal/testkit/pgtest"
)

func numbers(ctx context.Context, t *testing.T, db *gorm.DB, sql string, args ...any) (out []int) {
	t.Helper()
	if err := postgres.Query(ctx, db, sql, args, func(rows pgx.Rows) (err error) {
		out, err = pgx.CollectRows(rows, pgx.RowTo[int])
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// What is asked past database/sql is asked on the same connection, in the same transaction, with the same patience.
func TestWhatIsAskedOverPgxBelongsToItsHandle(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	const limit = `SELECT setting::int FROM pg_settings WHERE name = 'lock_timeout'`
	ctx := postgres.Patient(t.Context(), 2*time.Second)
	if got := numbers(ctx, t, db.Read(ctx), limit); len(got) != 1 || got[0] > 2000 {
		t.Errorf("one that may wait 2 s in all waits %v ms for a lock", got)
	}
	err := db.InTx(t.Context(), func(tx *gorm.DB) error {
		if err := tx.Exec(`SELECT set_config('seatledger.kept', '7', true)`).Error; err != nil {
			return err
		}
		got := numbers(t.Context(), t, tx, `SELECT current_setting('seatledger.kept')::int + ?::int - ?::int`, 5, 2)
		if len(got) != 1 || got[0] != 10 {
			t.Errorf("what holds in the transaction alone: %v", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	err = postgres.Query(gone, db.Read(gone), `SELECT 1`, nil, func(pgx.Rows) error { return nil })
	if err == nil || postgres.TroubleOf(err) != postgres.None {
		t.Errorf("whoever no longer waits: %v", err)
	}
	if got := numbers(t.Context(), t, db.Read(t.Context()), `SELECT 1`); len(got) != 1 {
		t.Errorf("the pool after it: %v", got)
	}
}

// What is asked together is answered in turn, and one that fails leaves the connection as good as it was.
func TestWhatIsAskedTogetherIsAnsweredInTurn(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var first, second []int
	ask := func(sql string, into *[]int, args ...any) postgres.Ask {
		return postgres.Ask{SQL: sql, Args: args, Read: func(rows pgx.Rows) (err error) {
			*into, err = pgx.CollectRows(rows, pgx.RowTo[int])
			return err
		}}
	}
	ctx := t.Context()
	two := []postgres.Ask{ask(`SELECT ?::int + 1`, &first, 1), ask(`SELECT generate_series(1, ?::int)`, &second, 3)}
	err := postgres.Together(ctx, db.Read(ctx), two...)
	if err != nil || len(first) != 1 || first[0] != 2 || len(second) != 3 {
		t.Fatalf("%v %v: %v", first, second, err)
	}
	err = db.InTx(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec(`SELECT set_config('seatledger.kept', '7', true)`).Error; err != nil {
			return err
		}
		return postgres.Together(ctx, tx, ask(`SELECT current_setting('seatledger.kept')::int`, &first), two[1])
	})
	if err != nil || first[0] != 7 {
		t.Fatalf("in a transaction: %v: %v", first, err)
	}
	if err := postgres.Together(ctx, db.Read(ctx), ask(`SELECT 1 / ?::int`, &first, 0), two[1]); err == nil {
		t.Error("a division by 0 was answered")
	}
	if got := numbers(ctx, t, db.Read(ctx), `SELECT 1`); len(got) != 1 {
		t.Errorf("the pool after it: %v", got)
	}
}
