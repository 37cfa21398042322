package token

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/secret"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type world struct {
	Service
	db    *pgtest.DB
	clock *clock.Fake
	auth  auth.Service
	ada   auth.User
}

func newWorld(t *testing.T) world {
	t.Helper()
	db := pgtest.New(t)
	clk := clock.NewFake(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC))
	w := world{Service: Service{DB: db.DB, Clock: clk}, db: db, clock: clk, auth: auth.Service{DB: db.DB, Clock: clk,
		Hasher: auth.NewHasher(auth.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1})}}
	var err error
	if w.ada, err = w.auth.FirstAdmin(t.Context(), auth.NewUser{Name: "Ada Example", Email: "ada@reseller.example",
		Password: "four plain words together"}); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w world) made(t *testing.T, n New) (Token, string) {
	t.Helper()
	made, secret, err := w.Make(t.Context(), w.ada.Actor(), n)
	if err != nil {
		t.Fatal(err)
	}
	return made, secret
}

func (w world) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := w.DB.Read(t.Context()).Raw(sql, args...).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func TestATokenIsAcceptedUntilItEnds(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, w world, made Token){
		"it expires": func(_ *testing.T, w world, _ Token) { w.clock.Advance(30 * 24 * time.Hour) },
		"it is revoked": func(t *testing.T, w world, made Token) {
			for range 2 {
				if _, err := w.Revoke(t.Context(), w.ada.Actor(), made.ID); err != nil {
					t.Fatal(err)
				}
			}
		},
		"who made it is disabled": func(t *testing.T, w world, _ Token) {
			u, err := w.auth.Create(t.Context(), audit.System, auth.NewUser{Name: "Bob Example",
				Email: "bob@reseller.example", Role: auth.Admin, Password: "four plain words together"})
			if err == nil {
				err = w.auth.Disable(t.Context(), u.Actor(), w.ada.ID)
			}
			if err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			made, secret := w.made(t, New{Name: "books", Areas: []Area{Billing}, Days: 30})
			got, err := w.Accept(t.Context(), secret, "192.0.2.7")
			if err != nil || got.ID != made.ID || !got.May(Billing) || got.May(Mapping, Audit, Supplier) {
				t.Fatalf("%+v, %v", got, err)
			}
			if n := w.count(t, `SELECT count(*) FROM api_tokens WHERE last_address = '192.0.2.7'
				AND last_used_at = ?`, w.clock.Now()); n != 1 {
				t.Error("its use is not noted")
			}
			if n := w.count(t, `SELECT count(*) FROM api_tokens t WHERE t::text LIKE ?`, "%"+secret[4:20]+"%"); n != 0 {
				t.Error("the token itself is stored")
			}
			end(t, w, made)
			_, err = w.Accept(t.Context(), secret, "192.0.2.7")
			_, unknown := w.Accept(t.Context(), Begins+"nobody", "192.0.2.7")
			if errs.KindOf(err) != errs.Unauthenticated || err.Error() != unknown.Error() {
				t.Errorf("afterwards %v, an unknown one %v", err, unknown)
			}
			if n := w.count(t, `SELECT count(*) FROM audit_events WHERE action = 'token.refused'
				AND object_id = '192.0.2.0/24'`); n != 1 {
				t.Errorf("%d rows of refusals in one minute", n)
			}
		})
	}
}

// A token has so many requests a minute, by all processes together; another token has its own.
func TestATokenHasItsOwnLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second, err := postgres.Open(t.Context(), w.db.AppConfig(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(second.Close)
	both := []Service{w.Service, {DB: second, Clock: w.clock}}
	_, a := w.made(t, New{Name: "a", Areas: []Area{Billing}, Days: 1})
	_, b := w.made(t, New{Name: "b", Areas: []Area{Billing}, Days: 1})
	accepted := 0
	var many *TooMany
	for i := range PerMinute + 5 {
		_, err := both[i%2].Accept(t.Context(), a, "192.0.2.7")
		if err == nil {
			accepted++
		} else if !errors.As(err, &many) || many.Wait > time.Minute || many.Wait <= 0 {
			t.Fatal(err)
		}
	}
	if accepted != PerMinute {
		t.Errorf("%d were accepted", accepted)
	}
	if _, err := w.Accept(t.Context(), b, "192.0.2.7"); err != nil {
		t.Errorf("the other token: %v", err)
	}
	w.clock.Advance(time.Minute)
	if _, err := w.Accept(t.Context(), a, "192.0.2.7"); err != nil {
		t.Errorf("a minute later: %v", err)
	}
	if n := w.count(t, `SELECT count(*) FROM audit_events WHERE action = 'token.throttled'
		AND actor = 'API token a'`); n != 1 {
		t.Errorf("%d rows about it", n)
	}
}

func TestWhatMayNotBeMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for field, n := range map[string]New{
		"name":         {Name: "  ", Areas: []Area{Billing}, Days: 1},
		"area_mapping": {Name: "a", Days: 1},
		"days":         {Name: "a", Areas: []Area{Billing}, Days: MaxDays + 1},
	} {
		if _, _, err := w.Make(t.Context(), w.ada.Actor(), n); errs.FieldsOf(err)[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	long := New{Name: strings.Repeat("ä", maxName), Areas: Areas(), Days: MaxDays}
	if _, _, err := w.Make(t.Context(), w.ada.Actor(), long); err != nil {
		t.Error(err)
	}
	if n := w.count(t, `SELECT count(*) FROM api_tokens`); n != 1 {
		t.Errorf("%d tokens", n)
	}
}

func TestSomebodyIsToldOnceBeforeATokenExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.made(t, New{Name: "books", Areas: []Area{Billing}, Days: 30})
	told := func(want int) {
		t.Helper()
		if err := (secret.Dues{DB: w.DB, Clock: w.clock}).Remind(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := w.count(t, `SELECT count(*) FROM notices WHERE kind = 'token_expires' AND text LIKE
			'%books%'`); n != want {
			t.Errorf("%d notices, want %d", n, want)
		}
	}
	told(0)
	w.clock.Advance(24 * 24 * time.Hour)
	told(1)
	told(1)
	w.clock.Advance(5*24*time.Hour + time.Hour)
	told(2)
	w.clock.Advance(24 * time.Hour)
	told(3)
	told(3)
}
