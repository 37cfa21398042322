package notify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/notify"
	"seatledger/internal/postgres"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func failed() notify.Event {
	return notify.Event{Kind: notify.NightFailed, ObjectType: "sync_run", ObjectID: uuid.NewString(),
		ObjectName: "Accounts of Stellr East", Text: "The distributor did not answer."}
}

func TestANoticeStandsOrFallsWithWhatItTells(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	clk := clock.NewFake(time.Date(2026, 11, 3, 2, 0, 0, 0, time.UTC))
	undone := errors.New("undone")
	for _, end := range []error{undone, nil} {
		err := db.InTx(t.Context(), func(tx *gorm.DB) error {
			if err := notify.Record(t.Context(), tx, clk, failed()); err != nil {
				return err
			}
			return end
		})
		if !errors.Is(err, end) {
			t.Fatal(err)
		}
		var n int
		db.Read(t.Context()).Raw(`SELECT count(*) FROM notices`).Scan(&n)
		if want := map[bool]int{true: 0, false: 1}[end != nil]; n != want {
			t.Errorf("ended by %v: %d notices, want %d", end, n, want)
		}
	}
}

func TestNobodyChangesOrTakesAwayANotice(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	clk := clock.NewFake(time.Date(2026, 11, 3, 2, 0, 0, 0, time.UTC))
	if err := notify.Record(t.Context(), db.Read(t.Context()), clk, failed()); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{`UPDATE notices SET text = 'x'`, `DELETE FROM notices`, `TRUNCATE notices CASCADE`} {
		if err := db.Read(t.Context()).Exec(sql).Error; err == nil {
			t.Errorf("the app may: %s", sql)
		}
		_, err := db.Owner().Exec(t.Context(), sql)
		if postgres.Constraint(err) != "notices_append_only" {
			t.Errorf("the owner: %s: %v", sql, err)
		}
	}
}

func TestAnEventThatNobodyCouldReadIsRefused(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	silent, unknown := failed(), failed()
	silent.Text, unknown.Kind = "", "something"
	for _, e := range []notify.Event{silent, unknown} {
		if notify.Record(t.Context(), db.Read(t.Context()), clock.System{}, e) == nil {
			t.Errorf("%+v was recorded", e)
		}
	}
}
