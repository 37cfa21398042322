package settings

import (
	"errors"
	"math"
	"testing"
	"time"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func newClock() clock.Clock { return clock.NewFake(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)) }

func save(t *testing.T, db *pgtest.DB, s Settings) error {
	t.Helper()
	return Save(t.Context(), db.DB, newClock(), audit.Actor{Name: "Ada Example"}, s)
}

func TestDefaultsHoldUntilSomethingIsSaved(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s, err := Load(t.Context(), db.Read(t.Context()))
	if err != nil || s != Defaults() || s.GoneShare != 0.2 || !s.AutoMap || s.Refunds {
		t.Errorf("%+v, %v", s, err)
	}
	s.GoneShare, s.AutoMap, s.Refunds, s.AccessRequestTo = 0, false, true,
		" api@distributor.example;second@distributor.example "
	if err := save(t, db, s); err != nil {
		t.Fatal(err)
	}
	got, err := Load(t.Context(), db.Read(t.Context()))
	want := Settings{ChangeShare: 0.1, SurgeSeats: 100, AutoMapScope: ByIdentity, Refunds: true,
		AccessRequestTo: "api@distributor.example, second@distributor.example", DifferencesFrom: 1000,
		KeepRunsDays: 400, Version: 1,
		UpdatedBy: "Ada Example", UpdatedAt: newClock().Now()}
	got.UpdatedAt = got.UpdatedAt.UTC()
	if err != nil || got != want {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
}

func TestAStaleSaveIsRefused(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	first := Defaults()
	first.Refunds = true
	if err := save(t, db, first); err != nil {
		t.Fatal(err)
	}
	late := Defaults()
	late.GoneShare = 0.5
	if err := save(t, db, late); !errors.Is(err, ErrStale) {
		t.Errorf("got %v, want ErrStale", err)
	}
	late.Version = 1
	if err := save(t, db, late); err != nil {
		t.Errorf("over the right version: %v", err)
	}
}

func TestWhatMakesNoSenseIsRefusedAtItsField(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for _, share := range []float64{-0.1, 1.1, math.NaN(), math.Inf(1)} {
		s := Defaults()
		s.GoneShare, s.AccessRequestTo = share, "nobody"
		err := save(t, db, s)
		if f := errs.FieldsOf(err); f["gone_share"] == "" || f["access_request_to"] == "" {
			t.Errorf("share %v: %v", share, err)
		}
	}
}

func TestASaveIsInTheTrailAndASaveOfNothingIsNot(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s := Defaults()
	s.Refunds = true
	if err := save(t, db, s); err != nil {
		t.Fatal(err)
	}
	s.Version = 1
	if err := save(t, db, s); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := db.Read(t.Context()).
		Raw(`SELECT count(*) FROM audit_events WHERE action = 'settings.changed' AND before->>'refunds' = 'false'
			AND after->>'refunds' = 'true'`).Scan(&n).Error; err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
}
