package crm_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/crm"
	"seatledger/internal/postgres"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ada = audit.Actor{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000001"), Name: "Ada Example"}

func room(t *testing.T) crm.Service {
	t.Helper()
	return crm.Service{DB: pgtest.New(t).DB, Clock: clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))}
}

func named(name string) crm.Input { return crm.Input{Facts: crm.Facts{Name: name}} }

func create(t *testing.T, s crm.Service, in crm.Input) crm.Account {
	t.Helper()
	a, err := s.Create(t.Context(), ada, in)
	if err != nil {
		t.Fatalf("create %q: %v", in.Name, err)
	}
	return a
}

func number(t *testing.T, db *postgres.DB, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := db.Read(t.Context()).Raw(sql, args...).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}
