package auth

import (
	"testing"
	"time"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const goodPassword = "four plain words together"

// cheap keeps tests fast; TestNewHashesMeetTheFloor looks at the real cost.
func cheap() Cost { return Cost{MemoryKiB: 64, Passes: 1, Lanes: 1} }

func newService(t *testing.T) (Service, *clock.Fake, *pgtest.DB) {
	t.Helper()
	db := pgtest.New(t)
	clk := clock.NewFake(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC))
	return Service{DB: db.DB, Clock: clk, Hasher: NewHasher(cheap())}, clk, db
}

func mustAdmin(t *testing.T, s Service) User {
	t.Helper()
	u, err := s.FirstAdmin(t.Context(),
		NewUser{Name: "Ada Example", Email: "Ada@Reseller.example", Password: goodPassword})
	if err != nil {
		t.Fatalf("first admin: %v", err)
	}
	return u
}

func mustUser(t *testing.T, s Service, email string, r Role) User {
	t.Helper()
	u, err := s.Create(t.Context(), audit.System,
		NewUser{Name: "Somebody " + email, Email: email, Role: r, Password: goodPassword})
	if err != nil {
		t.Fatalf("create %s: %v", email, err)
	}
	return u
}

// mustSession stores a session of a user and gives its hash.
func mustSession(t *testing.T, s Service, u User, hash, address string) {
	t.Helper()
	store := Sessions{DB: s.DB, Clock: s.Clock}
	ctx := WithVisit(t.Context(), &Visit{User: u.ID, Address: address, UserAgent: "Browser"})
	if err := store.CommitCtx(ctx, hash, []byte("data"), time.Time{}); err != nil {
		t.Fatalf("session: %v", err)
	}
}

func count(t *testing.T, s Service, query string, args ...any) int {
	t.Helper()
	var n int
	if err := s.DB.Read(t.Context()).Raw(query, args...).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}
